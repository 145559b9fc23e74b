// SPDX-License-Identifier: BSD-3-Clause
#include <blue/models/to.hpp>

#include <blue/backends/cpu/bfloat16.hpp>
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <limits>
#include <type_traits>
#include <vector>

using namespace blue;

namespace {

using N = MeanFieldNormal;

/// A layer of a user's own, with an option and a child that has no random variables.
template <Index Width, class Q = N, class P = UniformPrior, class B = Cpu<float>>
struct Scale : Module<Scale<Width, Q, P, B>, variables<variable<"factor", Width>>, Q, P, B> {
    double power = 1;
    Dropout dropout;
    using fields = blue::fields<&Scale::power>;
    using children = blue::children<&Scale::dropout>;
    auto forward(auto& pass, auto x) const {
        return dropout(pass, x) * pass.sample(*this, "factor"_v) * power;
    }
};
/// One without random variables of its own.
template <Index Width, class B>
struct Twice : Module<Twice<Width, B>, variables<>, N, N, B> {
    template <class, class, class NewB>
    using with_policies = Twice<Width, std::conditional_t<Backend<NewB>, NewB, B>>;
    Linear<Width, Width, N, N, B> inner;
    using children = blue::children<&Twice::inner>;
    auto forward(auto& pass, auto x) const { return inner(pass, inner(pass, x)); }
};

/// All containers, and layers that hold more than random variables.
template <class B>
using NetOf =
    Sequential<named<"first", Linear<2, 4, N, CentredPrior<>, B>>, BatchNorm<4, B>, Dropout,
               Parallel<Sum, Linear<4, 4, NonBayesian, N, B>, named<"shortcut", Identity>>,
               Repeat<2, Residual<Linear<4, 4, N, N, B>>>, GroupNorm<2, 4, without_bias, B>,
               RepeatShared<3, Sequential<Linear<4, 4, N, N, B>, PReLU<1, fraction<1, 4>, B>>>,
               HorseshoeLinear<4, 4, N, N, B>, Scale<4, N, UniformPrior, B>, Twice<4, B>,
               Linear<4, 4, LowRankNormal<2>, N, B>, Linear<4, 3, without_bias, N, N, B>>;
using Net = NetOf<Cpu<float>>;
/// Sequences of 5 words, of which there are 7.
template <class B>
using WordsOf =
    Sequential<Embedding<7, 4, steps<5>, N, N, B>, TransformerEncoderLayer<4, 2, 8, N, N, B>,
               LayerNorm<4, without_affine, B>,
               LSTM<4, 3, blue::layers<2>, bidirectional, final_output, N, N, B>,
               Linear<6, 2, Flipout<N>, N, B>>;

/// A model that differs in every number and option from a new one.
Net changed_net() {
    Net net{Seed{3}, posterior(N{.std = 0.3}), prior(N{.mean = 0.1, .std = 0.7})};
    centre_prior(net, net);
    layer<1>(net).eps = 1e-3;
    layer<1>(net).momentum = 0.3;
    const std::vector<float> means{0.5f, -1, 2, 0.25f};
    std::copy(means.begin(), means.end(), layer<1>(net).state<"running_mean">().parameter(0));
    layer<2>(net).probability = 0.25;
    layer<2>(net).at_prediction = true;
    layer<5>(net).eps = 1e-2;
    layer<8>(net).power = 1.5;
    layer<8>(net).dropout.probability = 0.75;
    layer<11>(net).module_options.rescale_prior = true;
    layer<11>(net).state<"weight">().prior.std = 3;
    layer<11>(net).state<"weight">().prior_is_rescaled = true;
    freeze(layer<4, 0>(net), Seed{8});
    return net;
}

/// All that random variables, parameters and buffers of a model are stored as.
template <class M>
std::vector<double> numbers_of(const M& model) {
    std::vector<double> all;
    blue::detail::visit_variables(model, [&](const auto& state) {
        all.insert(all.end(), state.values.data(), state.values.data() + state.values.size());
        all.push_back(state.prior_is_rescaled);
        all.push_back(state.frozen.fixed_draws);
        all.push_back(static_cast<double>(state.frozen.seed));
        all.push_back(state.frozen.kernels != nullptr);
    });
    return all;
}

template <class Shape, class M>
auto outputs(const M& model, std::vector<double> inputs) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    Tape<B> tape;
    const std::vector<T> x(inputs.begin(), inputs.end());
    const auto y =
        forward<Scores::none>(model, tape,
                              tape.template input<Shape>(x.data(), Index(x.size()) / Shape::size),
                              {.samples = 4, .seed = Seed{5}})
            .samples.to_host();
    return std::vector<double>(y.begin(), y.end());
}
const std::vector<double> points{1, -2, 0.5, 3, -1, 0.25};
const std::vector<double> words{0, 3, 6, 1, 2, 5, 5, 4, 0, 1};

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::fmax(largest, std::abs(a[i] - b[i]) / (1 + std::abs(b[i])));
    return largest;
}

}  // namespace

TEST_CASE("the type of a model on another backend", "[models]") {
    STATIC_REQUIRE(std::is_same_v<with_backend<Net, Cpu<double>>, NetOf<Cpu<double>>>);
    STATIC_REQUIRE(std::is_same_v<with_backend<NetOf<CpuBfloat16>, Cpu<float>>, Net>);
    STATIC_REQUIRE(
        std::is_same_v<with_backend<WordsOf<Cpu<float>>, CpuBfloat16>, WordsOf<CpuBfloat16>>);
    STATIC_REQUIRE(std::is_same_v<with_backend<Ensemble<2, Net>, Cpu<double>>,
                                  Ensemble<2, NetOf<Cpu<double>>>>);
    STATIC_REQUIRE(std::is_same_v<with_backend<Branch<Linear<2, 4>, Identity>, Cpu<double>>,
                                  Branch<Linear<2, 4, N, N, Cpu<double>>, Identity>>);
    STATIC_REQUIRE(
        std::is_same_v<backend_of<with_backend<Transformer<4, 2>, Cpu<double>>>, Cpu<double>>);
}

TEST_CASE("a moved model has the same numbers and options", "[models]") {
    const Net net = changed_net();
    const auto before = numbers_of(net);
    const auto wide = to<Cpu<double>>(net);
    STATIC_REQUIRE(std::is_same_v<std::remove_const_t<decltype(wide)>, NetOf<Cpu<double>>>);
    const auto check = [&](const auto& moved) {
        CHECK(numbers_of(moved) == before);
        CHECK(layer<1>(moved).eps == 1e-3);
        CHECK(layer<1>(moved).momentum == 0.3);
        CHECK(layer<2>(moved).probability == 0.25);
        CHECK(layer<2>(moved).at_prediction);
        CHECK(layer<5>(moved).eps == 1e-2);
        CHECK(layer<8>(moved).power == 1.5);
        CHECK(layer<8>(moved).dropout.probability == 0.75);
        CHECK(layer<11>(moved).module_options.rescale_prior);
        CHECK(layer<11>(moved).template state<"weight">().prior.std == 3);
        CHECK(layer<11>(moved).template state<"weight">().distribution.std == 0.3);
    };
    check(wide);
    check(to<CpuBfloat16>(net));
    const Net back = to<Net>(wide);
    check(back);
    CHECK(outputs<shape<2>>(back, points) == outputs<shape<2>>(net, points));
    CHECK(numbers_of(net) == before);
}

TEST_CASE("a moved model predicts the same from the same seed", "[models]") {
    const Net net = changed_net();
    const auto expected = outputs<shape<2>>(net, points);
    // Float: twenty layers of a few terms each, some of them amplified by small variances.
    CHECK(distance(outputs<shape<2>>(to<Cpu<double>>(net), points), expected) < 1e-4);
    const auto half = to<CpuBfloat16>(net);
    const auto rounded = outputs<shape<2>>(half, points);
    CHECK(rounded != expected);
    CHECK(distance(rounded, expected) < 0.2);  // factors with 8 bits
    CHECK(outputs<shape<2>>(to<Net>(half), points) == expected);

    auto sequences = make<WordsOf<Cpu<float>>>(Seed{1});
    layer<0>(sequences).padding_idx = 3;
    layer<0>(sequences).max_norm = 0.5;
    layer<1>(sequences).set_layer_norm_eps(1e-2);
    const auto of_words = outputs<shape<5>>(sequences, words);
    CHECK(distance(outputs<shape<5>>(to<Cpu<double>>(sequences), words), of_words) < 1e-5);
    CHECK(outputs<shape<5>>(to<Cpu<float>>(to<CpuBfloat16>(sequences)), words) == of_words);

    const Ensemble<2, Net> both{Seed{4}};
    CHECK(distance(outputs<shape<2>>(to<Cpu<double>>(both), points),
                   outputs<shape<2>>(both, points)) < 1e-4);
}

TEST_CASE("encoder and decoder move together", "[models]") {
    const auto outputs_of = [](const auto& model) {
        using B = backend_of<std::remove_cvref_t<decltype(model)>>;
        using T = typename B::scalar;
        Tape<B> tape;
        std::vector<T> x(24);
        for (std::size_t i = 0; i < 24; ++i) x[i] = T(std::sin(double(i)));
        const auto source = tape.template input<shape<3, 4>>(x.data(), 2);
        const auto y = forward<Scores::none>(model, tape, Inputs{source, source}, {.samples = 2})
                           .samples.to_host();
        return std::vector<double>(y.begin(), y.end());
    };
    const auto model = make<Transformer<4, 2, 2, 1, 8>>(Seed{2});
    const auto expected = outputs_of(model);
    CHECK(distance(outputs_of(to<Cpu<double>>(model)), expected) < 1e-5);  // float
    CHECK(outputs_of(to<Transformer<4, 2, 2, 1, 8>>(to<Cpu<double>>(model))) == expected);
}

TEST_CASE("a model at its means stays there", "[models]") {
    Sequential<Linear<2, 4>, ReLU, Linear<4, 3>> net{Seed{1}};
    freeze(layer<0>(net));
    const auto moved = to<Cpu<double>>(net);
    CHECK(layer<0>(moved).state<"weight">().frozen.kernels != nullptr);
    CHECK(layer<2>(moved).state<"weight">().frozen.kernels == nullptr);
    CHECK(distance(outputs<shape<2>>(moved, points), outputs<shape<2>>(net, points)) < 1e-6);
}

TEST_CASE("double numbers are rounded to the nearest float", "[models]") {
    Linear<1, 2, NonBayesian, UniformPrior, Cpu<double>> net;
    double* const mean = net.state<"weight">().parameter(0);
    mean[0] = 1 + 0x1.8p-24;  // nearer to 1 + 2^-23 than to 1
    mean[1] = 0.1;
    const auto moved = to<Cpu<float>>(net);
    CHECK(moved.state<"weight">().parameter(0)[0] == 1 + 0x1p-23f);
    CHECK(moved.state<"weight">().parameter(0)[1] == 0.1f);
    mean[0] = std::numeric_limits<double>::infinity();
    mean[1] = std::numeric_limits<float>::max();
    const auto extreme = to<Cpu<float>>(net);
    CHECK(extreme.state<"weight">().parameter(0)[0] == std::numeric_limits<float>::infinity());
    CHECK(extreme.state<"weight">().parameter(0)[1] == std::numeric_limits<float>::max());
    mean[0] = -1e39;
    mean[1] = 0.1;
    CHECK_THROWS_AS(to<Cpu<float>>(net), ValueError);
    CHECK(mean[1] == 0.1);
}

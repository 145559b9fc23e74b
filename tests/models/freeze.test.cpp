// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>

using namespace blue;
using namespace blue_test;

namespace {

using Net = Sequential<Linear<2, 8>, Tanh, Linear<8, 3>>;
using Point = Sequential<Linear<2, 8, NonBayesian>, Tanh, Linear<8, 3, NonBayesian>>;

struct Outputs {
    Index samples;
    std::vector<float> values;
    bool operator==(const Outputs&) const = default;
};
template <class M>
Outputs outputs(const M& model, const ForwardOptions& options = {.samples = 4}) {
    const float inputs[] = {0.5f, -1, 0.25f, 0.75f};
    Tape<Cpu<float>> tape;
    const auto x = tape.input<shape<2>>(inputs, 2);
    const auto result = forward<Scores::none>(model, tape, x, options);
    return {result.samples.samples(), result.samples.to_host()};
}

/// The draw of the weight of a layer in one pass.
template <class Q>
std::vector<float> drawn_weights(const Linear<3, 2, Q>& layer) {
    const float inputs[] = {0.5f, -1, 2};
    Tape<Cpu<float>> tape;
    forward<Scores::none>(layer, tape, tape.input<shape<3>>(inputs, 1), {.samples = 2});
    const Draw<Cpu<float>>& draw = tape.draws()[0];
    CHECK(draw.samples == 1);
    return {draw.weights, draw.weights + draw.size};
}

}  // namespace

TEST_CASE("a network that is frozen to its means is a deterministic one", "[models]") {
    Net net{Seed{1}};
    const auto drawn = outputs(net);
    Point point{Seed{2}};
    keep_weights(point, net);
    freeze(net);
    CHECK(outputs(net).samples == 1);
    CHECK(outputs(net) == outputs(point));
    // What changes the means counts at once.
    layer<0>(net).state<"weight">().parameter(0)[0] += 1;
    CHECK(outputs(net) != outputs(point));
    layer<0>(net).state<"weight">().parameter(0)[0] =
        layer<0>(point).state<"weight">().parameter(0)[0];
    unfreeze(net);
    CHECK(outputs(net) == drawn);
}

TEST_CASE("predictions of frozen networks have no epistemic part", "[models]") {
    Net net{Seed{1}};
    freeze(net);
    const auto data = three_classes(10);
    const auto prediction = predict(net, Categorical{}, data.inputs, {.samples = 20});
    // Rounding of sums over 20 equal draws.
    for (Index i = 0; i < 10; ++i) CHECK(prediction.mutual_information[i] < 1e-14);
}

TEST_CASE("one layer can be frozen and the others drawn", "[models]") {
    Net net{Seed{1}};
    const auto drawn = outputs(net);
    freeze(layer<0>(net));
    CHECK(outputs(net).samples == 4);
    CHECK(outputs(net) != drawn);
    freeze(layer<2>(net));
    CHECK(outputs(net).samples == 1);
}

TEST_CASE("the mean of a family is its expectation, or the centre", "[models]") {
    auto positive = make<Linear<3, 2, MeanFieldLogNormal>>(Seed{1});
    freeze(positive);
    const auto mean = drawn_weights(positive);
    auto heavy = make<Linear<3, 2, MeanFieldCauchy>>(Seed{1});
    freeze(heavy);
    const auto centre = drawn_weights(heavy);
    for (int e = 0; e < 6; ++e) {
        const auto& weight = positive.state<"weight">();
        const double loc = double(weight.parameter(0)[e]);
        const double scale = std::exp(double(weight.parameter(1)[e]));
        // A few roundings of float.
        CHECK(mean[std::size_t(e)] == Approx(std::exp(loc + scale * scale / 2)).epsilon(1e-6));
        CHECK(centre[std::size_t(e)] == heavy.state<"weight">().parameter(0)[e]);
    }
}

TEST_CASE("fixed draws are the same in every pass", "[models]") {
    Net net{Seed{1}};
    const auto free = outputs(net);
    freeze(net, Seed{3});
    const auto fixed = outputs(net);
    CHECK(fixed.samples == 4);
    CHECK(fixed != free);
    CHECK(outputs(net, {.samples = 4, .seed = Seed{9}, .pass = 17}) == fixed);
    freeze(net, Seed{4});
    CHECK(outputs(net) != fixed);
    freeze(net, Seed{3});
    CHECK(outputs(net) == fixed);
    // Samples are counted as in any pass: the last two of four.
    const auto last = outputs(net, {.samples = 2, .first_sample = 2});
    const std::size_t half = fixed.values.size() / 2;
    for (std::size_t i = 0; i < half; ++i) CHECK(last.values[i] == fixed.values[half + i]);
    // The draws move with the parameters: no copy can be out of date.
    layer<2>(net).state<"bias">().parameter(0)[0] += 1;
    CHECK(outputs(net).values[0] == Approx(fixed.values[0] + 1).epsilon(1e-5));
    unfreeze(net);
    layer<2>(net).state<"bias">().parameter(0)[0] -= 1;
    CHECK(outputs(net).values[1] == free.values[1]);
}

TEST_CASE("equal seeds and passes draw the same in models of other types", "[models]") {
    // Common random numbers: only the priors differ.
    using Sparse = with_policies<Net, keep_policy, ScaleMixturePrior>;
    const Net net{Seed{1}};
    const Sparse sparse{Seed{1}};
    const ForwardOptions options{.samples = 3, .seed = Seed{5}, .pass = 2};
    CHECK(outputs(net, options) == outputs(sparse, options));
    CHECK(outputs(net, options) != outputs(net, {.samples = 3, .seed = Seed{5}, .pass = 3}));
    CHECK(outputs(net, options) != outputs(net, {.samples = 3, .seed = Seed{6}, .pass = 2}));
}

TEST_CASE("training with fixed draws is training on one smooth function", "[models]") {
    using Double = SmallModel<MeanFieldNormal, ScaleMixturePrior>;
    Double net{Seed{2}};
    freeze(net, Seed{7});
    const auto loss_value = [&](std::uint64_t pass) {
        Tape<Cpu<double>> tape;
        const auto x = tape.input<shape<3>>(small_inputs().data(), small_batch);
        const auto result = forward(net, tape, x, {.samples = 3, .pass = pass});
        return Elbo{Categorical{}}(result, make_labels(tape, small_labels().data(), 6, 4),
                                   DatasetSize{30})
            .total.value();
    };
    CHECK(loss_value(0) == loss_value(1));
    unfreeze(net);
    CHECK(loss_value(0) != loss_value(1));
}

TEST_CASE("gradients of a network at its means", "[models]") {
    // A mixture: Monte Carlo elsewhere, at the mean without noise. Log-normal: the mean depends on
    // the scale.
    using Mixed = Sequential<Linear<3, 5, MeanFieldNormal, ScaleMixturePrior, Cpu<double>>, Tanh,
                             Linear<5, 4, MeanFieldLogNormal, MeanFieldNormal, Cpu<double>>>;
    Mixed net{Seed{2}, prior(ScaleMixturePrior{.std2 = 0.3})};  // smooth within differences
    freeze(net);
    const auto loss = [&](auto& tape) {
        return small_loss<Scores::divergence>(
                   net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}})
            .total;
    };
    CHECK(testing::parameter_gradient_check(net, loss).error < 1e-8);
    Tape<Cpu<double>> tape;
    tape.backward(loss(tape));
    const Draw<Cpu<double>>&normal = tape.draws()[0], &log_normal = tape.draws()[2];
    CHECK(normal.gradient[normal.stride] == 0);  // log_std
    CHECK(log_normal.gradient[log_normal.stride] != 0);
}

TEST_CASE("a learned scale stays that of the distribution", "[models]") {
    SmallModel<MeanFieldNormal, LearnedScalePrior> net{Seed{2}};
    freeze(net);
    Tape<Cpu<double>> tape;
    small_pass<Scores::divergence>(net, tape);
    const Draw<Cpu<double>>& draw = tape.draws()[0];
    const double std = fitted_prior(layer<0>(net).state<"weight">()).std;
    double expected = 0;
    for (Index e = 0; e < draw.size; ++e)
        expected +=
            LearnedScalePrior{}.log_prob(math::Number<double>(draw.stored[e]),
                                         math::Number<double>(0), math::Number<double>(std))[0];
    CHECK(draw.log_prob[0] == Approx(expected).epsilon(1e-13));
}

TEST_CASE("fit goes on from frozen means without touching the scales", "[models]") {
    Net net{Seed{1}};
    const auto before = parameters_of(net);
    freeze(net);
    fit(net, Elbo{Categorical{}}, three_classes(30), {.epochs = 2, .progress = Progress::none});
    const auto after = parameters_of(net);
    const Index size = layer<0>(net).state<"weight">().size;
    for (Index e = 0; e < size; ++e) {
        CHECK(after[std::size_t(e)] != before[std::size_t(e)]);
        CHECK(after[std::size_t(size + e)] == before[std::size_t(size + e)]);
    }
}

// There is no noise at the means, whatever draws it otherwise.
TEMPLATE_TEST_CASE("estimators rest while a network is frozen to its means", "",
                   LocalReparameterization<MeanFieldNormal>, Flipout<MeanFieldNormal>,
                   Antithetic<MeanFieldNormal>) {
    Sequential<Linear<2, 8, TestType>, Tanh, Linear<8, 3, TestType>> estimated{Seed{1}};
    Net drawn{Seed{1}};
    freeze(estimated);
    freeze(drawn);
    CHECK(outputs(estimated) == outputs(drawn));
    CHECK(outputs(estimated).samples == 1);
    unfreeze(estimated);
    CHECK(outputs(estimated).samples == 4);
}

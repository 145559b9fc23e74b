// SPDX-License-Identifier: BSD-3-Clause
// Switches of a whole model go through all containers.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <type_traits>
#include <vector>

using namespace blue;
using namespace blue_test;

namespace {

template <class Q, class P, class B = Cpu<float>>
using NetOf =
    Sequential<named<"first", Linear<2, 4, Q, P, B>>,
               Parallel<Sum, Linear<4, 4, Q, P, B>, named<"shortcut", Identity>>,
               Parallel<Concatenate<>, Sequential<Linear<4, 2, Q, P, B>, Tanh>,
                        Linear<4, 2, without_bias, Q, P, B>>,
               Repeat<2, Residual<Linear<4, 4, Q, P, B>>>,
               RepeatShared<3, Sequential<Linear<4, 4, Q, P, B>, Tanh>>, Linear<4, 3, Q, P, B>>;
using Net = NetOf<MeanFieldNormal, MeanFieldNormal>;
using Point = NetOf<NonBayesian, UniformPrior>;
using Centred = NetOf<MeanFieldNormal, CentredPrior<>>;

template <class M>
std::vector<float> run(const M& model, std::uint64_t pass = 0) {
    Tape<Cpu<float>> tape;
    const float x[4] = {1, -2, 0.5f, 3};
    return forward<Scores::none>(model, tape, tape.input<shape<2>>(x, 2),
                                 {.samples = 4, .pass = pass})
        .samples.to_host();
}

}  // namespace

TEST_CASE("policies are replaced in all containers", "[models]") {
    static_assert(std::is_same_v<with_policies<Net, NonBayesian, UniformPrior>, Point>);
    static_assert(std::is_same_v<with_policies<Net, Flipout<MeanFieldNormal>>,
                                 NetOf<Flipout<MeanFieldNormal>, MeanFieldNormal>>);
    static_assert(std::is_same_v<with_policies<Net, MeanFieldNormal, keep_policy, Cpu<double>>,
                                 NetOf<MeanFieldNormal, MeanFieldNormal, Cpu<double>>>);
    static_assert(std::is_same_v<backend_of<Net>, Cpu<float>>);
    using Last = last_layer_bayesian<Net>;
    static_assert(divergence_of<Last, "first", "weight"> == Divergence::point_estimate);
    static_assert(divergence_of<Last, 3, 1, 0, "weight"> == Divergence::point_estimate);
    static_assert(divergence_of<Last, 5, "weight"> == Divergence::closed_form);
}

TEST_CASE("weights are kept and priors centred in all containers", "[models]") {
    const Point point{Seed{1}};
    Centred net{Seed{2}};
    moped(net, point);
    const auto check = [](const auto& given, const auto& from) {
        for (Index e = 0; e < given.size; ++e) {
            CHECK(given.parameter(0)[e] == from.parameter(0)[e]);
            CHECK(given.constant(0)[e] == from.parameter(0)[e]);
        }
    };
    check(layer<"first">(net).state<"weight">(), layer<"first">(point).state<"weight">());
    check(layer<1, 0>(net).state<"bias">(), layer<1, 0>(point).state<"bias">());
    check(layer<2, 0, 0>(net).state<"weight">(), layer<2, 0, 0>(point).state<"weight">());
    check(layer<3, 1, 0>(net).state<"weight">(), layer<3, 1, 0>(point).state<"weight">());
    check(layer<4, 0, 0>(net).state<"weight">(), layer<4, 0, 0>(point).state<"weight">());
    Net other{Seed{3}};
    keep_weights(other, point);
    freeze(other);
    CHECK(run(other) == run(point));
}

TEST_CASE("all containers are frozen and seeded", "[models]") {
    Net net{Seed{1}};
    const auto before = run(net);
    CHECK(run(net, 1) != before);
    freeze(net, Seed{7});
    CHECK(run(net, 1) == run(net, 2));
    freeze(layer<3>(net));
    unfreeze(net);
    CHECK(run(net) == before);
    CHECK(run(Net{Seed{1}}) == before);
    CHECK(run(Net{Seed{2}}) != before);
    const Net wide{Seed{1}, posterior(MeanFieldNormal{.std = 2})};
    CHECK(layer<3, 1, 0>(wide).state<"weight">().distribution.std == 2);
}

TEST_CASE("an ensemble of containers is the same as its members", "[models]") {
    Ensemble<2, Net> ensemble{Seed{1}};
    CHECK(random_variable_count<Ensemble<2, Net>> == 2 * random_variable_count<Net>);
    const auto all = run(ensemble);
    Tape<Cpu<float>> tape;
    const float x[4] = {1, -2, 0.5f, 3};
    const auto input = tape.input<shape<2>>(x, 2);
    CHECK(all.size() == 24);
    // The draws of a member are keyed by its slots; point estimates need no draws.
    Ensemble<2, Point> points{Seed{1}};
    const auto both = forward<Scores::none>(points, tape, input, {.samples = 2}).samples.to_host();
    const auto first =
        forward<Scores::none>(layer<0>(points), tape, input, {.samples = 1}).samples.to_host();
    const auto second =
        forward<Scores::none>(layer<1>(points), tape, input, {.samples = 1}).samples.to_host();
    CHECK(std::vector<float>(both.begin(), both.begin() + 6) == first);
    CHECK(std::vector<float>(both.begin() + 6, both.end()) == second);
}

TEST_CASE("gradients of a model of containers agree with differences", "[models]") {
    using Model = NetOf<MeanFieldNormal, MeanFieldNormal, Cpu<double>>;
    Model model{Seed{1}};
    const std::vector<double> x{1, -2, 0.5, 3};
    const std::vector<std::int32_t> labels{0, 2};
    const auto report = testing::parameter_gradient_check(model, [&](auto& tape) {
        const auto result =
            forward<Scores::divergence>(model, tape, tape.template input<shape<2>>(x.data(), 2),
                                        {.samples = 3, .seed = Seed{4}});
        return Elbo{Categorical{}, {DatasetSize{30}}}(result,
                                                      make_labels(tape, labels.data(), 2, 3))
            .total;
    });
    INFO(report.sentence());
    CHECK(report.elements == parameter_count<Model>);
    CHECK(report.error < 1e-7);  // of differences of fourth order, see gradient_check
}

TEST_CASE("a model of containers learns", "[models]") {
    const auto data = three_classes(60);
    Point net{Seed{1}};
    const auto report =
        fit(net, Elbo{Categorical{}}, data, {.epochs = 200, .progress = Progress::none},
            Adam{.learning_rate = 0.02});
    CHECK(report.epochs.back().data_fitting < 0.3 * report.epochs.front().data_fitting);
    CHECK(predict(net, Categorical{}, data.inputs).probabilities.shape() ==
          std::vector<Index>{60, 3});
}

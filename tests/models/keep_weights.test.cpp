// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>

using namespace blue;
using namespace blue_test;

namespace {

template <class Q, class P = MeanFieldNormal, class B = Cpu<float>>
using Net =
    Sequential<Linear<3, 40, Q, P, B>, Tanh, Residual<Linear<40, 40, without_bias, Q, P, B>>,
               Linear<40, 2, per_variable<Q, MeanFieldLaplace>, P, B>>;

template <class M>
std::vector<float> outputs(const M& model) {
    using B = backend_of<M>;
    const typename B::scalar inputs[] = {0.5, -1, 2, 1, 0.25, -0.5};
    Tape<B> tape;
    const auto x = tape.template input<shape<3>>(inputs, 2);
    const auto numbers = forward<Scores::none>(model, tape, x, {.samples = 2}).samples.to_host();
    return {numbers.begin(), numbers.end()};
}

}  // namespace

TEST_CASE("a Bayesian network takes over the weights of a deterministic one", "[models]") {
    const Net<NonBayesian> point{Seed{1}};
    Net<MeanFieldNormal> net{Seed{2}, posterior(MeanFieldNormal{.std = 1e-9})};
    const auto before = parameters_of(net);
    keep_weights(net, point);
    const auto after = parameters_of(net);
    const auto& from = layer<0>(point).state<"weight">();
    const auto& to = layer<0>(net).state<"weight">();
    for (Index e = 0; e < to.size; ++e) {
        CHECK(to.parameter(0)[e] == from.parameter(0)[e]);
        CHECK(to.parameter(1)[e] == before[std::size_t(to.size + e)]);  // scales stay
    }
    CHECK(layer<3>(net).state<"bias">().parameter(0)[1] ==
          layer<3>(point).state<"bias">().parameter(0)[1]);
    // Deviations below half an ulp: but for the Laplace bias both compute the same.
    freeze(net);
    Net<NonBayesian> same{point};
    freeze(same);
    CHECK(outputs(net) == outputs(same));
    CHECK(parameters_of(net) == after);
}

TEST_CASE("weights go to other families, scalars and back", "[models]") {
    const Net<NonBayesian> point{Seed{1}};
    Net<MeanFieldStudentT, UniformPrior, Cpu<double>> wide{Seed{2}};
    keep_weights(wide, point);
    Net<NonBayesian> back{Seed{3}};
    keep_weights(back, wide);
    CHECK(layer<0>(back).state<"bias">().parameter(0)[5] ==
          layer<0>(point).state<"bias">().parameter(0)[5]);
    CHECK(outputs(back) != outputs(Net<NonBayesian>{Seed{3}}));
}

TEST_CASE("positive variables keep the logarithms of their weights", "[models]") {
    using Scale = Linear<3, 2, MeanFieldLogNormal>;
    const auto from = make<Scale>(Seed{1});
    auto to = make<Scale>(Seed{2});
    keep_weights(to, from);
    CHECK(to.state<"weight">().parameter(0)[4] == from.state<"weight">().parameter(0)[4]);
}

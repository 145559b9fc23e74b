// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;

template <Index In, Index Out, class Activation, class B, class Q = N>
using Mlp = Sequential<Linear<In, 8, Q, N, B>, Activation, Linear<8, 8, Q, N, B>, Activation,
                       Linear<8, Out, Q, N, B>>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("training follows the reference step by step", "[golden]",
                        golden::Backends) {
    using B = TestType;
    golden::Runner<B> cases("trajectory");
    cases.template trajectory<Mlp<6, 3, ReLU, B>, Categorical>("trajectory_classification");
    cases.template trajectory<Mlp<4, 2, Tanh, B>, SampleNormal>("trajectory_regression");
    using DrawnOutputs = Mlp<6, 3, ReLU, B, LocalReparameterization<N>>;
    cases.template trajectory<DrawnOutputs, Categorical, AnalyticalKullbackLeiblerLoss>(
        "trajectory_analytical");
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

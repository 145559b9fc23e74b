// SPDX-License-Identifier: BSD-3-Clause
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

template <Index In, Index Out, class Activation, class B>
using Mlp = Sequential<Linear<In, 8, MeanFieldNormal, MeanFieldNormal, B>, Activation,
                       Linear<8, 8, MeanFieldNormal, MeanFieldNormal, B>, Activation,
                       Linear<8, Out, MeanFieldNormal, MeanFieldNormal, B>>;

}  // namespace

TEMPLATE_TEST_CASE("training follows the reference step by step", "[golden]", double, float) {
    using B = Cpu<TestType>;
    golden::Runner<B> cases("trajectory");
    cases.template trajectory<Mlp<6, 3, ReLU, B>, Categorical>("trajectory_classification");
    cases.template trajectory<Mlp<4, 2, Tanh, B>, SampleNormal>("trajectory_regression");
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

// SPDX-License-Identifier: BSD-3-Clause
// The runner itself: that it notices wrong types and wrong numbers.
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using B = Cpu<double>;
using N = MeanFieldNormal;
using U = UniformPrior;

/// What configure says about a model of type M for a case; empty when the type is right.
template <class M>
std::string complaint(const char* name) {
    M model;
    try {
        golden::configure(model, golden::Case(name).description.at("model"));
        return "";
    } catch (const ValueError& error) {
        return error.what();
    }
}
template <class M>
bool complains(const char* name, const std::string& text) {
    return complaint<M>(name).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a model of another type than the manifest's is refused", "[golden]") {
    CHECK(complaint<Linear<4, 3, N, N, B>>("linear_default").empty());
    CHECK(complains<Linear<5, 3, N, N, B>>("linear_default", "in_features is 4"));
    CHECK(complains<Linear<4, 2, N, N, B>>("linear_default", "out_features is 3"));
    CHECK(complains<Linear<4, 3, without_bias, N, N, B>>("linear_default", "bias is true"));
    CHECK(complains<Linear<4, 3, N, U, B>>("linear_default", "the type is UniformPrior"));
    CHECK(complains<Linear<4, 3, NonBayesian, N, B>>("linear_default", "the type is NonBayesian"));
    CHECK(complains<Linear<4, 3, N, per_variable<N, N>, B>>("linear_default", "list"));
    CHECK(complains<Linear<4, 3, N, N, B>>("linear_mixed_priors", "list"));
    CHECK(complains<Linear<4, 3, N, per_variable<U, N>, B>>("linear_mixed_priors", "UniformPrior"));
    CHECK(complains<Sequential<Linear<4, 3, N, N, B>>>("linear_default", "VISequential"));

    using Right = Residual<Linear<5, 7, N, N, B>, ReLU, Linear<7, 5, N, N, B>>;
    CHECK(complaint<Right>("residual_linear").empty());
    CHECK(complains<Residual<Linear<5, 7, N, N, B>, Tanh, Linear<7, 5, N, N, B>>>(
        "residual_linear", "the type is Tanh"));
    CHECK(complains<Residual<Linear<5, 7, N, N, B>, ReLU>>("residual_linear", "children"));
}

TEST_CASE("options come from the manifest", "[golden]") {
    Linear<6, 3, N, per_variable<N, BasicQuietPrior>, B> layer;
    golden::configure(layer,
                      golden::Case("linear_mixed_priors_quiet_rescaled").description.at("model"));
    CHECK(layer.module_options.rescale_prior);
    CHECK(layer.state("weight"_v).prior.std == 2);
    CHECK(layer.state("bias"_v).prior.std_ratio == 0.6);
}

TEST_CASE("the runner says what differs", "[golden]") {
    golden::Runner<B> cases("forward", "linear_");
    const std::size_t all = cases.left().size();
    // The right type with another likelihood, and a wrong item shape.
    cases.forward<Linear<4, 3, N, N, B>, PointEstimate>("linear_default");
    cases.forward<Linear<4, 3, N, N, B>, PointEstimate>("no_such_case");
    CHECK(cases.failures().size() == 2);
    CHECK(mentions(cases.failures(), "linear_default: the manifest describes \"MeanFieldNormal\""));
    CHECK(mentions(cases.failures(), "no case no_such_case"));
    CHECK(cases.left().size() == all - 1);
}

TEST_CASE("differences of numbers", "[golden]") {
    const std::vector<double> expected{1, -2, 1000};
    const golden::Tolerance close{1e-6, 1e-9};
    CHECK(golden::difference("x", std::vector{1.0, -2.0, 1000.0005}, expected, close).empty());
    CHECK(
        golden::difference("x", std::vector{1.0, -2.0001, 1000.0}, expected, close).find("x[1]") ==
        0);
    CHECK_FALSE(golden::difference("x", std::vector{1.0, -2.0}, expected, close).empty());
    CHECK_FALSE(golden::difference("x", std::vector<double>{}, expected, close).empty());
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_FALSE(golden::difference("x", std::vector{nan, -2.0, 1000.0}, expected, close).empty());
    // One number for several equal ones.
    CHECK(golden::difference("x", std::vector{3.0}, {3, 3, 3}, close).empty());
    CHECK_FALSE(golden::difference("x", std::vector{3.0}, {3, 3, 4}, close).empty());
}

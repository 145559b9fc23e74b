// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using U = UniformPrior;
using T = MeanFieldStudentT;

/// Three linear layers with an activation in between.
template <Index In, Index H1, Index H2, Index Out, class Activation, class Q, class P, class B>
using Mlp = Sequential<Linear<In, H1, Q, P, B>, Activation, Linear<H1, H2, Q, P, B>, Activation,
                       Linear<H2, Out, Q, P, B>>;

template <class B>
void run_mlps(golden::Runner<B>& cases) {
    using Classifier = Mlp<8, 7, 6, 4, ReLU, N, N, B>;
    cases.template forward<Classifier, Categorical>("mlp_classification_logits");
    cases.template forward<Classifier, Categorical>("mlp_classification_norm_constants");
    using WithProbabilities = Sequential<Linear<8, 7, N, N, B>, ReLU, Linear<7, 6, N, N, B>, ReLU,
                                         Linear<6, 4, N, N, B>, Softmax>;
    cases.template forward<WithProbabilities, Categorical>("mlp_classification_probs");
    cases.template forward<Mlp<6, 5, 5, 3, ReLU, N, N, B>, Categorical>("mlp_classification_eps");
    cases.template forward<Mlp<49, 65, 33, 10, ReLU, N, N, B>, Categorical>("mlp_medium");

    using Regression = Mlp<6, 8, 8, 2, ReLU, N, N, B>;
    cases.template forward<Mlp<6, 8, 8, 2, Tanh, N, N, B>, SampleNormal>("mlp_regression_normal");
    cases.template forward<Regression, SampleNormal>("mlp_regression_normal_norm");
    cases.template forward<Regression, PointEstimate>("mlp_regression_mse");
    cases.template forward<Regression, PointEstimate>("mlp_regression_l1");
    cases.template forward<Mlp<6, 8, 8, 2, ReLU, NonBayesian, U, B>, PointEstimate>(
        "mlp_nonbayesian");

    cases.template forward<Mlp<6, 7, 5, 3, ReLU, T, N, B>, Categorical>("mlp_studentt");
    cases.template forward<
        Sequential<Linear<6, 8, N, N, B>, LayerNorm<8, B>, ReLU, Linear<8, 3, N, N, B>>,
        Categorical>("mlp_layernorm");
    using Mixed = Sequential<Linear<6, 7, N, N, B>, GELU, Linear<7, 5, T, N, B>, GELU,
                             Linear<5, 3, without_bias, N, U, B>>;
    cases.template forward<Mixed, Categorical>("mlp_mixed_layers");
}

/// Outputs are drawn beside exact divergences.
template <class B>
void run_drawn_outputs(golden::Runner<B>& cases) {
    using Q = LocalReparameterization<N>;
    cases.template forward<Mlp<8, 7, 6, 4, ReLU, Q, N, B>, Categorical, shape<8>,
                           AnalyticalKullbackLeiblerLoss>("mlp_analytical_classification");
    cases.template forward<Mlp<6, 8, 8, 2, ReLU, Q, N, B>, SampleNormal, shape<6>,
                           AnalyticalKullbackLeiblerLoss>("mlp_analytical_regression");
    cases.template forward<Mlp<6, 8, 8, 2, ReLU, Q, U, B>, PointEstimate, shape<6>,
                           AnalyticalKullbackLeiblerLoss>("mlp_analytical_uniform");
}

template <class B>
void run_residuals(golden::Runner<B>& cases) {
    using Block = Residual<Linear<5, 7, N, N, B>, ReLU, Linear<7, 5, N, N, B>>;
    cases.template forward<Block, PointEstimate>("residual_linear");
    using Nested = Sequential<Linear<6, 5, N, N, B>, ReLU, Residual<Linear<5, 5, N, N, B>, Tanh>,
                              Linear<5, 3, N, N, B>>;
    cases.template forward<Nested, Categorical>("residual_nested");
    using Convolution = Residual<Conv2d<2, 2, kernel<3>, same_padding, N, N, B>, ReLU>;
    cases.template forward<Convolution, PointEstimate, shape<2, 5, 6>>("residual_conv");
    using Q = LocalReparameterization<N>;
    using DrawnOutputs = Sequential<Linear<6, 5, Q, N, B>, ReLU,
                                    Residual<Linear<5, 5, Q, N, B>, Tanh>, Linear<5, 3, Q, N, B>>;
    cases.template forward<DrawnOutputs, Categorical, shape<6>, AnalyticalKullbackLeiblerLoss>(
        "residual_fast");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("stacks of layers agree with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "mlp_");
    run_mlps(cases);
    run_drawn_outputs(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

TEMPLATE_LIST_TEST_CASE("residual blocks agree with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "residual_");
    run_residuals(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

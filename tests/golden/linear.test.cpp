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
using Quiet = BasicQuietPrior;

template <class B>
void run(golden::Runner<B>& cases) {
    using Default = Linear<4, 3, N, N, B>;
    cases.template forward<Default, SampleNormal>("linear_default");
    cases.template forward<Linear<6, 3, without_bias, N, N, B>, PointEstimate>("linear_no_bias");
    cases.template forward<Linear<5, 4, N, N, B>, SampleNormal>("linear_prior_mean_std");
    cases.template forward<Linear<7, 4, N, N, B>, PointEstimate>("linear_rescale_prior");
    cases.template forward<Linear<5, 3, N, N, B>, SampleNormal>("linear_prior_initialization");
    cases.template forward<Linear<5, 3, N, N, B>, SampleNormal>(
        "linear_rescaled_prior_initialization");
    cases.template forward<Linear<4, 4, N, N, B>, SampleNormal>("linear_no_kaiming");
    cases.template forward<Default, SampleNormal>("linear_norm_constants");
    cases.template forward<Default, SampleNormal>("linear_large_eps");
    cases.template forward<Linear<3, 2, N, N, B>, PointEstimate>("linear_batch1_samples2");
    cases.template forward<Default, SampleNormal, shape<5, 4>>("linear_3d_input");
    cases.template forward<Default, SampleNormal>("linear_sampled_input");
    cases.template forward<Default, PointEstimate>("linear_dataset_size_none");
    cases.template forward<Default, PointEstimate>("linear_heat_zero");
    cases.template forward<Default, PointEstimate>("linear_heat_two");
    cases.template forward<Default, PointEstimate>("linear_one_sample");
    cases.template forward<Linear<67, 45, N, N, B>, Categorical>("linear_medium");

    cases.template forward<Linear<4, 3, N, U, B>, PointEstimate>("linear_uniform_prior");
    cases.template forward<Linear<4, 3, N, per_variable<N, U>, B>, PointEstimate>(
        "linear_mixed_priors");

    cases.template forward<Linear<4, 3, NonBayesian, N, B>, PointEstimate>("linear_nonbayesian");
    cases.template forward<Linear<4, 3, NonBayesian, U, B>, PointEstimate, shape<4>,
                           AnalyticalKullbackLeiblerLoss>("linear_nonbayesian_analytical");
    cases.template forward<Linear<4, 3, per_variable<N, NonBayesian>, N, B>, PointEstimate>(
        "linear_nonbayesian_bias");

    cases.template forward<Linear<4, 3, T, N, B>, PointEstimate>("linear_studentt");
    cases.template forward<Linear<5, 3, T, N, B>, SampleNormal>("linear_studentt_norm_constants");
    cases.template forward<Linear<37, 29, T, N, B>, Categorical>("linear_medium_studentt");
    cases.template forward<Linear<4, 3, per_variable<N, T>, N, B>, PointEstimate>(
        "linear_mixed_posteriors");

    cases.template forward<Linear<5, 1, N, Quiet, B>, PointEstimate>("linear_quiet_prior_one_row");
    cases.template forward<Linear<5, 3, N, Quiet, B>, PointEstimate>("linear_quiet_prior");
    cases.template forward<Linear<5, 3, N, Quiet, B>, PointEstimate>("linear_quiet_prior_rescaled");
    cases.template forward<Linear<6, 3, N, per_variable<N, Quiet>, B>, PointEstimate>(
        "linear_mixed_priors_quiet_rescaled");
}

/// Outputs are drawn beside exact divergences.
template <class B>
void run_drawn_outputs(golden::Runner<B>& cases) {
    using Q = LocalReparameterization<N>;
    const auto forward = [&]<class M, class Likelihood>(const char* name) {
        cases.template forward<M, Likelihood, typename M::input_shape,
                               AnalyticalKullbackLeiblerLoss>(name);
    };
    using Default = Linear<4, 3, Q, N, B>;
    forward.template operator()<Default, SampleNormal>("linear_fast_analytical");
    forward.template operator()<Linear<5, 3, without_bias, Q, N, B>, PointEstimate>(
        "linear_fast_no_bias");
    forward.template operator()<Linear<5, 3, Q, N, B>, SampleNormal>("linear_fast_prior");
    forward.template operator()<Linear<5, 3, Q, U, B>, PointEstimate>("linear_fast_uniform");
    forward.template operator()<Linear<5, 3, Q, U, B>, PointEstimate>("linear_fast_uniform_norm");
    forward.template operator()<Linear<4, 3, Q, per_variable<N, N>, B>, PointEstimate>(
        "linear_fast_mixed_priors");
    forward.template operator()<Linear<67, 45, Q, N, B>, Categorical>("linear_medium_fast");
    cases.template forward<Default, PointEstimate, shape<5, 4>, AnalyticalKullbackLeiblerLoss>(
        "linear_fast_3d_input");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("linear layers agree with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "linear_");
    run(cases);
    run_drawn_outputs(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

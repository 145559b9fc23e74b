// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/concepts/likelihood.hpp>

#include "support/catch.hpp"

using namespace blue;

namespace {

struct OnlyLikelihood {
    Categorical likelihood;
};

}  // namespace

static_assert(detail::is_likelihood<Categorical> && detail::is_likelihood<Gaussian>);
static_assert(detail::is_likelihood<SampleNormal> && detail::is_likelihood<PointEstimate>);
static_assert(!detail::is_likelihood<MeanFieldNormal> && !detail::is_likelihood<double>);
static_assert(!detail::is_likelihood<Elbo<Gaussian>>);

static_assert(detail::is_objective<Elbo<Categorical>>);
static_assert(detail::is_objective<KullbackLeiblerLoss<SampleNormal>>);
static_assert(detail::is_objective<RenyiBound<Gaussian>>);
static_assert(detail::is_objective<AccuracyVersusUncertainty<Elbo<Categorical>>>);
static_assert(!detail::is_objective<Categorical> && !detail::is_objective<OnlyLikelihood>);

TEST_CASE("the likelihood of an objective is that of its member, and nothing's is void") {
    STATIC_REQUIRE(std::is_same_v<detail::likelihood_in<Elbo<Poisson>>::type, Poisson>);
    STATIC_REQUIRE(std::is_void_v<detail::likelihood_in<Poisson>::type>);
}

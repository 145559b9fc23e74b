// SPDX-License-Identifier: BSD-3-Clause
// Every estimator with every variational distribution and prior that go with it, in a layer.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/trains.hpp"

#include <boost/mp11.hpp>

using namespace blue;
namespace mp = boost::mp11;

namespace {

template <class Q>
using FlipoutInPairs = Antithetic<Flipout<Q>>;
template <class Q>
using FlipoutWithoutScore = StickingTheLanding<Flipout<Q>>;
template <class Q>
using OutputsInPairs = Antithetic<LocalReparameterization<Q>>;

/// What stands for families: normals, other location-scale families, formulas that are none.
using Normals = mp::mp_list<MeanFieldNormal, SoftplusScale<MeanFieldNormal>>;
using Symmetric = mp::mp_append<Normals, mp::mp_list<MeanFieldStudentT>>;
using Random = mp::mp_append<Symmetric, mp::mp_list<MeanFieldLogNormal>>;
/// Those that draw a variable as a whole: other estimators refuse them.
using Joint = mp::mp_list<MatrixNormal, Radial, LowRankNormal<2>, MultivariateNormal>;
/// With a closed form for normals and without one; one that reads the variational parameters.
using ClosedForm = mp::mp_list<MeanFieldNormal, UniformPrior>;
using Priors = mp::mp_append<ClosedForm, mp::mp_list<ScaleMixturePrior, BasicQuietPrior>>;

template <template <class> class Estimator, class Distributions, class Tested>
void check_all(const char* name) {
    mp::mp_for_each<mp::mp_product<mp::mp_list, Distributions, Tested>>(
        [&]<class Q, class P>(mp::mp_list<Q, P>) {
            if constexpr (PriorFor<P, Q>) {
                constexpr std::size_t q = mp::mp_find<mp::mp_append<Random, Joint>, Q>::value;
                constexpr std::size_t p = mp::mp_find<Priors, P>::value;
                INFO(name << ", distribution " << q << ", prior " << p);
                CHECK(std::isfinite(blue_test::trained_loss<Estimator<Q>, P>()));
            }
        });
}

}  // namespace

TEST_CASE("all estimators train without a number that is not finite", "[estimators]") {
    check_all<LocalReparameterization, Normals, ClosedForm>("local reparameterisation");
    check_all<OutputsInPairs, Normals, mp::mp_list<MeanFieldNormal>>("outputs in pairs");
    check_all<Flipout, Symmetric, Priors>("flipout");
    check_all<Antithetic, Random, Priors>("antithetic");
    check_all<Antithetic, Joint, mp::mp_list<MeanFieldNormal, ScaleMixturePrior>>("antithetic");
    check_all<StickingTheLanding, Random, Priors>("sticking the landing");
    check_all<FlipoutInPairs, Symmetric, mp::mp_list<MeanFieldNormal>>("flipout in pairs");
    check_all<FlipoutWithoutScore, Normals, mp::mp_list<MeanFieldNormal, BasicQuietPrior>>(
        "flipout without score");
}

TEST_CASE("what does not go together", "[estimators]") {
    CHECK_FALSE(NormalWeights<MeanFieldLaplace>);
    CHECK_FALSE(NormalWeights<MeanFieldLogNormal>);
    CHECK_FALSE(SymmetricWeights<MeanFieldLogNormal>);
    CHECK_FALSE(NormalWeights<MatrixNormal>);
    CHECK_FALSE(SymmetricWeights<Radial>);
    CHECK_FALSE(is_symmetric<noise::Gumbel>);
    CHECK_FALSE(is_symmetric<noise::Uniform>);
    CHECK_FALSE(is_symmetric<noise::None>);
    CHECK_FALSE(draws_weights<Antithetic<Flipout<MeanFieldNormal>>>);
    CHECK(draws_weights<StickingTheLanding<Antithetic<MeanFieldNormal>>>);
}

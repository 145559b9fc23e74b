// SPDX-License-Identifier: BSD-3-Clause
// Every joint distribution with every prior that goes with it, in a layer. Single elements have the
// same in combinations.test.cpp, and estimators in tests/estimators/combinations.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/trains.hpp"

#include <boost/mp11.hpp>

#include <cmath>

using namespace blue;
namespace mp = boost::mp11;

namespace {

using Joint = mp::mp_list<MatrixNormal, Radial, LowRankNormal<2>, MultivariateNormal>;
/// All but the prior of positive numbers.
using Priors = mp::mp_list<MeanFieldNormal, MeanFieldLaplace, MeanFieldLogistic, MeanFieldStudentT,
                           MeanFieldCauchy, UniformPrior, ScaleMixturePrior, BasicQuietPrior,
                           LearnedScalePrior, SpikeAndSlabLassoPrior, CentredPrior<>>;
using Pairs = mp::mp_product<mp::mp_list, Joint, Priors>;
template <class Pair>
using goes_together = mp::mp_bool<PriorFor<mp::mp_second<Pair>, mp::mp_first<Pair>>>;
static_assert(mp::mp_all_of<Pairs, goes_together>::value);

}  // namespace

TEST_CASE("all pairs train without a number that is not finite", "[distributions]") {
    mp::mp_for_each<Pairs>([]<class Q, class P>(mp::mp_list<Q, P>) {
        constexpr std::size_t q = mp::mp_find<Joint, Q>::value;
        constexpr std::size_t p = mp::mp_find<Priors, P>::value;
        INFO("distribution " << q << ", prior " << p);
        CHECK(std::isfinite(blue_test::trained_loss<Q, P>()));
    });
}

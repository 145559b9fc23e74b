// SPDX-License-Identifier: BSD-3-Clause
// Every variational distribution with every prior that goes with it, in a layer. The estimators
// have the same in tests/estimators/combinations.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/trains.hpp"

#include <boost/mp11.hpp>

#include <cmath>

using namespace blue;
namespace mp = boost::mp11;

namespace {

using Variational =
    mp::mp_list<MeanFieldNormal, MeanFieldLaplace, MeanFieldLogistic, MeanFieldStudentT,
                MeanFieldCauchy, MeanFieldLogNormal, NonBayesian>;
using Priors =
    mp::mp_list<MeanFieldNormal, MeanFieldLaplace, MeanFieldLogistic, MeanFieldStudentT,
                MeanFieldCauchy, MeanFieldLogNormal, UniformPrior, ScaleMixturePrior,
                BasicQuietPrior, LearnedScalePrior, SpikeAndSlabLassoPrior, CentredPrior<>>;
using Pairs = mp::mp_product<mp::mp_list, Variational, Priors>;
template <class Pair>
using goes_together = mp::mp_bool<PriorFor<mp::mp_second<Pair>, mp::mp_first<Pair>>>;
using Meaningful = mp::mp_copy_if<Pairs, goes_together>;

// Without: a prior of positive numbers beside the six others, the quiet prior beside the two
// distributions without a mean, and the learned scale beside the two without expected squares.
static_assert(mp::mp_size<Meaningful>::value == 7 * 12 - 6 - 2 - 2);

}  // namespace

TEST_CASE("all pairs train without a number that is not finite", "[distributions]") {
    mp::mp_for_each<Meaningful>([]<class Q, class P>(mp::mp_list<Q, P>) {
        constexpr std::size_t q = mp::mp_find<Variational, Q>::value;
        constexpr std::size_t p = mp::mp_find<Priors, P>::value;
        INFO("distribution " << q << ", prior " << p);
        CHECK(std::isfinite(blue_test::trained_loss<Q, P>()));
    });
}

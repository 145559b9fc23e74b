// SPDX-License-Identifier: BSD-3-Clause
// Every variational distribution with every prior that goes with it, in a layer.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <boost/mp11.hpp>

#include <cmath>
#include <limits>
#include <string>

using namespace blue;
namespace mp = boost::mp11;

namespace {

using Variational =
    mp::mp_list<MeanFieldNormal, MeanFieldLaplace, MeanFieldLogistic, MeanFieldStudentT,
                MeanFieldCauchy, MeanFieldLogNormal, NonBayesian>;
using Priors = mp::mp_list<MeanFieldNormal, MeanFieldLaplace, MeanFieldLogistic, MeanFieldStudentT,
                           MeanFieldCauchy, MeanFieldLogNormal, UniformPrior, ScaleMixturePrior,
                           BasicQuietPrior, LearnedScalePrior, SpikeAndSlabLassoPrior>;
using Pairs = mp::mp_product<mp::mp_list, Variational, Priors>;
template <class Pair>
using goes_together = mp::mp_bool<PriorFor<mp::mp_second<Pair>, mp::mp_first<Pair>>>;
using Meaningful = mp::mp_copy_if<Pairs, goes_together>;

// Without: a prior of positive numbers beside the six others, the quiet prior beside the two
// distributions without a mean, and the learned scale beside the two without expected squares.
static_assert(mp::mp_size<Meaningful>::value == 7 * 11 - 6 - 2 - 2);

/// Some steps of training; the loss of the last one, or NaN when a parameter of the weights stands
/// still.
template <class Q, class P>
double train() {
    const float inputs[] = {0.5f, -1, 2, 1, 0.25f, -0.5f};
    const std::int32_t classes[] = {0, 1};
    auto layer = make<Linear<3, 2, Q, P>>(Seed{1});
    const auto before = blue_test::parameters_of(layer);
    auto optimizer = make_optimizer(layer, Adam{.learning_rate = 1e-2});
    Tape<Cpu<float>> tape;
    const Elbo objective{Categorical{}};
    double value = 0;
    for (std::uint64_t step = 0; step < 5 && std::isfinite(value); ++step) {
        tape.reset();
        const auto x = tape.template input<shape<3>>(inputs, 2);
        const auto result = forward<Scores::divergence>(
            layer, tape, x, {.samples = 3, .seed = Seed{2}, .pass = step});
        const auto loss = objective(result, make_labels(tape, classes, 2, 2), DatasetSize{2});
        backward(loss);
        optimizer.step(layer, tape);
        value = static_cast<double>(loss.total.value());
    }
    const auto after = blue_test::parameters_of(layer);
    for (std::size_t i = 0; i < after.size(); ++i)
        if (after[i] == before[i]) return std::numeric_limits<double>::quiet_NaN();
    return value;
}

}  // namespace

TEST_CASE("all pairs train without a number that is not finite", "[distributions]") {
    mp::mp_for_each<Meaningful>([]<class Q, class P>(mp::mp_list<Q, P>) {
        constexpr std::size_t q = mp::mp_find<Variational, Q>::value;
        constexpr std::size_t p = mp::mp_find<Priors, P>::value;
        INFO("distribution " << q << ", prior " << p);
        CHECK(std::isfinite(train<Q, P>()));
    });
}

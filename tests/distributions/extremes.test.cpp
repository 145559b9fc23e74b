// SPDX-License-Identifier: BSD-3-Clause
// Scales of exp(-20) and exp(20), weights of a million: numbers stay finite in float.
#include <blue/blue.hpp>
#include <blue/optim/gradients.hpp>

#include "support/catch.hpp"

#include <boost/mp11.hpp>

#include <cmath>
#include <string>
#include <type_traits>

using namespace blue;
namespace mp = boost::mp11;

namespace {

using OnTheRealLine = mp::mp_list<MeanFieldNormal, MeanFieldLaplace, MeanFieldLogistic,
                                  MeanFieldStudentT, MeanFieldCauchy>;

/// The sum of squared gradients after one pass over a layer whose scales are exp(log_scale), or a
/// number that is not finite when the loss or a log prob is not.
template <class Q, class P = MeanFieldNormal>
double gradients_at(float log_scale) {
    auto layer = make<Linear<3, 2, Q, P>>(Seed{1});
    layer.for_each_state([&](auto& state) {
        for (Index e = 0; e < state.size; ++e) state.parameter(1)[e] = log_scale;
    });
    const float inputs[] = {0.5f, -1, 2, 1, 0.25f, -0.5f};
    const std::int32_t classes[] = {0, 1};
    Tape<Cpu<float>> tape;
    const auto x = tape.input<shape<3>>(inputs, 2);
    const auto result = forward<Scores::log_probs>(layer, tape, x, {.samples = 4});
    const auto loss = KullbackLeiblerLoss{Categorical{}}(result, make_labels(tape, classes, 2, 2),
                                                         DatasetSize{2});
    backward(loss);
    double total = static_cast<double>(loss.total.value());
    for (double norm : gradient_norms(tape)) total += norm;
    return total;
}

}  // namespace

TEMPLATE_TEST_CASE("densities of weights of a million are finite", "[distributions]", float,
                   double) {
    using Number = math::Number<TestType>;
    mp::mp_for_each<OnTheRealLine>([](auto distribution) {
        for (double log_scale : {-20.0, 0.0, 20.0})
            for (double w : {-1e6, 0.0, 1e6}) {
                const TestType scale = static_cast<TestType>(std::exp(log_scale));
                const auto value = distribution.log_prob(Number(static_cast<TestType>(w)),
                                                         Number(0), Number(scale))[0];
                INFO("log scale " << log_scale << ", weight " << w);
                CHECK(std::isfinite(value));
            }
    });
    for (double w : {1e-6, 1.0, 1e6})
        for (double scale : {1e-3, 1.0, 1e3})
            CHECK(std::isfinite(
                MeanFieldLogNormal::log_prob(Number(static_cast<TestType>(w)), Number(0),
                                             Number(static_cast<TestType>(scale)))[0]));
    for (double w : {-1e6, 0.0, 1e6}) {
        const Number weight(static_cast<TestType>(w));
        CHECK(std::isfinite(ScaleMixturePrior{}.log_prob(weight)[0]));
        CHECK(std::isfinite(SpikeAndSlabLassoPrior{}.log_prob(weight)[0]));
    }
}

TEST_CASE("losses and gradients at extreme scales are finite", "[distributions]") {
    mp::mp_for_each<OnTheRealLine>([]<class Q>(Q) {
        // A Cauchy draw of 1e10 has gradients whose squares are beyond float: `fit` says so.
        const float largest = std::is_same_v<Q, MeanFieldCauchy> ? 15.0f : 20.0f;
        for (float log_scale : {-20.0f, largest}) {
            INFO("log scale " << log_scale);
            CHECK(std::isfinite(gradients_at<Q>(log_scale)));
        }
    });
    CHECK(std::isfinite(gradients_at<MeanFieldLogNormal>(-20)));
    for (float log_scale : {-20.0f, 20.0f}) {
        CHECK(std::isfinite(gradients_at<MeanFieldNormal, LearnedScalePrior>(log_scale)));
        CHECK(std::isfinite(gradients_at<MeanFieldNormal, SpikeAndSlabLassoPrior>(log_scale)));
    }
}

TEST_CASE("a log-normal of scale exp(20) is an error that names the variable", "[distributions]") {
    Sequential<Linear<3, 2, MeanFieldLogNormal>> net{Seed{1}};
    layer<0>(net).state<"weight">().parameter(1)[0] = 20;
    const Dataset<std::int32_t> data{Array<float>({1, 3}), Array<std::int32_t>({1})};
    std::string message;
    try {
        fit(net, Elbo{Categorical{}}, data, {.progress = Progress::none});
    } catch (const NumericalError& error) {
        message = error.what();
    }
    CHECK(message.find("0.weight") != message.npos);
}

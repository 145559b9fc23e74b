// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/custom.hpp"
#include "objectives/small_model.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace blue;
using namespace blue_test;

namespace {

/// Parameters sin(k / 2) and -1 + cos(k) / 2, counted through the state dict.
template <class M>
void set_parameters(M& net) {
    Index first = 0;
    detail::visit_variables(net, [&](auto& state) {
        for (int k = 0; k < state.parameters; ++k, first += state.size)
            for (Index e = 0; e < state.size; ++e) {
                const double at = static_cast<double>(first + e);
                state.parameter(k)[e] = k == 0 ? std::sin(0.5 * at) : -1 + 0.5 * std::cos(at);
            }
    });
}

/// The loss of a network with these parameters, on outputs cos(0.37 k).
template <class P>
Loss<Cpu<double>>::Values loss_values(P prior, bool norm_constants) {
    SmallModel<MeanFieldNormal, P> net{Seed{1}, blue::prior(prior)};
    set_parameters(net);
    Tape<Cpu<double>> tape;
    auto given = small_pass<Scores::closed_form>(net, tape, norm_constants);
    std::vector<double> outputs;
    for (int k = 0; k < small_samples * small_batch * 4; ++k) outputs.push_back(std::cos(0.37 * k));
    given.samples = tape.input<shape<4>>(outputs.data(), small_batch, small_samples);
    AnalyticalKullbackLeiblerLoss loss{Categorical{},
                                       {.dataset_size = DatasetSize{30},
                                        .heat = 0.7,
                                        .norm_constants = norm_constants,
                                        .track = true}};
    const auto values = loss(given, make_labels(tape, small_labels().data(), 6, 4)).values();
    CHECK(loss.history.data_fitting == std::vector{values.data_fitting});
    CHECK(loss.history.prior_matching == std::vector{values.prior_matching});
    CHECK(loss.history.log_probs.empty());
    return values;
}

}  // namespace

TEST_CASE("the analytical loss has torch_blue's numbers", "[objectives]") {
    // AnalyticalKullbackLeiblerLoss of torch_blue 1.1.0 in float64.
    const MeanFieldNormal normal{.mean = 0.3, .std = 0.5};
    for (bool norm_constants : {false, true}) {
        const auto values = loss_values(normal, norm_constants);
        CHECK(values.data_fitting == Approx(40.43138656274208).epsilon(1e-13));
        CHECK(values.prior_matching == Approx(37.76108884654968).epsilon(1e-13));
    }
    CHECK(loss_values(UniformPrior{}, false).prior_matching ==
          Approx(16.635847317830965).epsilon(1e-13));
    CHECK(loss_values(UniformPrior{}, true).prior_matching ==
          Approx(-11.667459504872951).epsilon(1e-13));
}

TEST_CASE("without normalisation constants both ways to the divergence agree", "[objectives]") {
    // The constants of Student's t and of the normal distribution differ: 44 weights of -0.98 and
    // -0.92 nats.
    const SmallModel<MeanFieldStudentT, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto x = [&] { return tape.input<shape<3>>(small_inputs().data(), small_batch); };
    const auto divergence = [&](bool norm_constants) {
        tape.reset();
        const auto result = forward<Scores::closed_form>(
            net, tape, x(), {.samples = 1, .norm_constants = norm_constants});
        return AnalyticalKullbackLeiblerLoss{Categorical{}}(
                   result, make_labels(tape, small_labels().data(), small_batch, 4))
            .values()
            .divergence;
    };
    const double constants =
        44 * (norm_constant(MeanFieldStudentT{}) - norm_constant(MeanFieldNormal{}));
    CHECK(divergence(true) - divergence(false) == Approx(constants).epsilon(1e-12));
    CHECK(std::abs(constants) > 1);

    constexpr Index samples = 20000;
    const double expected = divergence(false);
    tape.reset();
    const auto total =
        forward<Scores::log_probs>(net, tape, x(), {.samples = samples, .norm_constants = false})
            .log_probs.total();
    double mean = 0, squares = 0;
    for (std::size_t s = 0; s < samples; ++s)
        mean += (total.variational[s] - total.prior[s]) / static_cast<double>(samples);
    for (std::size_t s = 0; s < samples; ++s)
        squares += std::pow(total.variational[s] - total.prior[s] - mean, 2);
    const double error = std::sqrt(squares) / static_cast<double>(samples);
    // Five standard errors of the mean: wrong for one seed in 1.7 million (the tails are heavy, but
    // the seed is fixed).
    CHECK(std::abs(mean - expected) < 5 * error);
    CHECK(error < 0.1 * std::abs(constants));
}

TEST_CASE("point estimates have no divergence", "[objectives]") {
    // Beside random variables, and whatever the prior.
    const SmallModel<per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    AnalyticalKullbackLeiblerLoss loss{Categorical{}};
    const auto divergences = small_loss<Scores::closed_form>(net, tape, loss).divergences();
    CHECK(divergences[0] > 0);
    CHECK(divergences[1] == 0);
    CHECK(divergences[2] > 0);
    CHECK(divergences[3] == 0);
}

TEST_CASE("gradients of the analytical loss with respect to all parameters", "[objectives]") {
    SmallModel<per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal> net{Seed{1}};
    AnalyticalKullbackLeiblerLoss loss{Categorical{}, {.dataset_size = DatasetSize{30}}};
    for (bool norm_constants : {false, true})
        // Fourth-order differences, see central_difference.
        CHECK(testing::parameter_gradient_check(net, [&](auto& tape) {
                  return small_loss<Scores::closed_form>(net, tape, loss, norm_constants).total;
              }).error < 1e-8);
}

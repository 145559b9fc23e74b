// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/custom.hpp"
#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue_test;

namespace {

constexpr double size = 30;

template <class M>
Loss<Cpu<double>> bound_of(const M& net, Tape<Cpu<double>>& tape, double alpha, double heat = 1) {
    return small_loss<Scores::log_probs>(
        net, tape,
        RenyiBound{Categorical{}, {.alpha = alpha, .dataset_size = DatasetSize{30}, .heat = heat}});
}

/// log r of each sample, from the outputs and the log probs of a pass.
template <class Result>
std::vector<double> log_ratios(const Result& result, double heat) {
    const auto outputs = result.samples.to_host();
    const LogProbEntry log_probs = result.log_probs.total();
    std::vector<double> ratios;
    for (std::size_t s = 0; s < small_samples; ++s) {
        double log_likelihood = 0;
        for (std::size_t b = 0; b < small_batch; ++b) {
            const double* logits = outputs.data() + (s * small_batch + b) * 4;
            double sum = 0;
            for (int c = 0; c < 4; ++c) sum += std::exp(logits[c]);
            log_likelihood += logits[small_labels()[b]] - std::log(sum);
        }
        ratios.push_back(size / static_cast<double>(small_batch) * log_likelihood +
                         heat * (log_probs.prior[s] - log_probs.variational[s]));
    }
    return ratios;
}

using Net = SmallModel<MeanFieldNormal, MeanFieldNormal>;

}  // namespace

TEST_CASE("the bound is the log of a mean of powers", "[objectives]") {
    const Net net{Seed{1}};
    for (double heat : {1.0, 0.3})
        for (double alpha : {-1.0, 0.0, 0.5, 0.99, 1.5}) {
            Tape<Cpu<double>> tape;
            const auto ratios = log_ratios(small_pass<Scores::log_probs>(net, tape), heat);
            double mean = 0;
            for (double ratio : ratios)
                // Divided by exp(-100), so that nothing overflows.
                mean += std::exp((1 - alpha) * (ratio + 100)) / small_samples;
            tape.reset();
            // Rounding of numbers of order 100, divided by 1 - alpha where that is 0.01.
            CHECK(bound_of(net, tape, alpha, heat).total.value() ==
                  Approx(100 - std::log(mean) / (1 - alpha)).epsilon(1e-12));
        }
}

TEST_CASE("the parts of the bound are those of the Elbo", "[objectives]") {
    const Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto loss = bound_of(net, tape, 0.5, 0.3);
    const auto parts = loss.values();
    const auto divergences = loss.divergences();
    tape.reset();
    const auto elbo = small_loss<Scores::log_probs>(
        net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}, .heat = 0.3}});
    const auto expected = elbo.values();
    CHECK(parts.data_fitting == Approx(expected.data_fitting).epsilon(1e-14));
    CHECK(parts.prior_matching == expected.prior_matching);
    CHECK(parts.divergence == expected.divergence);
    CHECK(divergences == elbo.divergences());
}

TEST_CASE("with alpha near 1 the bound is that of the Elbo", "[objectives]") {
    Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto ratios = log_ratios(small_pass<Scores::log_probs>(net, tape), 1);
    double mean = 0, variance = 0;
    for (double ratio : ratios) mean += ratio / small_samples;
    for (double ratio : ratios) variance += std::pow(ratio - mean, 2) / small_samples;
    CHECK(variance > 1);  // otherwise all bounds are the same
    for (double distance : {-1e-3, 1e-6, 1e-9, 1e-15}) {
        tape.reset();
        // log mean exp(d r) / d = mean + d variance / 2 + O(d^2): third cumulants of some 100. The
        // rest is rounding.
        const double expected = -mean - distance * variance / 2;
        CHECK(std::abs(bound_of(net, tape, 1 - distance).total.value() - expected) <
              200 * distance * distance + 1e-13 * std::abs(mean));
    }
}

TEST_CASE("the smaller alpha, the tighter the bound", "[objectives]") {
    const Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    double previous = -std::numeric_limits<double>::infinity();
    for (double alpha : {-5.0, -1.0, 0.0, 0.5, 0.9, 1.1, 3.0}) {
        tape.reset();
        const auto loss = bound_of(net, tape, alpha);
        const auto parts = loss.values();
        const double total = loss.total.value();
        CHECK(total > previous);
        CHECK((total < parts.data_fitting + parts.prior_matching) == (alpha < 1));
        previous = total;
    }
}

TEST_CASE("gradients of the bound with respect to all parameters", "[objectives]") {
    const auto error = [](auto net, double alpha, double heat) {
        return testing::parameter_gradient_check(
                   net, [&](auto& tape) { return bound_of(net, tape, alpha, heat).total; })
            .error;
    };
    // Fourth-order differences, see central_difference.
    for (double alpha : {-1.0, 0.0, 0.5, 1 - 1e-7, 2.0})
        CHECK(error(Net{Seed{1}}, alpha, 1) < 1e-8);
    // Formulas, point estimates beside random variables, and nothing that is random.
    CHECK(error(SmallModel<per_variable<MeanFieldNormal, SinhArcsinh>, MeanFieldNormal>{Seed{1}},
                0.5, 0.7) < 1e-8);
    CHECK(error(SmallModel<per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal>{Seed{1}}, 0,
                0.7) < 1e-8);
    CHECK(error(SmallModel<NonBayesian, MeanFieldNormal>{Seed{1}}, 0.5, 0.7) < 1e-8);
}

TEST_CASE("a bound without samples that differ is the loss itself", "[objectives]") {
    const SmallModel<NonBayesian, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto loss = bound_of(net, tape, 0);
    const auto parts = loss.values();
    CHECK(loss.total.value() == Approx(parts.data_fitting + parts.prior_matching).epsilon(1e-14));
}

TEST_CASE("orders and sizes that make no sense", "[objectives]") {
    const Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    CHECK(message_of<ValueError>([&] { bound_of(net, tape, 1); }) ==
          "RenyiBound: expected a finite alpha other than 1 (Elbo is the bound for 1), got 1");
    CHECK_THROWS_AS(bound_of(net, tape, std::numeric_limits<double>::infinity()), ValueError);
    CHECK_THROWS_AS(bound_of(net, tape, std::numeric_limits<double>::quiet_NaN()), ValueError);
    CHECK(message_of<ValueError>([&] {
              small_loss<Scores::log_probs>(net, tape, RenyiBound{Categorical{}});
          }) == "expected a dataset size, in the objective's options or in the call, got none");
    // Outputs of another number of samples than the pass has.
    auto other = small_pass<Scores::log_probs>(net, tape);
    const auto outputs = other.samples.to_host();
    other.samples = tape.input<shape<4>>(outputs.data(), small_batch, 2);
    CHECK_THROWS_AS(
        RenyiBound{Categorical{}}(other, make_labels(tape, small_labels().data(), small_batch, 4),
                                  DatasetSize{30}),
        ShapeError);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "distributions/custom.hpp"
#include "objectives/small_model.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The mean over samples and rows of the log-likelihood, from the outputs.
double mean_log_likelihood(const std::vector<double>& outputs) {
    double total = 0;
    for (Index s = 0; s < small_samples; ++s)
        for (Index b = 0; b < small_batch; ++b) {
            const double* logits = outputs.data() + (s * small_batch + b) * 4;
            double sum = 0;
            for (int c = 0; c < 4; ++c) sum += std::exp(logits[c]);
            total += logits[small_labels()[static_cast<std::size_t>(b)]] - std::log(sum);
        }
    return total / static_cast<double>(small_samples * small_batch);
}

}  // namespace

TEST_CASE("the bound is N times the mean log-likelihood, and the divergence", "[objectives]") {
    const SmallModel<MeanFieldNormal, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto result = small_pass<Scores::divergence>(net, tape);
    const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
    const auto loss = Elbo{Categorical{}}(result, labels, DatasetSize{30});
    CHECK(loss.values().data_fitting ==
          Approx(-30 * mean_log_likelihood(result.samples.to_host())).epsilon(1e-13));

    double divergence = 0;
    detail::visit_variables(net, [&](const auto& state) {
        for (Index e = 0; e < state.size; ++e)
            divergence +=
                kl(state.distribution, state.prior, math::Number<double>(state.parameter(0)[e]),
                   math::Number<double>(std::exp(state.parameter(1)[e])))[0];
    });
    CHECK(loss.values().divergence == Approx(divergence).epsilon(1e-13));
    CHECK(loss.total.value() == Approx(loss.values().data_fitting + divergence).epsilon(1e-13));
}

TEST_CASE("without a closed form the divergence comes from the samples", "[objectives]") {
    // Closed forms for the weights, none for the biases.
    const SmallModel<per_variable<MeanFieldNormal, SinhArcsinh>, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto result = small_pass<Scores::divergence>(net, tape);
    const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
    const auto loss = Elbo{Categorical{}}(result, labels, DatasetSize{30});
    const auto closed = result.log_probs.get<0, "weight">();
    const auto sampled = result.log_probs.get<0, "bias">();
    CHECK(closed.prior == std::vector<double>(small_samples, 0));
    double mean = 0;
    for (std::size_t s = 0; s < small_samples; ++s)
        mean += (sampled.variational[s] - sampled.prior[s]) / static_cast<double>(small_samples);
    CHECK(loss.divergences()[1] == Approx(mean).epsilon(1e-13));
    CHECK(loss.divergences()[0] > 0);
}

TEST_CASE("both ways to the divergence estimate the same", "[objectives]") {
    const SmallModel<MeanFieldNormal, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto x = tape.input<shape<3>>(small_inputs().data(), small_batch);
    const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
    const Elbo elbo{Categorical{}, {.dataset_size = DatasetSize{30}}};
    const auto exact = elbo(forward<Scores::divergence>(net, tape, x, {.samples = 2}), labels);
    const double divergence = exact.values().divergence;
    tape.reset();
    constexpr Index samples = 4000;
    const auto result = forward<Scores::log_probs>(
        net, tape, tape.input<shape<3>>(small_inputs().data(), small_batch), {.samples = samples});
    const auto total = result.log_probs.total();
    double mean = 0, squares = 0;
    for (std::size_t s = 0; s < samples; ++s)
        mean += (total.variational[s] - total.prior[s]) / static_cast<double>(samples);
    for (std::size_t s = 0; s < samples; ++s)
        squares += std::pow(total.variational[s] - total.prior[s] - mean, 2);
    // Five standard errors of the mean: wrong for one seed in 1.7 million.
    CHECK(std::abs(mean - divergence) < 5 * std::sqrt(squares) / static_cast<double>(samples));
}

TEST_CASE("heat weighs the divergence", "[objectives]") {
    const SmallModel<MeanFieldNormal, MeanFieldNormal> net{Seed{1}};
    const auto run = [&](double heat) {
        Tape<Cpu<double>> tape;
        return small_loss<Scores::divergence>(
                   net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}, .heat = heat}})
            .values();
    };
    CHECK(run(2).prior_matching == Approx(2 * run(1).prior_matching).epsilon(1e-14));
    CHECK(run(0).prior_matching == 0);
    CHECK(run(2).data_fitting == run(1).data_fitting);
    CHECK(run(2).divergence == run(1).divergence);
}

TEST_CASE("the bound needs a dataset size", "[objectives]") {
    const SmallModel<MeanFieldNormal, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    CHECK_THROWS_AS(small_loss<Scores::divergence>(net, tape, Elbo{Categorical{}}), ValueError);
    // That of the options comes first.
    const auto result = small_pass<Scores::divergence>(net, tape);
    const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
    const auto options = Elbo{Categorical{}, {.dataset_size = DatasetSize{10}}};
    CHECK(options(result, labels, DatasetSize{99}).values().data_fitting ==
          options(result, labels).values().data_fitting);
}

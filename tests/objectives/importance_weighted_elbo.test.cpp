// SPDX-License-Identifier: BSD-3-Clause
// On Bayesian linear regression, of which the evidence is known. Gradients: renyi_bound.test.cpp.
#include <blue/blue.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"

#include <Eigen/Dense>

#include <cmath>

using namespace blue;
using namespace blue_test;

namespace {

using B = Cpu<double>;

/// y = x w + noise, and an approximate posterior: right means, deviations 1.3 times those that are
/// best for the Elbo.
struct Regression {
    static constexpr Index n = 30, d = 3;
    static constexpr double noise = 0.5;
    const MeanFieldNormal prior{.mean = 0, .std = 1.5};
    Eigen::Matrix<double, n, d, Eigen::RowMajor> x;
    Eigen::Vector<double, n> y;
    Linear<d, 1, without_bias, MeanFieldNormal, MeanFieldNormal, B> model;
    double log_evidence;

    Regression() {
        for (Index i = 0; i < n; ++i) {
            const double t = static_cast<double>(i);
            x.row(i) << std::sin(t + 1), std::sin(t + 1.7), std::cos(0.3 * t);
            y[i] = x.row(i).dot(Eigen::RowVector3d(1, -0.5, 2)) + noise * std::sin(17 * t);
        }
        initialise(model, Seed{1}, blue::prior(prior));
        const Eigen::Matrix3d precision = x.transpose() * x / (noise * noise) +
                                          Eigen::Matrix3d::Identity() / (prior.std * prior.std);
        const Eigen::Vector3d mean =
            precision.ldlt().solve(x.transpose() * y / (noise * noise)).eval();
        detail::visit_variables(model, [&](auto& state) {
            for (Index j = 0; j < d; ++j) {
                state.parameter(0)[j] = mean[j];
                state.parameter(1)[j] = std::log(1.3 / std::sqrt(precision(j, j)));
            }
        });
        // y is normal with mean 0 and this covariance.
        const Eigen::Matrix<double, n, n> covariance =
            prior.std * prior.std * x * x.transpose() +
            noise * noise * Eigen::Matrix<double, n, n>::Identity();
        const Eigen::LLT<Eigen::Matrix<double, n, n>> factor(covariance);
        log_evidence = -0.5 * y.dot(factor.solve(y)) -
                       factor.matrixL().toDenseMatrix().diagonal().array().log().sum() +
                       static_cast<double>(n) * MeanFieldNormal::constant;
    }

    /// The pass with this many samples.
    auto pass(Tape<B>& tape, Index samples, std::uint64_t number = 0) const {
        tape.reset();
        tape.recording = false;
        return forward<Scores::log_probs>(model, tape, tape.input<shape<d>>(x.data(), n),
                                          {.samples = samples, .seed = Seed{2}, .pass = number});
    }
    /// The bound in nats, with its sign.
    template <class Objective, class Result>
    double bound(const Objective& objective, const Result& result) const {
        const auto target = result.samples.tape->template input<shape<1>>(y.data(), n);
        return -objective(result, target, DatasetSize{n}).total.value();
    }
};

const ImportanceWeightedElbo weighted{Gaussian{Regression::noise}};
const Elbo elbo{Gaussian{Regression::noise}};

}  // namespace

TEST_CASE("with one sample it is the Elbo", "[objectives]") {
    const Regression regression;
    Tape<B> tape;
    const auto result = regression.pass(tape, 1);
    CHECK(regression.bound(weighted, result) ==
          Approx(regression.bound(elbo, result)).epsilon(1e-14));
}

TEST_CASE("on the same draws it is tighter than the Elbo", "[objectives]") {
    const Regression regression;
    Tape<B> tape;
    for (std::uint64_t pass = 0; pass < 20; ++pass) {
        const auto result = regression.pass(tape, 5, pass);
        CHECK(regression.bound(weighted, result) > regression.bound(elbo, result));
    }
}

TEST_CASE("it is the Renyi bound of order 0", "[objectives]") {
    const Regression regression;
    Tape<B> tape;
    const auto result = regression.pass(tape, 5);
    for (double heat : {1.0, 0.3})
        CHECK(regression.bound(ImportanceWeightedElbo{Gaussian{0.5}, {.heat = heat}}, result) ==
              regression.bound(RenyiBound{Gaussian{0.5}, {.alpha = 0, .heat = heat}}, result));
}

TEST_CASE("many samples give the log evidence", "[objectives]") {
    const Regression regression;
    Tape<B> tape;
    constexpr Index samples = 100000;
    const auto result = regression.pass(tape, samples);
    const double estimate = regression.bound(weighted, result);
    // The standard error of the log of a mean of ratios: their relative one.
    const auto outputs = result.samples.to_host();
    const LogProbEntry log_probs = result.log_probs.total();
    double squares = 0;
    for (std::size_t s = 0; s < samples; ++s) {
        double log_ratio = log_probs.prior[s] - log_probs.variational[s];
        for (std::size_t i = 0; i < Regression::n; ++i)
            log_ratio += ops::FixedNormalLogProb{Regression::noise}.apply(
                math::Number<double>(regression.y[static_cast<Index>(i)]),
                math::Number<double>(outputs[s * Regression::n + i]))[0];
        squares += std::pow(std::exp(log_ratio - estimate) - 1, 2);
    }
    const double error = std::sqrt(squares) / static_cast<double>(samples);
    // Five standard errors: wrong for one seed in 1.7 million.
    CHECK(std::abs(estimate - regression.log_evidence) < 5 * error);
    // Which says something: the Elbo is further away.
    CHECK(error < 0.01);
    CHECK(regression.bound(elbo, result) < regression.log_evidence - 50 * error);
}

TEST_CASE("with more samples it rises from the Elbo to the log evidence", "[objectives]") {
    const Regression regression;
    Tape<B> tape;
    constexpr int passes = 10000;
    double previous = 0, previous_error = 0, elbo_gap = 0;
    for (Index samples : {1, 2, 4, 8}) {
        double mean = 0, squares = 0;
        for (std::uint64_t pass = 0; pass < passes; ++pass) {
            const double bound = regression.bound(weighted, regression.pass(tape, samples, pass));
            mean += bound / passes;
            squares += bound * bound / passes;
        }
        const double error = std::sqrt((squares - mean * mean) / passes);
        // Bounds, 0.65 to 0.06 nats below: five standard errors, wrong for one seed in 3 million.
        CHECK(mean < regression.log_evidence + 5 * error);
        if (samples == 1)
            elbo_gap = regression.log_evidence - mean;
        else
            CHECK(mean > previous + 5 * std::hypot(error, previous_error));
        previous = mean;
        previous_error = error;
    }
    CHECK(regression.log_evidence - previous < 0.2 * elbo_gap);
}

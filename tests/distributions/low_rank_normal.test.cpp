// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/low_rank_normal.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The covariance of all elements.
Eigen::MatrixXd covariance(const DrawnSmall<LowRankNormal<2>>& drawn) {
    Eigen::MatrixXd factor(6, 2), dense(6, 6);
    for (Index e = 0; e < 12; ++e) factor(e / 2, e % 2) = drawn.stored(2, e);
    dense = factor * factor.transpose();
    for (Index e = 0; e < 6; ++e) dense(e, e) += std::exp(2 * drawn.stored(1, e));
    return dense;
}

}  // namespace

TEST_CASE("LowRankNormal<2>: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(testing::joint_laws(LowRankNormal<2>{}, normal) == Failures{});
    // Priors without a closed form, with kinks that are wide for the steps of differences.
    CHECK(testing::joint_pass_laws(LowRankNormal<2>{}, ScaleMixturePrior{.std2 = 0.2}) ==
          Failures{});
    CHECK(testing::joint_pass_laws(LowRankNormal<2>{}, BasicQuietPrior{.eps = 0.1}) == Failures{});
    CHECK(testing::joint_pass_laws(LowRankNormal<2>{}, CentredPrior<>{}) == Failures{});
    CHECK(testing::joint_pass_laws(LowRankNormal<2>{}, LearnedScalePrior{}) == Failures{});
}

TEST_CASE("LowRankNormal<2>: dense computations", "[distributions]") {
    DrawnSmall<LowRankNormal<2>> drawn{LowRankNormal<2>{}};
    const Eigen::MatrixXd dense = covariance(drawn);
    // Roundings of sums of some tens of numbers below 100.
    CHECK(drawn.log_q == Approx(dense_log_normal(drawn.deviation, dense)).epsilon(1e-12));
    CHECK(divergence(drawn.small, {.mean = 0.1, .std = 0.7}) ==
          Approx(dense_kl(drawn.mean(), dense, 0.1, 0.7)).epsilon(1e-12));
    CHECK(farthest_covariance(LowRankNormal<2>{}, dense) < 6);
}

TEST_CASE("LowRankNormal: parameters", "[distributions]") {
    using Net = Linear<5, 3, LowRankNormal<2>>;
    static_assert(variational_parameter_names<Net>[2] == "_weight_factor");
    static_assert(parameter_count<Net> == 4 * 15 + 4 * 3);
    // A part of the initial variance is that of the factors: on average as much as is asked for.
    // 6 standard errors of the mean of 20000 squares of uniform numbers.
    const auto net = make<Linear<100, 100, LowRankNormal<2>>>(
        Seed{1}, posterior(LowRankNormal<2>{.std = 2, .factor_share = 0.2}),
        ModuleOptions{.kaiming_initialization = false});
    const auto& weight = net.state<"weight">();
    CHECK(std::exp(2 * weight.parameter(1)[0]) == Approx(4 * 0.8));
    double squares = 0;
    for (Index i = 0; i < 20000; ++i) {
        const double f = static_cast<double>(weight.parameter(2)[i]);
        squares += f * f / 10000;
    }
    CHECK(squares == Approx(4 * 0.2).epsilon(6 * 0.9 / std::sqrt(20000.0)));
}

TEST_CASE("LowRankNormal: factors far above the diagonal", "[distributions]") {
    // Of the quadratic form nothing but a few digits would be left as a difference: with
    // std = exp(-20) its two parts are near 1e17.
    DrawnSmall<LowRankNormal<2>> drawn{LowRankNormal<2>{}};
    for (Index e = 0; e < 6; ++e) drawn.small.stored[drawn.small.at(1, e)] = -20;
    const auto variable = drawn.small.prepared();
    const double log_q =
        drawn.small.q.log_prob(variable, drawn.noise.data(), drawn.deviation.data());
    // Four directions are those of the diagonal alone, two those of the factors. The noise outside
    // and z are what is left: 8 numbers whose squares are summed, less 2 that explain each other.
    const Eigen::MatrixXd dense = covariance(drawn);
    Eigen::MatrixXd factor(6, 2);
    for (Index e = 0; e < 12; ++e) factor(e / 2, e % 2) = drawn.stored(2, e);
    const Eigen::VectorXd eps = Eigen::Map<const Eigen::VectorXd>(drawn.noise.data(), 6);
    const Eigen::VectorXd z = Eigen::Map<const Eigen::VectorXd>(drawn.noise.data() + 6, 2);
    const Eigen::MatrixXd gram = factor.transpose() * factor;
    const Eigen::VectorXd outside = eps - factor * gram.ldlt().solve(factor.transpose() * eps);
    const double log_det = std::log(gram.determinant()) + 4 * -40;
    CHECK(log_q == Approx(6 * MeanFieldNormal::constant - 0.5 * log_det -
                          0.5 * (outside.squaredNorm() + z.squaredNorm()))
                       .epsilon(1e-7));
}

TEST_CASE("LowRankNormal: more factors than elements", "[distributions]") {
    // A normal of one element, of which the three factors are one and the same: all but half of the
    // digits of its density cancel.
    using Q = LowRankNormal<3>;
    const Index offsets[] = {0, 16, 32, 48};
    for (int trial = 0; trial < 50; ++trial)
        for (double log_std : {-20.0, -8.0, 0.0}) {
            double stored[48] = {}, workspace[1 + 9 + 1], log_total = 0, deviation = 0;
            stored[16] = log_std;
            double variance = std::exp(2 * log_std), noise[4];
            for (int a = 0; a < 4; ++a) {
                const auto at = static_cast<Index>(8 * trial + a);
                noise[a] = 3 * random::uniform<double>({.seed = 1}, at) - 1.5;
                if (a == 3) break;
                stored[32 + a] = random::uniform<double>({.seed = 2}, at) - 0.5;
                variance += stored[32 + a] * stored[32 + a];
            }
            const JointVariable<double> variable{1, 1, stored, offsets, workspace};
            Q::prepare(variable, &log_total);
            Q::deviate(variable, noise, &deviation);
            INFO("trial " << trial << ", log std " << log_std);
            CHECK(log_total == Approx(0.5 * std::log(variance)));
            // The total correlation of one element.
            CHECK(Q::total_correlation(variable) == Approx(0).margin(1e-6));
            CHECK(Q::log_prob(variable, noise, &deviation) ==
                  Approx(MeanFieldNormal::constant - 0.5 * std::log(variance) -
                         0.5 * deviation * deviation / variance)
                      .margin(1e-6));
        }
}

TEST_CASE("LowRankNormal<3>: some steps of training", "[distributions]") {
    CHECK(std::isfinite(trained_loss<LowRankNormal<3>, MeanFieldNormal>()));
    CHECK(std::isfinite(trained_loss<LowRankNormal<3>, MeanFieldLaplace>()));
    CHECK(std::isfinite(trained_loss<LowRankNormal<3>, UniformPrior>()));
}

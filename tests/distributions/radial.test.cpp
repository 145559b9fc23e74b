// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/radial.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The covariance of all elements.
Eigen::MatrixXd covariance(const DrawnSmall<Radial>& drawn) {
    Eigen::VectorXd std(6);
    for (Index e = 0; e < 6; ++e) std(e) = std::exp(drawn.stored(1, e)) / std::sqrt(6.0);
    return std.array().square().matrix().asDiagonal();
}

}  // namespace

TEST_CASE("Radial: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(testing::joint_laws(Radial{}, normal, {.initial_std = 1 / std::sqrt(150 * 131.0)}) ==
          Failures{});
    // Priors without a closed form, with kinks that are wide for the steps of differences.
    CHECK(testing::joint_pass_laws(Radial{}, ScaleMixturePrior{.std2 = 0.2}) == Failures{});
    CHECK(testing::joint_pass_laws(Radial{}, BasicQuietPrior{.eps = 0.1}) == Failures{});
    CHECK(testing::joint_pass_laws(Radial{}, CentredPrior<>{}) == Failures{});
    CHECK(testing::joint_pass_laws(Radial{}, LearnedScalePrior{}) == Failures{});
}

TEST_CASE("Radial: the density that its page states", "[distributions]") {
    DrawnSmall<Radial> drawn{Radial{}};
    Eigen::VectorXd scaled = drawn.deviation;
    double log_std = 0;
    for (Index e = 0; e < 6; ++e) {
        scaled(e) /= std::exp(drawn.stored(1, e));
        log_std += drawn.stored(1, e);
    }
    // A half-normal distance over the surface of the sphere in 6 dimensions, pi^3 rho^5.
    const double rho = scaled.norm(), pi = std::acos(-1.0);
    const double density =
        std::sqrt(2 / pi) * std::exp(-0.5 * rho * rho) / (std::pow(pi, 3) * std::pow(rho, 5));
    CHECK(drawn.log_q == Approx(std::log(density) - log_std).epsilon(1e-12));
    CHECK(farthest_covariance(Radial{}, covariance(drawn)) < 6);
}

TEST_CASE("Radial: one element is a normal", "[distributions]") {
    const double stored[32] = {0.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.4};
    const Index offsets[] = {0, 16, 32};
    double workspace = 0, log_std = 0, deviation = 0;
    const JointVariable<double> variable{1, 1, stored, offsets, &workspace};
    Radial::prepare(variable, &log_std);
    CHECK(log_std == -0.4);
    CHECK(Radial::total_correlation(variable) == Approx(0).margin(1e-14));
    const double noise[] = {-0.7, 1.2};
    Radial::deviate(variable, noise, &deviation);
    CHECK(deviation == Approx(-1.2 * std::exp(-0.4)));
    CHECK(Radial::log_prob(variable, noise, &deviation) ==
          Approx(MeanFieldNormal::constant - 0.5 * 1.44 + 0.4));
}

TEST_CASE("Radial: the divergence from a normal prior", "[distributions]") {
    // Of the second moments, and the entropy that the page states.
    DrawnSmall<Radial> drawn{Radial{}};
    const double pi = std::acos(-1.0), gamma = 0.57721566490153286061;
    double entropy = 0.5 * (1 + std::log(2 * pi) + 6 * std::log(pi)) - std::log(2.0) -
                     2.5 * (std::log(2.0) + gamma);  // Gamma(3) = 2
    for (Index e = 0; e < 6; ++e) entropy += drawn.stored(1, e);
    const double cross =
        0.5 * (covariance(drawn).trace() + (drawn.mean().array() - 0.1).square().sum()) / 0.49 +
        6 * (std::log(0.7) - MeanFieldNormal::constant);
    CHECK(divergence(drawn.small, {.mean = 0.1, .std = 0.7}) == Approx(cross - entropy));
}

TEST_CASE("Radial: some steps of training", "[distributions]") {
    CHECK(std::isfinite(trained_loss<Radial, MeanFieldNormal>()));
    CHECK(std::isfinite(trained_loss<Radial, MeanFieldLaplace>()));
    CHECK(std::isfinite(trained_loss<Radial, UniformPrior>()));
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/multivariate_normal.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The covariance of all elements.
Eigen::MatrixXd covariance(const DrawnSmall<MultivariateNormal>& drawn) {
    Eigen::MatrixXd lower = Eigen::MatrixXd::Zero(6, 6);
    Index e = 0;
    for (Index i = 0; i < 6; ++i)
        for (Index j = 0; j <= i; ++j, ++e)
            lower(i, j) = i == j ? std::exp(drawn.stored(1, e)) : drawn.stored(1, e);
    return lower * lower.transpose();
}

}  // namespace

TEST_CASE("MultivariateNormal: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(testing::joint_laws<28, 28>(MultivariateNormal{}, normal) == Failures{});
    // Priors without a closed form, with kinks that are wide for the steps of differences.
    CHECK(testing::joint_pass_laws<28, 28>(MultivariateNormal{}, ScaleMixturePrior{.std2 = 0.2}) ==
          Failures{});
    CHECK(testing::joint_pass_laws<28, 28>(MultivariateNormal{}, BasicQuietPrior{.eps = 0.1}) ==
          Failures{});
    CHECK(testing::joint_pass_laws<28, 28>(MultivariateNormal{}, CentredPrior<>{}) == Failures{});
    CHECK(testing::joint_pass_laws<28, 28>(MultivariateNormal{}, LearnedScalePrior{}) ==
          Failures{});
}

TEST_CASE("MultivariateNormal: dense computations", "[distributions]") {
    DrawnSmall<MultivariateNormal> drawn{MultivariateNormal{}};
    const Eigen::MatrixXd dense = covariance(drawn);
    // Roundings of sums of some tens of numbers below 100.
    CHECK(drawn.log_q == Approx(dense_log_normal(drawn.deviation, dense)).epsilon(1e-12));
    CHECK(divergence(drawn.small, {.mean = 0.1, .std = 0.7}) ==
          Approx(dense_kl(drawn.mean(), dense, 0.1, 0.7)).epsilon(1e-12));
    CHECK(farthest_covariance(MultivariateNormal{}, dense) < 6);
}

TEST_CASE("MultivariateNormal: parameters", "[distributions]") {
    using Net = Linear<5, 3, MultivariateNormal>;
    static_assert(variational_parameter_names<Net>[1] == "_weight_cholesky");
    static_assert(parameter_count<Net> == 15 + 120 + 3 + 6);
    // Independent at the start, and as wide as MeanFieldNormal.
    const auto net = make<Net>(Seed{1});
    const auto other = make<Linear<5, 3>>(Seed{1});
    Index e = 0;
    for (Index i = 0; i < 15; ++i)
        for (Index j = 0; j <= i; ++j, ++e)
            CHECK(net.state<"weight">().parameter(1)[e] ==
                  (i == j ? Approx(other.state<"weight">().parameter(1)[i]) : Approx(0)));
}

TEST_CASE("MultivariateNormal: some steps of training", "[distributions]") {
    CHECK(std::isfinite(trained_loss<MultivariateNormal, MeanFieldNormal>()));
    CHECK(std::isfinite(trained_loss<MultivariateNormal, MeanFieldLaplace>()));
    CHECK(std::isfinite(trained_loss<MultivariateNormal, UniformPrior>()));
}

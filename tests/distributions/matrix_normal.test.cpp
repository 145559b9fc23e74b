// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/matrix_normal.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The covariance of all elements.
Eigen::MatrixXd covariance(const DrawnSmall<MatrixNormal>& drawn) {
    Eigen::VectorXd std(6);
    for (Index i = 0; i < 2; ++i)
        for (Index j = 0; j < 3; ++j)
            std(3 * i + j) = std::exp(drawn.stored(1, i) + drawn.stored(2, j));
    return std.array().square().matrix().asDiagonal();
}

}  // namespace

TEST_CASE("MatrixNormal: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(testing::joint_laws(MatrixNormal{}, normal) == Failures{});
    // Priors without a closed form, with kinks that are wide for the steps of differences.
    CHECK(testing::joint_pass_laws(MatrixNormal{}, ScaleMixturePrior{.std2 = 0.2}) == Failures{});
    CHECK(testing::joint_pass_laws(MatrixNormal{}, BasicQuietPrior{.eps = 0.1}) == Failures{});
    CHECK(testing::joint_pass_laws(MatrixNormal{}, CentredPrior<>{}) == Failures{});
    CHECK(testing::joint_pass_laws(MatrixNormal{}, LearnedScalePrior{}) == Failures{});
}

TEST_CASE("MatrixNormal: dense computations", "[distributions]") {
    DrawnSmall<MatrixNormal> drawn{MatrixNormal{}};
    const Eigen::MatrixXd dense = covariance(drawn);
    // Roundings of sums of some tens of numbers below 100.
    CHECK(drawn.log_q == Approx(dense_log_normal(drawn.deviation, dense)).epsilon(1e-12));
    CHECK(divergence(drawn.small, {.mean = 0.1, .std = 0.7}) ==
          Approx(dense_kl(drawn.mean(), dense, 0.1, 0.7)).epsilon(1e-12));
    CHECK(farthest_covariance(MatrixNormal{}, dense) < 6);
}

TEST_CASE("MatrixNormal: parameters", "[distributions]") {
    using Net = Linear<5, 3, MatrixNormal>;
    static_assert(variational_parameter_names<Net>[1] == "_weight_log_row_std");
    static_assert(variational_parameter_names<Net>[2] == "_weight_log_column_std");
    static_assert(parameter_count<Net> == 15 + 3 + 5 + 3 + 3 + 1);
    // Weights begin as wide as those of MeanFieldNormal with the same options.
    const auto net = make<Net>(Seed{1}, posterior(MatrixNormal{.std = 0.3}));
    const auto other = make<Linear<5, 3>>(Seed{1}, posterior(MeanFieldNormal{.std = 0.3}));
    const auto& weight = net.state<"weight">();
    const auto& expected = other.state<"weight">();
    for (Index e = 0; e < 15; ++e) {
        CHECK(weight.parameter(0)[e] == expected.parameter(0)[e]);
        CHECK(weight.parameter(1)[e / 5] + weight.parameter(2)[e % 5] ==
              Approx(expected.parameter(1)[e]));
    }
}

TEST_CASE("MatrixNormal: some steps of training", "[distributions]") {
    CHECK(std::isfinite(trained_loss<MatrixNormal, MeanFieldNormal>()));
    CHECK(std::isfinite(trained_loss<MatrixNormal, MeanFieldLaplace>()));
    CHECK(std::isfinite(trained_loss<MatrixNormal, UniformPrior>()));
}

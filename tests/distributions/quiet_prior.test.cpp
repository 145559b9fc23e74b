// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the quiet prior keeps all laws", "[distributions]") {
    const BasicQuietPrior quiet{.std_ratio = 0.8, .mean_mean = 0.1, .mean_std = 0.9, .eps = 1e-3};
    CHECK(distribution_laws(MeanFieldNormal{}, quiet) == Failures{});
    CHECK(distribution_laws(MeanFieldLaplace{}, quiet) == Failures{});
}

TEST_CASE("the density of the quiet prior", "[distributions]") {
    using Number = math::Number<double>;
    const BasicQuietPrior quiet{.std_ratio = 0.5, .mean_mean = 0.25, .mean_std = 2, .eps = 0};
    // N(0.7; 0.4, 0.2^2) N(0.4; 0.25, 2^2)
    const double expected = -0.5 * (std::pow(0.3 / 0.2, 2) + std::pow(0.15 / 2, 2)) -
                            std::log(0.2 * 2) + 2 * quiet.constant;
    CHECK(quiet.log_prob(Number(0.7), Number(0.4))[0] == Approx(expected).epsilon(1e-13));
    CHECK(norm_constant(quiet) == 2 * quiet.constant);
}

TEST_CASE("rescaling the quiet prior narrows the prior of the mean", "[distributions]") {
    BasicQuietPrior quiet{.std_ratio = 0.5, .mean_mean = 0.25, .mean_std = 2};
    quiet.rescale(0.5);
    CHECK(quiet.std_ratio == 0.5);
    CHECK(quiet.mean_mean == 0.125);
    CHECK(quiet.mean_std == 1);
    CHECK(quiet.log_height == BasicQuietPrior{.mean_mean = 0.125, .mean_std = 1}.log_height);
}

TEST_CASE("prior initialisation draws means and makes deviations proportional to them",
          "[distributions]") {
    const auto layer = make<Linear<40, 50, MeanFieldNormal, BasicQuietPrior>>(
        Seed{1}, prior(BasicQuietPrior{.std_ratio = 0.1, .mean_mean = 3, .mean_std = 0.5}),
        ModuleOptions{.prior_initialization = true});
    const auto& weight = layer.state<"weight">();
    double sum = 0, squares = 0;
    for (Index e = 0; e < weight.size; ++e) {
        const double mean = double(weight.parameter(0)[e]), difference = mean - 3;
        sum += difference;
        squares += difference * difference;
        // Both are rounded to float.
        CHECK(double(weight.parameter(1)[e]) ==
              Approx(std::log(0.1 * std::abs(mean))).margin(1e-6));
    }
    // Five standard errors of 2000 normals: a false alarm in a million seeds.
    CHECK(std::abs(sum / 2000) < 5 * 0.5 / std::sqrt(2000.0));
    CHECK(std::abs(squares / 2000 - 0.25) < 5 * 0.25 * std::sqrt(2 / 2000.0));
}

TEST_CASE("prior initialisation makes the deviations of joint distributions proportional, too",
          "[distributions]") {
    const auto check = [](auto q) {
        using Q = decltype(q);
        const auto layer = make<Linear<40, 50, Q, BasicQuietPrior>>(
            Seed{1}, prior(BasicQuietPrior{.std_ratio = 0.1, .mean_mean = 3, .mean_std = 0.5}),
            ModuleOptions{.prior_initialization = true});
        const auto& weight = layer.template state<"weight">();
        using State = std::remove_cvref_t<decltype(weight)>;
        const float* const first = weight.parameter(0);
        const std::vector<double> stored(first, first + State::numbers());
        const auto log_stds =
            blue::detail::log_standard_deviations(weight.distribution, *State::layout(), stored);
        // Parameters are rounded to float, and factors of low rank are added up.
        for (std::size_t e = 0; e < 2000; ++e)
            CHECK(log_stds[e] == Approx(std::log(0.1 * std::abs(stored[e]))).margin(1e-5));
    };
    check(LowRankNormal<2>{});
    check(Radial{});
}

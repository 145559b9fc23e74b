// SPDX-License-Identifier: BSD-3-Clause
// Compared with torch_blue in tests/golden/predictive.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const auto x = random_values<shape<3>>(4, 5, Seed{1});
const auto y = random_values<shape<3>>(1, 5, Seed{2});
constexpr auto absolute = PointEstimate::Error::absolute;

}  // namespace

TEST_CASE("predictive distributions over numbers keep the laws", "[distributions]") {
    CHECK(operation_laws(
              [](auto a, auto b) { return SampleNormal{.eps = 0.1}.mixture_log_prob(a, b); }, x,
              y) == Failures{});
    CHECK(operation_laws([](auto a, auto b) { return PointEstimate{}.mixture_log_prob(a, b); }, x,
                         y) == Failures{});
    CHECK(operation_laws(
              [](auto a, auto b) { return PointEstimate{absolute}.mixture_log_prob(a, b); }, x,
              y) == Failures{});
    CHECK(operation_laws([](auto a, auto b) { return Gaussian{0.3}.log_prob(a, b); }, x, y) ==
          Failures{});
}

TEST_CASE("log probs of numbers", "[distributions]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> samples{1, 4, 3, 0};
    const std::vector<double> target{2, 5};
    const auto a = tape.input<shape<2>>(samples.data(), 1, 2);
    const auto b = tape.input<shape<2>>(target.data(), 1);
    const double log_2_pi = std::log(2 * 3.14159265358979323846);
    const auto normal = [&](double at, double mean, double variance) {
        return -0.5 * ((at - mean) * (at - mean) / variance + std::log(variance) + log_2_pi);
    };
    // Means 2 and 2, variances 2 and 8.
    const auto mixture = SampleNormal{.eps = 0.5, .norm_constants = true}.mixture_log_prob(a, b);
    CHECK(mixture.to_host()[0] == Approx(normal(2, 2, 2.5)).epsilon(1e-14));
    CHECK(mixture.to_host()[1] == Approx(normal(5, 2, 8.5)).epsilon(1e-14));
    const auto without = SampleNormal{.eps = 0.5}.mixture_log_prob(a, b);
    CHECK(without.to_host()[0] == Approx(normal(2, 2, 2.5) + log_2_pi / 2).epsilon(1e-14));

    CHECK(PointEstimate{}.mixture_log_prob(a, b).value() == -4.5);
    CHECK(PointEstimate{absolute}.mixture_log_prob(a, b).value() == -1.5);

    const auto each = Gaussian{0.5}.log_prob(a, b).to_host();
    CHECK(each[0] == Approx(normal(2, 1, 0.25)).epsilon(1e-14));
    CHECK(each[3] == Approx(normal(5, 0, 0.25)).epsilon(1e-14));
    CHECK(Gaussian{0.5}.variance(a) == 0.25);
}

TEST_CASE("a deviation over samples needs two", "[distributions]") {
    Tape<Cpu<double>> tape;
    const double number = 1;
    const auto a = tape.input<scalar_shape>(&number, 1);
    CHECK_THROWS_AS(SampleNormal{}.mixture_log_prob(a, a), ValueError);
}

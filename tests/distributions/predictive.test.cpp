// SPDX-License-Identifier: BSD-3-Clause
// Compared with torch_blue in tests/golden/predictive.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "distributions/saturated.hpp"
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
    CHECK(operation_laws(
              [](auto a, auto b) {
                  return StudentT{3, 0.5}.log_prob(a, b);
              },
              x, y) == Failures{});
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
    CHECK_THROWS_AS(SampleNormal{.eps = -1}.mixture_log_prob(a, b), ValueError);
    for (double std : {0.0, -1.0, std::nan("")}) {
        CHECK_THROWS_AS(Gaussian{std}.log_prob(a, b), ValueError);
        CHECK_THROWS_AS(Gaussian{std}.variance(a), ValueError);
    }
}

TEST_CASE("log densities with heavy tails", "[distributions]") {
    // scipy 1.17: t.logpdf(y, df=3, loc=1, scale=2).
    Tape<Cpu<double>> tape;
    const std::vector<double> location(3, 1), y{0.5, -7, 100};
    const auto x = tape.input<shape<3>>(location.data(), 1);
    const StudentT heavy{.df = 3, .scale = 2};
    const auto log_prob = heavy.log_prob(x, tape.input<shape<3>>(y.data(), 1)).to_host();
    CHECK(log_prob[0] == Approx(-1.7352746045889265).epsilon(1e-14));
    CHECK(log_prob[1] == Approx(-5.385689411180117).epsilon(1e-14));
    CHECK(log_prob[2] == Approx(-15.107149363020442).epsilon(1e-14));
    CHECK(heavy.variance(x) == 12);  // scale^2 df / (df - 2)
    CHECK(std::isinf(StudentT{.df = 2}.variance(x)));
    CHECK_THROWS_AS(StudentT{.df = 0}.log_prob(x, x), ValueError);
    CHECK_THROWS_AS(StudentT{.scale = -1}.log_prob(x, x), ValueError);
}

TEST_CASE("the density with heavy tails integrates to 1", "[distributions]") {
    // Substituted y = sinh(u): the tails of u^-5 fall exponentially, and the trapezoid rule is
    // exact to rounding.
    constexpr Index n = 801;
    std::vector<double> location(n, 0.5), y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = std::sinh(0.05 * (static_cast<double>(i) - 400));
    Tape<Cpu<double>> tape;
    const auto log_prob =
        StudentT{.df = 4, .scale = 0.7}
            .log_prob(tape.input<shape<n>>(location.data(), 1), tape.input<shape<n>>(y.data(), 1))
            .to_host();
    double total = 0;
    for (std::size_t i = 0; i < n; ++i)
        total += 0.05 * std::exp(log_prob[i]) * std::sqrt(1 + y[i] * y[i]);
    CHECK(total == Approx(1).epsilon(1e-11));
}

TEST_CASE("huge errors have finite log densities and gradients", "[distributions]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> x{0, 1e6, -1e15f}, y{1e6, 0, 1e15f};
    const auto leaf = tape.leaf<shape<3>>(x.data(), 1);
    const auto log_prob = StudentT{}.log_prob(leaf, tape.input<shape<3>>(y.data(), 1));
    for (float number : log_prob.to_host()) CHECK(std::isfinite(number));
    tape.backward(sum(log_prob));
    const auto gradient = tape.gradient_of(leaf.node);
    // (df + 1) / error: an outlier pulls less the farther it is.
    CHECK(gradient[0] == Approx(5e-6).epsilon(1e-5));
    CHECK(gradient[1] == Approx(-5e-6).epsilon(1e-5));
    CHECK(std::isfinite(gradient[2]));
}

TEST_CASE("heavy tails keep an outlier from moving the fit", "[distributions]") {
    // Group 1 is symmetric around 2. Group 0 has an outlier: its best location is where the
    // derivative of the log-likelihood is 0, found by bisection.
    const auto data = two_groups(Array<float>({8, 1}, {0, 1, 0.5, 3, 1, 1.5, 100, 2.5}));
    const StudentT likelihood{.df = 4, .scale = 0.5};
    const auto slope = [](double location) {
        double sum = 0;
        for (double y : {0.0, 0.5, 1.0, 100.0}) {
            const double z = (y - location) / 0.5;
            sum += 5 * z / (4 + z * z);
        }
        return sum;
    };
    double low = 0, high = 2;
    while (high - low > 1e-12) (slope((low + high) / 2) > 0 ? low : high) = (low + high) / 2;
    const auto model = trained<1>(likelihood, data);
    const auto prediction = predict(model, likelihood, data.inputs, {.samples = 2});
    CHECK(prediction.mean[0] == Approx(low).epsilon(1e-6));
    CHECK(prediction.mean[0] < 0.6);
    CHECK(prediction.mean[1] == Approx(2).epsilon(1e-6));
    CHECK(prediction.aleatoric_variance[0] == 0.5);
    // The scale is known, the density with it, even where there is no variance.
    const auto report = evaluate(model, StudentT{.df = 1.5, .scale = 0.5}, data);
    CHECK(std::isfinite(report.negative_log_likelihood));
    const auto given =
        evaluate(predict(model, StudentT{.df = 1.5}, data.inputs, {.samples = 2}), data.targets);
    CHECK(std::isnan(given.negative_log_likelihood));
}

TEST_CASE("a deviation over samples needs two", "[distributions]") {
    Tape<Cpu<double>> tape;
    const double number = 1;
    const auto a = tape.input<scalar_shape>(&number, 1);
    CHECK_THROWS_AS(SampleNormal{}.mixture_log_prob(a, a), ValueError);
}

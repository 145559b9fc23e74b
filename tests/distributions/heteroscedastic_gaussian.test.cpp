// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "distributions/saturated.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

static_assert(std::is_same_v<HeteroscedasticGaussian::target_shape<shape<5, 6>>, shape<5, 3>>);

TEST_CASE("predicted noise keeps the laws", "[distributions]") {
    const auto x = random_values<shape<6>>(4, 5, Seed{1});
    const auto y = random_values<shape<3>>(1, 5, Seed{2});
    const HeteroscedasticGaussian noisy{.min_std = 0.1};
    CHECK(operation_laws([&](auto a, auto b) { return noisy.log_prob(a, b); }, x, y) == Failures{});
    CHECK(operation_laws([&](auto a) { return noisy.mean(a); }, x) == Failures{});
    CHECK(operation_laws([&](auto a) { return noisy.variance(a); }, x) == Failures{});
}

TEST_CASE("log densities under predicted noise", "[distributions]") {
    Tape<Cpu<double>> tape;
    // Two items: means, then raw scales. scipy 1.17: norm.logpdf(y, mean, logaddexp(0, raw) +
    // 0.01).
    const std::vector<double> output{1, 0.25, 0.5, -3, 0, 0, 4, 4}, y{2, -1, 5, 5};
    const auto x = tape.input<shape<4>>(output.data(), 2);
    const HeteroscedasticGaussian noisy{.min_std = 0.01};
    const auto log_prob = noisy.log_prob(x, tape.input<shape<2>>(y.data(), 2)).to_host();
    CHECK(log_prob[0] == Approx(-1.41919895179763).epsilon(1e-14));
    CHECK(log_prob[1] == Approx(-225.6869638273367).epsilon(1e-14));
    CHECK(log_prob[2] == Approx(-3.0826146604405267).epsilon(1e-14));
    CHECK(log_prob[3] == log_prob[2]);
    CHECK(noisy.mean(x).to_host() == std::vector<double>{1, 0.25, 0, 0});
    const auto variance = noisy.variance(x).to_host();
    CHECK(variance[0] == Approx(0.968407510793014).epsilon(1e-14));
    CHECK(variance[1] == Approx(0.003432477764425257).epsilon(1e-14));
    CHECK(variance[2] == Approx(16.225991841784253).epsilon(1e-14));
}

TEST_CASE("the density under predicted noise integrates to 1", "[distributions]") {
    // 1000 targets that are 0.01 apart, under mean 0.3 and standard deviation softplus(0) + 0.001:
    // the trapezoid rule is exact to rounding for normals.
    constexpr Index n = 1000;
    std::vector<double> output(2 * n), y(n);
    for (std::size_t i = 0; i < n; ++i) {
        output[i] = 0.3;
        y[i] = 0.3 + 0.01 * (static_cast<double>(i) - 500);
    }
    Tape<Cpu<double>> tape;
    double total = 0;
    for (double log_prob : HeteroscedasticGaussian{}
                               .log_prob(tape.input<shape<2 * n>>(output.data(), 1),
                                         tape.input<shape<n>>(y.data(), 1))
                               .to_host())
        total += 0.01 * std::exp(log_prob);
    CHECK(total == Approx(1).epsilon(1e-11));
}

TEMPLATE_TEST_CASE("any raw scale gives a finite density and gradient", "[distributions]", float,
                   double) {
    using T = TestType;
    const std::vector<T> output{1, 1, 1, 1, -10000, 10000, -100, 0}, y{1, 1, 2, 10000};
    Tape<Cpu<T>> tape;
    const auto x = tape.template leaf<shape<8>>(output.data(), 1);
    const auto log_prob =
        HeteroscedasticGaussian{}.log_prob(x, tape.template input<shape<4>>(y.data(), 1));
    for (T number : log_prob.to_host()) CHECK(std::isfinite(number));
    // A target that is met exactly, with the smallest noise.
    CHECK(log_prob.to_host()[0] ==
          Approx(-std::log(1e-3) - std::log(2 * std::acos(-1.0)) / 2).epsilon(1e-6));
    tape.backward(sum(log_prob));
    for (T number : tape.gradient_of(x.node)) CHECK(std::isfinite(number));
}

TEST_CASE("a floor that is not positive is an error", "[distributions]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers(2);
    const auto x = tape.input<shape<2>>(numbers.data(), 1);
    const auto y = tape.input<shape<1>>(numbers.data(), 1);
    CHECK_THROWS_AS(HeteroscedasticGaussian{.min_std = 0}.log_prob(x, y), ValueError);
    CHECK_THROWS_AS(HeteroscedasticGaussian{.min_std = -1}.variance(x), ValueError);
}

TEST_CASE("training finds the mean and the noise of each group", "[distributions]") {
    // The most likely normal has the mean and the standard deviation (divisor n) of the targets.
    const auto data = two_groups(Array<float>(
        {6, 2}, {1, 1, -3, 0.5, 2, 1.5, -2, 0.25, 3, 2, -1, 0.75}));  // groups 0, 1, 0, 1, 0, 1
    const HeteroscedasticGaussian likelihood{};
    const auto model = trained<4>(likelihood, data);
    const auto prediction = predict(model, likelihood, data.inputs, {.samples = 3});
    const double mean[4] = {2, 1.5, -2, 0.5};
    const double variance[4] = {2. / 3, 0.5 / 3, 2. / 3, 0.125 / 3};
    REQUIRE(prediction.mean.shape() == std::vector<Index>{6, 2});
    double nats = 0;
    for (Index i = 0; i < 4; ++i) {
        const double std = std::sqrt(variance[i]);
        CHECK(prediction.mean[i] == Approx(mean[i]).epsilon(1e-6));
        CHECK(prediction.aleatoric_variance[i] == Approx(variance[i]).epsilon(1e-6));
        CHECK(prediction.epistemic_variance[i] == 0);
        nats += (std::log(std) + 0.5 + std::log(2 * std::acos(-1.0)) / 2) / 4;
    }
    const auto report = evaluate(model, likelihood, data);
    // At an optimum, where errors of outputs count squared.
    CHECK(report.negative_log_likelihood == Approx(nats).epsilon(1e-7));
    CHECK(report.root_mean_squared_error ==
          Approx(std::sqrt((2. / 3 + 0.5 / 3 + 2. / 3 + 0.125 / 3) / 4)).epsilon(1e-6));
}

TEST_CASE("targets of predicted noise are half as many as outputs", "[distributions]") {
    Saturated<4> model{Seed{1}};
    const auto data = two_groups(Array<float>({2, 4}));
    CHECK_THROWS_AS(fit(model, Elbo{HeteroscedasticGaussian{}}, data, {}), ShapeError);
    CHECK_THROWS_AS(evaluate(model, HeteroscedasticGaussian{}, data), ShapeError);
}

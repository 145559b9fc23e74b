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

static_assert(std::is_same_v<HeteroscedasticStudentT::target_shape<shape<5, 6>>, shape<5, 3>>);

TEST_CASE("predicted noise with heavy tails keeps the laws", "[distributions]") {
    const auto x = random_values<shape<6>>(4, 5, Seed{1});
    const auto y = random_values<shape<3>>(1, 5, Seed{2});
    const HeteroscedasticStudentT noisy{.df = 2.5, .min_scale = 0.1};
    CHECK(operation_laws([&](auto a, auto b) { return noisy.log_prob(a, b); }, x, y) == Failures{});
    CHECK(operation_laws([&](auto a) { return noisy.mean(a); }, x) == Failures{});
    CHECK(operation_laws([&](auto a) { return noisy.variance(a); }, x) == Failures{});
}

TEST_CASE("log densities under predicted noise with heavy tails", "[distributions]") {
    Tape<Cpu<double>> tape;
    // One item: locations, then raw scales. By the textbook's formula with Python's lgamma.
    const std::vector<double> output{1, 0.25, 0, 0.5, -3, 4}, y{2, -1, 5};
    const auto x = tape.input<shape<6>>(output.data(), 1);
    const HeteroscedasticStudentT noisy{.df = 3, .min_scale = 0.01};
    const auto log_prob = noisy.log_prob(x, tape.input<shape<3>>(y.data(), 1)).to_host();
    CHECK(log_prob[0] == Approx(-1.5764472557769835).epsilon(1e-14));
    CHECK(log_prob[1] == Approx(-8.22108529668164).epsilon(1e-14));
    CHECK(log_prob[2] == Approx(-3.2231505154809104).epsilon(1e-14));
    CHECK(noisy.mean(x).to_host() == std::vector<double>{1, 0.25, 0});
    const auto variance = noisy.variance(x).to_host();
    CHECK(variance[0] == Approx(2.905222532379042).epsilon(1e-14));
    CHECK(variance[1] == Approx(0.01029743329327577).epsilon(1e-14));
    CHECK(variance[2] == Approx(48.677975525352764).epsilon(1e-14));
}

TEMPLATE_TEST_CASE("any raw scale gives a finite density with heavy tails", "[distributions]",
                   float, double) {
    using T = TestType;
    const std::vector<T> output{1, 1, 1, 1, -10000, 10000, -100, 0}, y{1, 1, 2, 10000};
    Tape<Cpu<T>> tape;
    const auto x = tape.template leaf<shape<8>>(output.data(), 1);
    const auto log_prob =
        HeteroscedasticStudentT{}.log_prob(x, tape.template input<shape<4>>(y.data(), 1));
    for (T number : log_prob.to_host()) CHECK(std::isfinite(number));
    // A target that is met exactly, with the smallest noise: the constant of df = 4 is log(3/8).
    CHECK(log_prob.to_host()[0] == Approx(std::log(0.375) - std::log(1e-3)).epsilon(1e-6));
    tape.backward(sum(log_prob));
    for (T number : tape.gradient_of(x.node)) CHECK(std::isfinite(number));
}

TEST_CASE("noise with heavy tails needs a variance and a floor", "[distributions]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers(2);
    const auto x = tape.input<shape<2>>(numbers.data(), 1);
    const auto y = tape.input<shape<1>>(numbers.data(), 1);
    CHECK_THROWS_AS(HeteroscedasticStudentT{.min_scale = 0}.log_prob(x, y), ValueError);
    CHECK_THROWS_AS(HeteroscedasticStudentT{.min_scale = -1}.variance(x), ValueError);
    CHECK_THROWS_AS(HeteroscedasticStudentT{.df = 2}.log_prob(x, y), ValueError);
    CHECK_THROWS_AS(HeteroscedasticStudentT{.df = 2}.variance(x), ValueError);
    CHECK_THROWS_WITH(HeteroscedasticStudentT{.df = 1.5}.variance(x),
                      "HeteroscedasticStudentT: expected a finite df above 2, so that the noise "
                      "has a variance, got 1.5");
}

TEST_CASE("training finds location and scale in spite of an outlier", "[distributions]") {
    // Group 0 has the targets 0, 0.5, 1 and 8. At the maximum likelihood the location is the mean
    // of the targets with weights w = (df + 1) / (df + z^2), and the mean of w z^2 is 1 (Lange,
    // Little and Taylor 1989).
    const double targets[4] = {0, 0.5, 1, 8};
    const auto data = two_groups(Array<float>({8, 1}, {0, 1, 0.5, 3, 1, 1.5, 8, 2.5}));
    const HeteroscedasticStudentT likelihood{.df = 4};
    const auto model = trained<2>(likelihood, data);
    const auto prediction = predict(model, likelihood, data.inputs, {.samples = 2});
    const double location = prediction.mean[0];
    const double scale = std::sqrt(prediction.aleatoric_variance[0] / 2);  // df / (df - 2) = 2
    double pull = 0, spread = 0, nats = 0;
    for (double y : targets) {
        const double z = (y - location) / scale, w = 5 / (4 + z * z);
        pull += w * z / 4;
        spread += w * z * z / 4;
        nats -= (std::log(0.375) - std::log(scale) - 2.5 * std::log1p(z * z / 4)) / 4;
    }
    // Outputs are found to 1e-6 of numbers of order 1.
    CHECK(std::abs(pull) < 1e-5);
    CHECK(spread == Approx(1).epsilon(1e-5));
    CHECK(location < 1.5);  // the mean of the targets is 2.375
    CHECK(prediction.mean[1] == Approx(2).epsilon(1e-6));
    CHECK(prediction.epistemic_variance[0] == 0);

    Dataset<float> group{Array<float>({4, 2}), Array<float>({4, 1}, {0, 0.5, 1, 8})};
    for (Index i = 0; i < 4; ++i) group.inputs[2 * i] = 1;
    CHECK(evaluate(model, likelihood, group).negative_log_likelihood == Approx(nats).epsilon(1e-6));
}

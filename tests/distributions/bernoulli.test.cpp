// SPDX-License-Identifier: BSD-3-Clause
// Training with it: tests/objectives/inference.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// Outcomes of 0 and 1 in turn, as a value without gradient on the tape of x.
template <class B, class Shape>
auto outcomes(Var<B, Shape> x) {
    using T = typename B::scalar;
    const Index n = x.node->per_sample();
    T* const y = x.tape->template host_memory<T>(n);
    for (Index i = 0; i < n; ++i) y[i] = static_cast<T>(i % 2);
    return x.tape->template input<Shape>(y, x.batch());
}

}  // namespace

TEST_CASE("log probs of outcomes keep the laws", "[distributions]") {
    const auto x = random_values<shape<3>>(4, 6, Seed{1});
    CHECK(operation_laws([](auto a) { return Bernoulli{}.log_prob(a, outcomes(a)); }, x) ==
          Failures{});
    CHECK(operation_laws([](auto a) { return Bernoulli{}.mixture_log_prob(a, outcomes(a)); }, x) ==
          Failures{});
    CHECK(operation_laws([](auto a) { return Bernoulli{}.probabilities(a); }, x) == Failures{});
}

TEST_CASE("log probs of outcomes in numbers", "[distributions]") {
    Tape<Cpu<double>> tape;
    // torch.distributions.Bernoulli(logits=x).log_prob(y) of torch 2.15 in double.
    const std::vector<double> x{1.5, 1.5, -3, 40}, y{1, 0, 1, 0};
    const std::vector<double> expected{-0.2014132779827524, -1.7014132779827524, -3.048587351573742,
                                       -40};
    const auto log_prob =
        Bernoulli{}
            .log_prob(tape.input<shape<4>>(x.data(), 1), tape.input<shape<4>>(y.data(), 1))
            .to_host();
    for (std::size_t i = 0; i < 4; ++i) CHECK(log_prob[i] == Approx(expected[i]).epsilon(1e-15));

    // Two samples of one outcome, with probabilities 3/4 and 1/5.
    const std::vector<double> logits{std::log(3), -std::log(4)};
    const auto samples = tape.input<shape<1>>(logits.data(), 1, 2);
    const Bernoulli bernoulli{.eps = 0.001};
    for (double outcome : {0.0, 1.0}) {
        const auto target = tape.input<shape<1>>(&outcome, 1);
        const double p = outcome == 1 ? (0.75 + 0.2) / 2 : (0.25 + 0.8) / 2;
        CHECK(bernoulli.mixture_log_prob(samples, target).value() ==
              Approx(std::log(p + 0.001)).epsilon(1e-14));
    }
    CHECK(bernoulli.probabilities(samples).to_host()[1] == Approx(0.2).epsilon(1e-14));
}

TEMPLATE_TEST_CASE("huge logits have finite log probs and gradients", "[distributions]", float,
                   double) {
    using T = TestType;
    const std::vector<T> x{10000, 10000, -10000, -10000, 20, -20}, y{1, 0, 1, 0, 1, 0};
    Tape<Cpu<T>> tape;
    const auto logits = tape.template leaf<shape<6>>(x.data(), 1);
    const auto target = tape.template input<shape<6>>(y.data(), 1);
    const auto log_prob = Bernoulli{}.log_prob(logits, target);
    const auto numbers = log_prob.to_host();
    CHECK(numbers[0] == 0);
    CHECK(numbers[1] == -10000);
    CHECK(numbers[2] == -10000);
    CHECK(numbers[3] == 0);
    // log sigmoid(20), which 20 - log(1 + e^20) would lose in float.
    for (std::size_t i : {4u, 5u})
        CHECK(static_cast<double>(numbers[i]) == Approx(-2.0611536181902037e-09).epsilon(1e-6));
    tape.backward(sum(log_prob));
    const auto gradient = tape.gradient_of(logits.node);
    CHECK(std::vector<T>(gradient.begin(), gradient.begin() + 4) == std::vector<T>{0, -1, 1, 0});
    for (T p : Bernoulli{}.probabilities(logits).to_host()) CHECK(std::isfinite(p));
    // Certain and wrong: eps keeps the mixture's logarithm finite.
    CHECK(Bernoulli{}.mixture_log_prob(logits, target).to_host()[1] ==
          Approx(std::log(1e-5)).epsilon(1e-6));
}

TEST_CASE("both outcomes have the probability 1 together", "[distributions]") {
    const std::vector<double> x{-5, -0.3, 0, 0.7, 9};
    Tape<Cpu<double>> tape;
    const auto logits = tape.input<shape<5>>(x.data(), 1);
    const std::vector<double> zeros(5, 0), ones(5, 1);
    const auto no = Bernoulli{}.log_prob(logits, tape.input<shape<5>>(zeros.data(), 1)).to_host();
    const auto yes = Bernoulli{}.log_prob(logits, tape.input<shape<5>>(ones.data(), 1)).to_host();
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(std::exp(no[i]) + std::exp(yes[i]) == Approx(1).epsilon(1e-14));
}

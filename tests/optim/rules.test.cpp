// SPDX-License-Identifier: BSD-3-Clause
// The rules against scalar loops in the notation of PyTorch's documentation.
#include <blue/math/math.hpp>
#include <blue/optim/rules.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>

namespace {

using Number = blue::math::Number<double>;

double gradient_at(double p, int step) {
    return std::sin(3 * p) + 0.1 * step - 0.3;
}

/// Ten steps of a rule from p = 0.7.
template <class Rule>
double run(const Rule& rule, double factor) {
    Number p(0.7), state[Rule::state_arrays] = {};
    for (auto& number : state) number = Number(0);
    for (int step = 1; step <= 10; ++step) {
        double value[1];
        p.store(value);
        Rule::update(rule.constants(step, factor), p, Number(gradient_at(value[0], step)), state);
    }
    double value[1];
    p.store(value);
    return value[0];
}

double adam(double rate, double l2, double decoupled) {
    double p = 0.7, m = 0, v = 0;
    for (int step = 1; step <= 10; ++step) {
        double g = gradient_at(p, step) + l2 * p;
        p -= rate * decoupled * p;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        p -= rate * (m / (1 - std::pow(0.9, step))) /
             (std::sqrt(v / (1 - std::pow(0.999, step))) + 1e-8);
    }
    return p;
}

// Ten steps of a dozen operations each in double.
constexpr double tolerance = 1e-13;

}  // namespace

TEST_CASE("SGD with momentum and weight decay") {
    for (double momentum : {0.0, 0.9})
        for (double decay : {0.0, 0.1}) {
            double p = 0.7, velocity = 0;
            for (int step = 1; step <= 10; ++step) {
                velocity = momentum * velocity + gradient_at(p, step) + decay * p;
                p -= 0.05 * velocity;
            }
            const blue::SGD rule{.learning_rate = 0.1, .momentum = momentum, .weight_decay = decay};
            CHECK(std::abs(run(rule, 0.5) - p) < tolerance);
        }
}

TEST_CASE("Adam, its weight decay, and AdamW's") {
    CHECK(std::abs(run(blue::Adam{.learning_rate = 0.02}, 1) - adam(0.02, 0, 0)) < tolerance);
    CHECK(std::abs(run(blue::Adam{.learning_rate = 0.04}, 0.5) - adam(0.02, 0, 0)) < tolerance);
    CHECK(std::abs(run(blue::Adam{.learning_rate = 0.02, .weight_decay = 0.3}, 1) -
                   adam(0.02, 0.3, 0)) < tolerance);
    CHECK(std::abs(run(blue::AdamW{.learning_rate = 0.02, .weight_decay = 0.3}, 1) -
                   adam(0.02, 0, 0.3)) < tolerance);
    CHECK(std::abs(adam(0.02, 0.3, 0) - adam(0.02, 0, 0.3)) > 1e-3);  // the cases differ
}

TEST_CASE("options without a meaning are errors") {
    using blue::Adam, blue::AdamW, blue::SGD;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const auto& rule) {
        CHECK_THROWS_AS(rule.constants(1, 1), blue::ValueError);
    };
    refused(SGD{.learning_rate = nan});
    refused(SGD{.momentum = nan});
    refused(SGD{.weight_decay = -1});
    refused(Adam{.learning_rate = -1});
    refused(Adam{.beta1 = 1});
    refused(Adam{.beta2 = 1});
    refused(Adam{.beta2 = nan});
    refused(Adam{.eps = 0});
    refused(Adam{.weight_decay = nan});
    refused(AdamW{.beta1 = -0.1});
    refused(AdamW{.eps = nan});
    refused(AdamW{.weight_decay = nan});
}

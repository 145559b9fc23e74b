// SPDX-License-Identifier: BSD-3-Clause
// Sequences of steps of the CPU's kernels, in float and double, against PyTorch's formulas on
// doubles.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue;

namespace {

constexpr Index size = 37;  // no multiple of a pack
constexpr int step_count = 25;

double gradient_of(int step, Index e) {
    return std::sin(0.7 * step + static_cast<double>(e)) * (e % 5 == 0 ? 1e-6 : 1);
}
/// Some parameters get no gradient: only weight decay moves them.
bool is_still(Index e) {
    return e % 7 == 3;
}

/// The parameters after all steps of a rule, as the CPU's kernels compute them.
template <class T, class Rule>
std::vector<double> run(const Rule& rule, double factor = 1) {
    std::vector<T> values(size), gradients(size), state(Rule::state_arrays * size);
    for (Index e = 0; e < size; ++e)
        values[static_cast<std::size_t>(e)] = static_cast<T>(std::cos(e));
    for (int step = 1; step <= step_count; ++step) {
        for (Index e = 0; e < size; ++e)
            gradients[static_cast<std::size_t>(e)] =
                is_still(e) ? 0 : static_cast<T>(gradient_of(step, e));
        optimizer_step(rule, rule.constants(step, factor),
                       ParameterBlock<Cpu<T>>{values.data(), gradients.data(), size}, state.data());
    }
    return {values.begin(), values.end()};
}

/// The same by a function that steps one parameter: (step, value, gradient, two numbers of state).
template <class Step>
std::vector<double> reference(Step step_one) {
    std::vector<double> values;
    for (Index e = 0; e < size; ++e) {
        double p = std::cos(e), state[2] = {};
        for (int step = 1; step <= step_count; ++step)
            step_one(step, p, is_still(e) ? 0 : gradient_of(step, e), state);
        values.push_back(p);
    }
    return values;
}

double largest_gap(const std::vector<double>& a, const std::vector<double>& b) {
    double gap = 0;
    for (std::size_t i = 0; i < a.size(); ++i) gap = std::fmax(gap, std::abs(a[i] - b[i]));
    return gap;
}

/// In double rounding of 25 steps; in float of numbers below 2 and of gradients.
template <class Rule, class Step>
void compare(const Rule& rule, Step step_one, double factor = 1) {
    const std::vector<double> expected = reference(step_one);
    CHECK(largest_gap(run<double>(rule, factor), expected) < 1e-14);
    CHECK(largest_gap(run<float>(rule, factor), expected) < 4e-6);
}

}  // namespace

TEST_CASE("stochastic gradient descent", "[cpu]") {
    compare(SGD{.learning_rate = 0.1}, [](int, double& p, double g, double*) { p -= 0.1 * g; });
    compare(SGD{.learning_rate = 0.1, .weight_decay = 0.3},
            [](int, double& p, double g, double*) { p -= 0.1 * (g + 0.3 * p); });
    const auto with_momentum = [](int step, double& p, double g, double* state) {
        g += 0.02 * p;
        state[0] = step == 1 ? g : 0.9 * state[0] + g;  // torch.optim.SGD without dampening
        p -= 0.05 * state[0];
    };
    compare(SGD{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.02}, with_momentum);
    // A factor of the learning rate, as schedules give it.
    compare(SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.02}, with_momentum, 0.5);
}

TEST_CASE("Adam", "[cpu]") {
    const auto adam = [](double rate, double beta1, double beta2, double eps, double decay) {
        return [=](int step, double& p, double g, double* state) {
            g += decay * p;
            state[0] = beta1 * state[0] + (1 - beta1) * g;
            state[1] = beta2 * state[1] + (1 - beta2) * g * g;
            const double m = state[0] / (1 - std::pow(beta1, step));
            const double v = state[1] / (1 - std::pow(beta2, step));
            p -= rate * m / (std::sqrt(v) + eps);
        };
    };
    compare(Adam{.learning_rate = 0.01}, adam(0.01, 0.9, 0.999, 1e-8, 0));
    compare(Adam{.learning_rate = 0.02, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3},
            adam(0.02, 0.8, 0.95, 1e-3, 0));
    compare(Adam{.learning_rate = 0.01, .weight_decay = 0.1}, adam(0.01, 0.9, 0.999, 1e-8, 0.1));
    compare(Adam{.learning_rate = 0.01}, adam(0.005, 0.9, 0.999, 1e-8, 0), 0.5);
}

TEST_CASE("Adam with decoupled weight decay", "[cpu]") {
    const auto adamw = [](double rate, double decay) {
        return [=](int step, double& p, double g, double* state) {
            p *= 1 - rate * decay;  // torch.optim.AdamW
            state[0] = 0.9 * state[0] + 0.1 * g;
            state[1] = 0.999 * state[1] + 0.001 * g * g;
            const double m = state[0] / (1 - std::pow(0.9, step));
            const double v = state[1] / (1 - std::pow(0.999, step));
            p -= rate * m / (std::sqrt(v) + 1e-8);
        };
    };
    compare(AdamW{.learning_rate = 0.01, .weight_decay = 0.5}, adamw(0.01, 0.5));
    compare(AdamW{.learning_rate = 0.01, .weight_decay = 0.5}, adamw(0.005, 0.5), 0.5);
    CHECK(AdamW{}.weight_decay == 0.01);  // PyTorch's default
}

namespace {

/// Means, then log_std, after all steps of Ivon.
template <class T>
std::vector<double> run_pairs(const Ivon& rule) {
    std::vector<T> values(2 * size), gradients(2 * size), state(2 * size);
    for (Index e = 0; e < 2 * size; ++e)
        values[static_cast<std::size_t>(e)] = static_cast<T>(std::cos(e));
    for (int step = 1; step <= step_count; ++step) {
        for (Index e = 0; e < 2 * size; ++e)
            gradients[static_cast<std::size_t>(e)] = static_cast<T>(gradient_of(step, e));
        optimizer_step(rule, rule.constants(step, 1),
                       ParameterBlock<Cpu<T>>{values.data(), gradients.data(), size}, state.data());
    }
    return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("rules that step mean and log_std together", "[cpu]") {
    const Ivon rule{.learning_rate = 0.01, .beta2 = 0.9};
    // The formula on single numbers.
    std::vector<double> expected(2 * size);
    for (Index e = 0; e < size; ++e) {
        using Number = math::Number<double>;
        Number p[2] = {std::cos(e), std::cos(e + size)}, state[2] = {0, 0};
        for (int step = 1; step <= step_count; ++step) {
            const Number g[2] = {gradient_of(step, e), gradient_of(step, e + size)};
            Ivon::update(rule.constants(step, 1), p, g, state);
        }
        expected[static_cast<std::size_t>(e)] = p[0][0];
        expected[static_cast<std::size_t>(e + size)] = p[1][0];
    }
    CHECK(largest_gap(run_pairs<double>(rule), expected) < 1e-14);
    CHECK(largest_gap(run_pairs<float>(rule), expected) < 4e-6);
}

TEST_CASE("parameters in several arrays are shared out otherwise and step the same", "[cpu]") {
    const Index length = 2 * cpu::block_size + 5, numbers = 3 * length;
    const Adam rule{.learning_rate = 0.01};
    const auto after_a_step = [&](Index arrays) {
        std::vector<float> values, gradients, state(static_cast<std::size_t>(2 * numbers), 0.5f);
        for (Index e = 0; e < numbers; ++e) {
            values.push_back(static_cast<float>(std::cos(e)));
            gradients.push_back(static_cast<float>(gradient_of(1, e)));
        }
        optimizer_step(
            rule, rule.constants(1, 1),
            ParameterBlock<Cpu<float>>{values.data(), gradients.data(), numbers, nullptr, arrays},
            state.data());
        values.insert(values.end(), state.begin(), state.end());
        return values;
    };
    CHECK(after_a_step(3) == after_a_step(1));
}

TEST_CASE("sums of squares", "[cpu]") {
    Tape<Cpu<float>> tape;
    for (Index n : {Index{0}, Index{1}, Index{37}, 3 * cpu::block_size + 11}) {
        std::vector<float> numbers;
        double expected = 0;
        for (Index i = 0; i < n; ++i) {
            numbers.push_back(static_cast<float>(std::sin(static_cast<double>(i))));
            expected += static_cast<double>(numbers.back()) * static_cast<double>(numbers.back());
        }
        // Lanes add up to 512 squares in float before they are added in double.
        CHECK(sum_of_squares(tape, numbers.data(), n) == Approx(expected).epsilon(1e-5));
    }
}

TEST_CASE("scaling", "[cpu]") {
    Tape<Cpu<double>> tape;
    std::vector<double> numbers{1, -2, 3};
    scale(tape, numbers.data(), 2, 0.5);
    CHECK(numbers == std::vector<double>{0.5, -1, 3});
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What holds for every differentiable operation: run it on your own.
#pragma once

#include <blue/testing/gradient_check.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace blue::testing {

/// Tolerances of `operation_laws`.
struct OperationLawOptions {
    GradientOptions gradient{};
    /// Largest error of a gradient in double, see `GradientReport::error`.
    double gradient_tolerance = 1e-8;
    /// Largest difference between float and double, relative to the largest number of an output or
    /// gradient.
    double float_tolerance = 64 * std::numeric_limits<float>::epsilon();
};

namespace detail {

/// An output and the gradients of all arguments, as doubles.
struct Outcome {
    std::vector<double> output;
    std::vector<std::vector<double>> gradients;
    bool operator==(const Outcome&) const = default;
};

enum class Uses { once, twice };

/// Runs f forward and backward. Argument k has a gradient unless `without` is k.
template <class B, class F, class... Shapes>
Outcome run_operation(Tape<B>& tape, F f, int without, Uses uses,
                      const Values<Shapes>&... arguments) {
    const std::tuple leaves = [&]<int... K>(std::integer_sequence<int, K...>) {
        return std::tuple{argument(tape, arguments, K != without)...};
    }
    (std::make_integer_sequence<int, sizeof...(Shapes)>{});
    const auto y = std::apply(f, leaves);
    const auto once = weighted_sum(y);
    const auto root = uses == Uses::once ? once : once + weighted_sum(std::apply(f, leaves));
    if (root.node->needs_grad) tape.backward(root);
    Outcome outcome;
    for (const auto number : y.to_host()) outcome.output.push_back(static_cast<double>(number));
    std::apply(
        [&](auto... leaf) {
            const auto add = [&](const auto& gradient) {
                outcome.gradients.emplace_back(gradient.begin(), gradient.end());
            };
            (add(tape.gradient_of(leaf.node)), ...);
        },
        leaves);
    return outcome;
}

template <class B, class F, class... Shapes>
Outcome run_operation(F f, int without, Uses uses, const Values<Shapes>&... arguments) {
    Tape<B> tape;
    return run_operation(tape, f, without, uses, arguments...);
}

/// Leaves NaN in all memory for numbers that the tape holds, as if of an earlier pass.
template <class B>
void spoil_memory(Tape<B>& tape) {
    using T = typename B::scalar;
    constexpr Index step = 64 / sizeof(T);  // what memory is handed out in
    tape.reset();
    for (const std::size_t held = tape.capacity(); tape.capacity() == held;)
        std::fill_n(tape.template device_memory<T>(step), step,
                    std::numeric_limits<T>::quiet_NaN());
    tape.reset();
}

/// The largest |a - b| over the largest |b|; NaN when a number is not finite.
inline double relative_gap(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::quiet_NaN();
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
            return std::numeric_limits<double>::quiet_NaN();
        gap = std::fmax(gap, std::abs(a[i] - b[i]));
        size = std::fmax(size, std::abs(b[i]));
    }
    return gap == 0 ? 0 : gap / size;
}

/// The largest of the relative gaps between outputs and gradients.
inline double relative_gap(const Outcome& a, const Outcome& b) {
    double gap = relative_gap(a.output, b.output);
    for (std::size_t k = 0; k < a.gradients.size(); ++k) {
        const double part = relative_gap(a.gradients[k], b.gradients[k]);
        if (!(part <= gap)) gap = part;
    }
    return gap;
}

/// Sets the number of threads and puts it back.
class ThreadScope {
public:
    ThreadScope() : before_(num_threads()) {}
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;
    ~ThreadScope() { set_num_threads(before_); }

private:
    int before_;
};

}  // namespace detail

/// Runs an operation through what must hold for all of them, on the CPU. `f` is generic in its
/// arguments, tape values, and returns a tape value: `[](auto x, auto y) { return x * y; }`.
/// Returns one sentence per failure, none when all is well:
///
/// * gradients agree with central differences, in double;
/// * float agrees with double;
/// * without recording, as in prediction, the output has the same bits;
/// * an argument without gradient does not change those of the others;
/// * what an earlier pass left in the memory does not matter;
/// * an operation that is used twice leaves twice the gradient;
/// * output and gradients have the same bits with 1, 2 and 3 threads.
///
/// Smooth values of order one are best; choose more than 16384 elements to see the threads at work.
template <class F, class... Shapes>
std::vector<std::string> operation_laws(F f, const OperationLawOptions& options,
                                        const Values<Shapes>&... arguments) {
    using Double = Cpu<double>;
    using detail::Uses;
    constexpr int none = -1;
    std::vector<std::string> failures;
    const auto require = [&](bool holds, const std::string& sentence) {
        if (!holds) failures.push_back(sentence);
    };
    const GradientReport report = gradient_check<Double>(f, options.gradient, arguments...);
    require(report.error <= options.gradient_tolerance, report.sentence());

    const detail::ThreadScope scope;
    const auto once = detail::run_operation<Double>(f, none, Uses::once, arguments...);
    const auto in_float = detail::run_operation<Cpu<float>>(f, none, Uses::once, arguments...);
    const double gap = detail::relative_gap(in_float, once);
    require(gap <= options.float_tolerance,
            "float and double differ by " + std::to_string(gap) + " of the largest number");

    Tape<Double> tape;
    tape.recording = false;
    require(f(detail::argument(tape, arguments, false)...).to_host() == once.output,
            "without recording the output is different");

    tape.recording = true;
    detail::run_operation(tape, f, none, Uses::once, arguments...);
    detail::spoil_memory(tape);
    require(detail::run_operation(tape, f, none, Uses::once, arguments...) == once,
            "numbers that were in the memory before change the output or the gradients");

    for (int k = 0; k < static_cast<int>(sizeof...(Shapes)); ++k) {
        auto others = detail::run_operation<Double>(f, k, Uses::once, arguments...);
        others.gradients[static_cast<std::size_t>(k)] = once.gradients[static_cast<std::size_t>(k)];
        require(others == once, "without a gradient for argument " + std::to_string(k) +
                                    " the output or the other gradients are different");
    }

    auto twice = detail::run_operation<Double>(f, none, Uses::twice, arguments...);
    for (auto& gradient : twice.gradients)
        for (double& number : gradient) number /= 2;
    const double use_gap = detail::relative_gap(twice, once);
    require(use_gap <= 1e-13, "used twice, the gradient is not twice as large, but off by " +
                                  std::to_string(use_gap));

    for (int threads : {1, 2, 3}) {
        set_num_threads(threads);
        require(detail::run_operation<Double>(f, none, Uses::once, arguments...) == once,
                "in double, " + std::to_string(threads) + " threads give other numbers");
        require(detail::run_operation<Cpu<float>>(f, none, Uses::once, arguments...) == in_float,
                "in float, " + std::to_string(threads) + " threads give other numbers");
    }
    return failures;
}
template <class F, class... Shapes>
std::vector<std::string> operation_laws(F f, const Values<Shapes>&... arguments) {
    return operation_laws(f, OperationLawOptions{}, arguments...);
}

}  // namespace blue::testing

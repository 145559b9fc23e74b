// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compares gradients from the tape with differences of values.
#pragma once

#include <blue/backends/cpu/backend.hpp>
#include <blue/models/initialise.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/reduce.hpp>

#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace blue::testing {

/// An argument of an operation: samples x batch x Shape::size numbers.
template <class Shape>
struct Values {
    Index samples, batch;
    std::vector<double> numbers;
};

/// Numbers uniform in (low, high) from the seed. They are values of float too, so that checks in
/// both types see the same.
template <class Shape>
Values<Shape> random_values(Index samples, Index batch, Seed seed, double low = -2,
                            double high = 2) {
    Values<Shape> values{samples, batch, {}};
    const random::Key key{seed.value, 0, 0, 0, static_cast<std::uint32_t>(random::purpose::user)};
    for (Index e = 0; e < samples * batch * Shape::size; ++e)
        values.numbers.push_back(
            static_cast<float>(low + (high - low) * random::uniform<double>(key, e)));
    return values;
}

/// The outcome of a gradient check: the element that differs most.
struct GradientReport {
    /// |derivative - difference| over the larger of |difference| and the root mean square of all
    /// differences; 0 when nothing was compared.
    double error = 0;
    double derivative = 0;  ///< from the tape
    double difference = 0;  ///< from values
    std::string where;      ///< "argument 1, element 17", "0._weight_mean, element 3"
    Index elements = 0;     ///< number of elements that were compared

    std::string sentence() const {
        return "the gradient at " + where + " is " + std::to_string(derivative) +
               ", but differences of values give " + std::to_string(difference) +
               " (relative error " + std::to_string(error) + ")";
    }
};

/// How many elements of each argument or parameter a check looks at, evenly spread.
struct GradientOptions {
    Index most_elements = 200;
    double step = 0x1p-10;  ///< of the differences; keep values four steps away from kinks
};

namespace detail {

/// f'(0) by the central difference of fourth order: the error is of the order of step^4 f^(5) / 30,
/// and of 1e-16 f / step from rounding.
template <class F>
double central_difference(F&& f, double step) {
    return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);
}

/// The same for a function that may have a kink near 0, as absolute values have: the step shrinks
/// from 2^-10 by 16 until two differences agree, so that the kink is not between the points. At
/// 2^-22, where rounding costs 1e-9, a kink is met by one in a million functions.
template <class F>
double kinked_difference(F&& f) {
    double slope = central_difference(f, 0x1p-10);
    for (double step = 0x1p-14; step >= 0x1p-22; step /= 16) {
        const double finer = central_difference(f, step);
        if (std::abs(finer - slope) <= 1e-7 * (1 + std::abs(slope))) break;
        slope = finer;
    }
    return slope;
}

/// Collects pairs and finds the worst one at the end, when the typical size is known.
class GradientComparison {
public:
    void add(double derivative, double difference, const std::string& what, Index element) {
        pairs_.push_back({derivative, difference, what, element});
        squares_ += difference * difference;
    }
    GradientReport report() const {
        GradientReport worst;
        const double typical = std::sqrt(squares_ / static_cast<double>(pairs_.size()));
        for (const auto& [derivative, difference, what, element] : pairs_) {
            const double gap = std::abs(derivative - difference);
            const double error = gap == 0 ? 0 : gap / std::fmax(std::abs(difference), typical);
            if (!(error <= worst.error) || worst.where.empty())  // a NaN is the worst of all
                worst = {error, derivative, difference,
                         what + ", element " + std::to_string(element), 0};
            if (std::isnan(error)) break;
        }
        worst.elements = static_cast<Index>(pairs_.size());
        return worst;
    }

private:
    struct Pair {
        double derivative, difference;
        std::string what;
        Index element;
    };
    std::vector<Pair> pairs_;
    double squares_ = 0;
};

/// Calls body(element) for at most `most` of `size` elements, evenly spread.
template <class Body>
void for_some_elements(Index size, Index most, Body&& body) {
    const Index count = std::min(size, most);
    for (Index i = 0; i < count; ++i) body(i * size / count);
}

/// y as a single number that depends on all of y's elements, on each in another way.
template <class B, class Shape>
Var<B, scalar_shape> weighted_sum(Var<B, Shape> y) {
    using T = typename B::scalar;
    if constexpr (Shape::rank == 0)
        if (y.node->size() == 1) return y;
    const Index n = y.node->size();
    T* const weights = y.tape->template host_memory<T>(n);
    for (Index i = 0; i < n; ++i)
        weights[i] = static_cast<T>(std::cos(1 + 0.7 * static_cast<double>(i)));
    return sum(y * y.tape->input_like(y, weights, y.samples()));
}

/// Copies numbers to a tape, as an argument with or without gradient.
template <class B, class Shape>
Var<B, Shape> argument(Tape<B>& tape, const Values<Shape>& values, bool with_gradient) {
    using T = typename B::scalar;
    const Index n = static_cast<Index>(values.numbers.size());
    T* const numbers = tape.template host_memory<T>(n);
    for (Index i = 0; i < n; ++i)
        numbers[i] = static_cast<T>(values.numbers[static_cast<std::size_t>(i)]);
    return with_gradient ? tape.template leaf<Shape>(numbers, values.batch, values.samples)
                         : tape.template input<Shape>(numbers, values.batch, values.samples);
}

}  // namespace detail

/// Compares the gradients of a function with central differences. `f` takes one tape value per
/// argument and returns a tape value; all of its elements count. Accurate to about 1e-10 for smooth
/// functions of order one.
template <class B = Cpu<double>, class F, class... Shapes>
GradientReport gradient_check(F f, const GradientOptions& options, Values<Shapes>... arguments) {
    static_assert(sizeof(typename B::scalar) == 8,
                  "blue: gradient checks need a backend of doubles");
    Tape<B> tape;
    const auto value = [&] {
        tape.reset();
        tape.recording = false;
        return detail::weighted_sum(f(detail::argument(tape, arguments, true)...)).value();
    };
    std::vector<std::vector<double>> gradients;
    {
        const std::tuple leaves{detail::argument(tape, arguments, true)...};
        tape.backward(detail::weighted_sum(std::apply(f, leaves)));
        std::apply([&](auto... leaf) { (gradients.push_back(tape.gradient_of(leaf.node)), ...); },
                   leaves);
    }
    detail::GradientComparison comparison;
    std::size_t k = 0;
    const auto check = [&](std::vector<double>& numbers) {
        const std::string what = "argument " + std::to_string(k);
        detail::for_some_elements(
            static_cast<Index>(numbers.size()), options.most_elements, [&](Index e) {
                double& number = numbers[static_cast<std::size_t>(e)];
                const double original = number;
                const auto moved = [&](double by) {
                    number = original + by;
                    return value();
                };
                const double difference = detail::central_difference(moved, options.step);
                number = original;
                comparison.add(gradients[k][static_cast<std::size_t>(e)], difference, what, e);
            });
        ++k;
    };
    (check(arguments.numbers), ...);
    return comparison.report();
}
template <class B = Cpu<double>, class F, class... Shapes>
GradientReport gradient_check(F f, const Values<Shapes>&... arguments) {
    return gradient_check<B>(f, GradientOptions{}, arguments...);
}

/// All variational parameters of a model as they are stored, in the order of the state dict.
template <class M>
std::vector<double> parameter_values(const M& model) {
    using B = backend_of<M>;
    std::vector<double> values;
    blue::detail::visit_variables(model, [&](const auto& state) {
        std::vector<typename B::scalar> host;
        for (int k = 0; k < state.parameters; ++k) {
            host.resize(static_cast<std::size_t>(state.parameter_size(k)));
            B::memory::copy_to_host(host.data(), state.parameter(k), state.parameter_size(k));
            values.insert(values.end(), host.begin(), host.end());
        }
    });
    return values;
}

/// Compares the gradients of a model's parameters with central differences. `loss` takes the tape,
/// runs the model on it and returns a single number on the tape; it must draw the same noise each
/// time (a fixed seed and pass). The model ends as it was.
///
///     parameter_gradient_check(net, [&](auto& tape) {
///         auto x = tape.template input<shape<8>>(inputs.data(), 6);
///         auto result = forward<Scores::divergence>(net, tape, x, {.samples = 3, .seed =
///         Seed{1}}); return objective(result, make_labels(tape, labels.data(), 6, 4)).total;
///     });
template <class M, class F>
GradientReport parameter_gradient_check(M& model, F loss, const GradientOptions& options = {}) {
    using B = backend_of<M>;
    static_assert(sizeof(typename B::scalar) == 8,
                  "blue: gradient checks need a backend of doubles");
    Tape<B> tape;
    tape.backward(loss(tape));
    std::vector<std::vector<double>> gradients;
    std::size_t slot = 0;
    blue::detail::visit_variables(model, [&](const auto& state) {
        const Draw<B>& draw = tape.draws()[slot++];
        for (int k = 0; k < state.parameters; ++k) {
            gradients.emplace_back(static_cast<std::size_t>(state.parameter_size(k)));
            if (draw.gradient_live)
                B::memory::copy_to_host(gradients.back().data(), draw.gradient + state.offset(k),
                                        state.parameter_size(k));
        }
    });
    detail::GradientComparison comparison;
    std::size_t parameter = 0;
    blue::detail::visit_variables(model, [&](auto& state) {
        for (int k = 0; k < state.parameters; ++k, ++parameter) {
            const std::string name(variational_parameter_names<M>[parameter]);
            detail::for_some_elements(state.parameter_size(k), options.most_elements, [&](Index e) {
                double* const number = state.parameter(k) + e;
                double original = 0;
                B::memory::copy_to_host(&original, number, 1);
                const auto moved = [&](double by) {
                    const double there = original + by;
                    B::memory::copy_from_host(number, &there, 1);
                    tape.reset();
                    return loss(tape).value();
                };
                const double difference = detail::central_difference(moved, options.step);
                B::memory::copy_from_host(number, &original, 1);
                comparison.add(gradients[parameter][static_cast<std::size_t>(e)], difference, name,
                               e);
            });
        }
    });
    return comparison.report();
}

}  // namespace blue::testing

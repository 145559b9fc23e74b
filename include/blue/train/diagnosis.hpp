// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which variable it is when numbers of a training step are not finite.
#pragma once

#include <blue/error.hpp>
#include <blue/models/variable_view.hpp>

#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace blue {

/// Whether all numbers are finite.
inline bool all_finite(std::span<const double> numbers) {
    for (double number : numbers)
        if (!std::isfinite(number)) return false;
    return true;
}

/// What is known about a training step that cannot be made.
struct FailedStep {
    Index epoch, step;  ///< 1, 2, ...
    double loss, data_fitting, prior_matching;
    /// Of each random variable, as far as known, in the order of the slots.
    std::span<const double> divergences, gradient_norms;
};

namespace detail {

/// The number in a variable's parameters that is largest or, if there is one, not finite.
struct ParameterExtreme {
    double value = 0;
    std::size_t parameter = 0;  ///< position among all parameters of the model
};

template <class B>
ParameterExtreme extreme_parameter(std::span<const VariableView<B>> variables) {
    ParameterExtreme extreme;
    std::vector<typename B::scalar> host;
    std::size_t parameter = 0;
    for (const VariableView<B>& variable : variables) {
        for (int k = 0; k < variable.parameters; ++k, ++parameter) {
            const Index size = variable.parameter_size(k);
            host.resize(static_cast<std::size_t>(size));
            B::memory::copy_to_host(host.data(), variable.values + variable.offset(k), size);
            for (const auto number : host) {
                const double value = static_cast<double>(number);
                if (!std::isfinite(value)) return {value, parameter};
                if (std::abs(value) > std::abs(extreme.value)) extreme = {value, parameter};
            }
        }
    }
    return extreme;
}

/// "the gradient of 2.weight is nan, and that of 1 other variable"; `last` chooses which is named.
inline std::string first_not_finite(const char* what, std::span<const double> numbers,
                                    std::span<const std::string_view> names, bool last) {
    std::size_t found = 0;
    int others = -1;
    for (std::size_t slot = 0; slot < numbers.size(); ++slot)
        if (!std::isfinite(numbers[slot]) && (++others == 0 || last)) found = slot;
    const std::string text = joined({what, " of ", names[found], " is ", numbers[found]});
    if (others < 1) return text;
    if (others == 1) return joined({text, ", and that of 1 other variable"});
    return joined({text, ", and those of ", others, " other variables"});
}

}  // namespace detail

/// Throws NumericalError that names epoch, step, and the layer and variable that is to blame: one
/// with a parameter that is not finite; else one with such a divergence; else the one nearest to
/// the output with such a gradient, from where it spreads to those before; else, for a loss that is
/// not finite, the one with the largest parameter. \param names of the random variables, \param
/// parameter_names of their parameters.
template <class B>
[[noreturn]] void throw_not_finite(std::span<const VariableView<B>> variables,
                                   std::span<const std::string_view> names,
                                   std::span<const std::string_view> parameter_names,
                                   const FailedStep& failed) {
    const detail::ParameterExtreme extreme = detail::extreme_parameter(variables);
    const std::string_view extreme_name = parameter_names[extreme.parameter];
    std::string what;
    if (!std::isfinite(extreme.value))
        what = detail::joined({"the parameter ", extreme_name, " is ", extreme.value});
    else if (!all_finite(failed.divergences))
        what = detail::first_not_finite("the divergence", failed.divergences, names, false);
    else if (!all_finite(failed.gradient_norms))
        what = detail::first_not_finite("the gradient", failed.gradient_norms, names, true);
    else {
        char number[32];
        std::snprintf(number, sizeof number, "%.3g", extreme.value);
        what = detail::joined(
            {"the model's output or the data term is not finite; the largest parameter is in ",
             extreme_name, ", ", number});
    }
    char loss[128];
    std::snprintf(loss, sizeof loss, " (loss %.6g = data %.6g + prior %.6g nats)", failed.loss,
                  failed.data_fitting, failed.prior_matching);
    throw NumericalError(
        "fit: epoch ", failed.epoch, ", step ", failed.step, ": ", what, loss,
        "; the parameters are those before this step. Lower the learning rate, set clip_norm, or "
        "scale inputs and targets to a standard deviation of about 1");
}

}  // namespace blue

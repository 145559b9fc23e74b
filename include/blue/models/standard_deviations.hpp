// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sets the standard deviations of variables that are drawn as a whole.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/layers/variable_state.hpp>

#include <cmath>
#include <type_traits>
#include <vector>

namespace blue::detail {

/// Gives the elements of a joint variable these standard deviations, as near as it can.
template <class State>
void set_standard_deviations(State& state, const std::vector<double>& scales) {
    using B = typename std::remove_cvref_t<decltype(state.values)>::backend;
    constexpr const ParameterLayout& layout = *State::layout();
    std::vector<typename B::scalar> numbers(static_cast<std::size_t>(State::numbers()));
    B::memory::copy_to_host(numbers.data(), state.parameter(0), State::numbers());
    std::vector<double> stored(numbers.begin(), numbers.end());
    std::vector<double> log_factors = log_standard_deviations(state.distribution, layout, stored);
    for (std::size_t e = 0; e < scales.size(); ++e)
        log_factors[e] = std::log(scales[e]) - log_factors[e];
    state.distribution.scale_elements(
        JointVariable<double>{layout.rows, layout.columns, stored.data(), layout.offsets, nullptr},
        log_factors.data(), stored.data());
    numbers.assign(stored.begin(), stored.end());
    B::memory::copy_from_host(state.parameter(0), numbers.data(), State::numbers());
}

}  // namespace blue::detail

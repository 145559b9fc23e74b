// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What stands for the distribution of a deterministic parameter.
#pragma once

#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/traits.hpp>

namespace blue {

/// In the place of the distribution of a module's `parameter<...>` or `buffer<...>`: one value for
/// all samples. Not a policy: a random variable without uncertainty has the distribution
/// `NonBayesian`.
/// \tparam Start where it begins, `zeros` or `ones`.
template <class Start, bool IsTrained = true>
struct Deterministic : NonBayesian {
    using parameters = blue::parameters<real<"value">>;
    using start = Start;
};

/// Whether a variable with this distribution is a deterministic parameter or a buffer.
template <class Q>
inline constexpr bool is_deterministic = false;
template <class Start, bool IsTrained>
inline constexpr bool is_deterministic<Deterministic<Start, IsTrained>> = true;

/// Whether a variable with this distribution is trained: all but buffers.
template <class Q>
inline constexpr bool is_trained = true;
template <class Start>
inline constexpr bool is_trained<Deterministic<Start, false>> = false;

/// Its kernels are those of a point estimate.
template <class Start, bool IsTrained>
struct detail::drawn_distribution<Deterministic<Start, IsTrained>> {
    using type = NonBayesian;
};

}  // namespace blue

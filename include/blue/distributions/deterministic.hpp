// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What stands for the distribution of a deterministic parameter.
#pragma once

#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/traits.hpp>

namespace blue {

/// In the place of the distribution of a module's `parameter<...>`: one value for all samples. Not
/// a policy: a random variable without uncertainty has the distribution `NonBayesian`. \tparam
/// Start where it begins, `zeros` or `ones`.
template <class Start>
struct Deterministic : NonBayesian {
    using parameters = blue::parameters<real<"value">>;
    using start = Start;
};

/// Whether a variable with this distribution is a deterministic parameter.
template <class Q>
inline constexpr bool is_deterministic = false;
template <class Start>
inline constexpr bool is_deterministic<Deterministic<Start>> = true;

/// Its kernels are those of a point estimate.
template <class Start>
struct detail::drawn_distribution<Deterministic<Start>> {
    using type = NonBayesian;
};

}  // namespace blue

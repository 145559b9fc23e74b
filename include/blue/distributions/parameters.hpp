// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The parameters of a distribution: their names, and how they are stored.
#pragma once

#include <blue/meta/variables.hpp>

#include <array>
#include <cmath>

namespace blue {

/// How the number that a formula receives follows from the number that is stored and trained.
enum class transform { identity, exponential, softplus };

/// A parameter that is stored as it is: `real<"mean">`.
template <fixed_string Name>
struct real {
    static constexpr fixed_string name = Name, stored_name = Name;
    static constexpr blue::transform transform = blue::transform::identity;
};

/// A positive parameter that is stored as its logarithm: `log_of<"std">` gives formulas `std` and
/// is `log_std` in state dicts. In formulas, `log(std)` and division by `std` cost nothing.
template <fixed_string Name>
struct log_of {
    static constexpr fixed_string name = Name, stored_name = fixed_string("log_") + Name;
    static constexpr blue::transform transform = blue::transform::exponential;
};

/// A positive parameter x that is stored as log(exp(x) - 1), as in Blundell et al. (2015), BLiTZ
/// and bayesian-torch: `softplus_of<"std">` is `rho_std` in state dicts.
template <fixed_string Name>
struct softplus_of {
    static constexpr fixed_string name = Name, stored_name = fixed_string("rho_") + Name;
    static constexpr blue::transform transform = blue::transform::softplus;
};

/// The parameters of a distribution, in the order in which formulas receive them.
template <class... Parameters>
struct parameters {
    static constexpr int size = sizeof...(Parameters);
    static constexpr std::array<fixed_string, sizeof...(Parameters)> names{Parameters::name...};
    static constexpr std::array<fixed_string, sizeof...(Parameters)> stored_names{
        Parameters::stored_name...};
    static constexpr std::array<blue::transform, sizeof...(Parameters)> transforms{
        Parameters::transform...};
};

/// The number that is stored for a given natural value.
inline double stored_value(transform kind, double natural) {
    switch (kind) {
        case transform::exponential:
            return std::log(natural);
        case transform::softplus:
            return natural + std::log(-std::expm1(-natural));
        default:
            return natural;
    }
}

/// The value that formulas receive for a stored number.
inline double natural_value(transform kind, double stored) {
    switch (kind) {
        case transform::exponential:
            return std::exp(stored);
        case transform::softplus:
            return std::fmax(stored, 0) + std::log1p(std::exp(-std::fabs(stored)));
        default:
            return stored;
    }
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Formulas of distributions on plain numbers: what all generated code is compared with.
#pragma once

#include <blue/distributions/formula.hpp>
#include <blue/math/math.hpp>
#include <blue/objectives/kl.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace blue::testing {

/// Natural values of a distribution's parameters, as its formulas receive them.
template <class Q>
using NaturalValues = std::array<double, static_cast<std::size_t>(Q::parameters::size)>;

/// A few parameter values of order one, different from each other and from 0.
template <class Q>
std::vector<NaturalValues<Q>> default_points() {
    constexpr double real[] = {-1.3, 0.4, 1.7}, positive[] = {1.0, 2.3, 0.4};
    std::vector<NaturalValues<Q>> points(3);
    for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t k = 0; k < points[i].size(); ++k)
            points[i][k] = Q::parameters::transforms[k] == transform::identity
                               ? real[(i + k) % 3]
                               : positive[(i + k) % 3];
    return points;
}

/// Each parameter in turn far out, the others at a value of order one: positive ones at exp(-20)
/// and exp(20), others at a million.
template <class Q>
std::vector<NaturalValues<Q>> default_extremes() {
    std::vector<NaturalValues<Q>> points;
    for (std::size_t k = 0; k < NaturalValues<Q>{}.size(); ++k) {
        const bool is_real = Q::parameters::transforms[k] == transform::identity;
        for (double sign : {-1, 1}) {
            NaturalValues<Q> point = default_points<Q>()[0];
            point[k] = is_real ? sign * 1e6 : std::exp(sign * 20);
            points.push_back(point);
        }
    }
    return points;
}

namespace detail {

inline std::string to_text(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", number);
    return text;
}
template <std::size_t N>
std::string to_text(const std::array<double, N>& numbers) {
    std::string text = "(";
    for (std::size_t k = 0; k < N; ++k) text += (k ? ", " : "") + to_text(numbers[k]);
    return text + ")";
}

/// The formulas of a pair on one double: no packs of several lanes, no duals, no prepared
/// logarithms.
template <class Q, class P>
struct PlainFormulas {
    using Number = math::Number<double>;
    using Theta = NaturalValues<Q>;

    Q q;
    P p;
    /// The prior's constants for the element.
    std::array<double, static_cast<std::size_t>(constants_of<P>::size)> constants{};

    double sample(double noise, const Theta& theta) const {
        return std::apply([&](auto... t) { return q.sample(Number(noise), Number(t)...)[0]; },
                          theta);
    }
    double log_prob(double w, const Theta& theta) const {
        return std::apply([&](auto... t) { return q.log_prob(Number(w), Number(t)...)[0]; }, theta);
    }
    double prior_log_prob(double w, const Theta& theta) const {
        if constexpr (HasParameters<P>) {
            return std::apply([&](auto... t) { return p.log_prob(Number(w), Number(t)...)[0]; },
                              default_parameters(p));
        } else {
            return with_required(w, theta, required_parameters<P>{});
        }
    }
    double divergence(const Theta& theta) const {
        return std::apply([&](auto... t) { return kl(q, p, Number(t)...)[0]; },
                          std::tuple_cat(theta, constants));
    }

private:
    template <fixed_string... Names>
    double with_required(double w, [[maybe_unused]] const Theta& theta, names<Names...>) const {
        return std::apply(
            [&](auto... c) {
                return p.log_prob(Number(w),
                                  Number(theta[static_cast<std::size_t>(
                                      blue::detail::parameter_index<Q, Names>)])...,
                                  Number(c)...)[0];
            },
            constants);
    }
};

}  // namespace detail

}  // namespace blue::testing

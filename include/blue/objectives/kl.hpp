// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Closed-form Kullback-Leibler divergences, elementwise and in nats.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/traits.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/math/pack.hpp>

#include <type_traits>

namespace blue {

/// The divergence of any distribution with an `entropy` from a flat prior of density 1.
template <class Q, class... T>
requires requires(const Q& q, T... parameters) {
    q.entropy(parameters...);
}
BLUE_HOST_DEVICE auto kl(const Q& q, const UniformPrior&, T... parameters) {
    return -q.entropy(parameters...);
}

/// The divergence of any distribution with `entropy`, `expectation` and `variance` from a normal
/// prior: the expected square is all that the prior asks for. Infinite with the variance. The
/// variance floor is left out. (Not for normals and wrappers of them, which have a formula of their
/// own.)
template <class Q, class... T>
requires(!std::is_base_of_v<MeanFieldNormal, Q>) && requires(const Q& q, T... parameters) {
    q.entropy(parameters...);
    q.expectation(parameters...);
    q.variance(parameters...);
}
BLUE_HOST_DEVICE auto kl(const Q& q, const MeanFieldNormal& p, T... parameters) {
    return detail::kl_from_normal(q, p.mean, p.std, parameters...);
}

namespace detail {
template <class Q, class P, std::size_t... K>
constexpr bool kl_exists(std::index_sequence<K...>) {
    using T = math::Number<double>;
    return requires(const Q& q, const P& p, T parameter) {
        kl(q, p, (static_cast<void>(K), parameter)...);
    };
}
}  // namespace detail

/// Whether `kl(q, p, q's natural parameters..., p's constants...)` exists for the pair: found by
/// argument-dependent lookup, so an overload beside a user's own distribution counts. Never for
/// `StickingTheLanding`, which asks for Monte Carlo. For a joint distribution it is the overload of
/// its marginals that counts: the prior's elements are independent.
template <class Q, class P>
inline constexpr bool has_closed_form_kl =
    !leaves_out_score<Q> &&
    (is_random<Q> || !is_joint<Q>)&&detail::kl_exists<detail::element_of_t<Q>, P>(
        std::make_index_sequence<static_cast<std::size_t>(
            detail::element_of_t<Q>::parameters::size + constants_of<P>::size)>{});

}  // namespace blue

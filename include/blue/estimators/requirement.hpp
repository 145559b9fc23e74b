// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The sentences when an estimator cannot work with the distribution that it wraps.
#pragma once

#include <blue/concepts/variational_distribution.hpp>

#include <type_traits>

namespace blue {

/// Location-scale families whose noise has the same distribution with the other sign: weights are
/// symmetric about their location.
template <class Q>
concept SymmetricWeights = LocationScale<Q> && is_symmetric<noise_of<Q>>;

/// Location-scale families with normal noise: weights are independent normals.
template <class Q>
concept NormalWeights = LocationScale<Q> && std::is_same_v<noise_of<Q>, noise::Normal>;

/// Whether weights are drawn in the ordinary way, so that an estimator may take its place.
template <class Q>
inline constexpr bool draws_weights = std::is_same_v<estimator_of<Q>, estimator::DrawnWeights>;

namespace requirement {

/// What `LocalReparameterization` wraps.
template <bool Ok, class Distribution>
struct normal_weights : check {
    static_assert(
        Ok,
        "blue: LocalReparameterization draws sums of weights, so the weights must be independent "
        "normals and nothing else may estimate them, see the distribution in normal_weights<...>: "
        "wrap MeanFieldNormal, or use Flipout or no wrapper");
};

/// What `Flipout` wraps.
template <bool Ok, class Distribution>
struct symmetric_weights : check {
    static_assert(
        Ok,
        "blue: Flipout changes signs of deviations, so it needs a location-scale family with "
        "symmetric noise that no other estimator wraps, see the distribution in "
        "symmetric_weights<...>: wrap another distribution, or use no wrapper");
};

/// What `Antithetic` wraps.
template <bool Ok, class Distribution>
struct symmetric_noise : check {
    static_assert(
        Ok,
        "blue: Antithetic negates noise, which must be symmetric about 0, see the distribution in "
        "symmetric_noise<...>: wrap one with normal, Laplace, logistic, Cauchy or Student-t noise, "
        "or use no wrapper");
};

/// What `StickingTheLanding` wraps.
template <bool Ok, class Distribution>
struct scored_weights : check {
    static_assert(
        Ok,
        "blue: StickingTheLanding changes the gradient of log q of drawn weights, see the "
        "distribution in scored_weights<...>: wrap one of single elements that has noise and is "
        "not estimated by LocalReparameterization, or use no wrapper");
};

/// The check of a wrapper around Q: `Failed` unless Ok, else that of Q, which may be a wrapper,
/// too.
template <bool Ok, class Failed, class Q>
using estimator_around =
    typename std::conditional_t<Ok, estimator_check_of<Q>, std::type_identity<Failed>>::type;

}  // namespace requirement

}  // namespace blue

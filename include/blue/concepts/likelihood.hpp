// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What likelihoods and objectives must offer at least, and the sentences when something else
/// stands in their place.
#pragma once

#include <blue/concepts/requirement.hpp>

#include <type_traits>
#include <utility>

namespace blue {

namespace detail {

/// Whether L says what targets are, as all likelihoods do. What else one needs depends on who asks:
/// see docs/concepts/likelihood.md.
template <class L>
inline constexpr bool is_likelihood = requires {
    typename L::target_type;
};
/// Whether O is something to train by: see docs/concepts/objectives.md.
template <class O>
inline constexpr bool is_objective = requires(O& objective) {
    objective.likelihood;
    O::scores;
    O::norm_constants;
};

/// The likelihood of an objective; void of what is none.
template <class O>
struct likelihood_in {
    using type = void;
};
template <class O>
requires is_objective<O>
struct likelihood_in<O> {
    using type = std::remove_cvref_t<decltype(std::declval<O&>().likelihood)>;
};

}  // namespace detail

namespace requirement {

/// What says how targets follow from the outputs of a model.
template <bool Ok, class Given>
struct likelihood : check {
    static_assert(
        Ok,
        "blue: not a likelihood, which says how targets follow from outputs, see given in "
        "likelihood<...>: use one such as Categorical or Gaussian, without an objective around it");
};

/// What `fit` trains by.
template <bool Ok, class Given>
struct objective : check {
    static_assert(Ok,
                  "blue: not an objective to train by, see given in objective<...>: use one such "
                  "as Elbo{Categorical{}}, with the likelihood inside");
};

}  // namespace requirement

}  // namespace blue

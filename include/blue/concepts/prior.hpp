// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a prior must offer, alone and beside a variational distribution, and the sentences when it
/// does not.
#pragma once

#include <blue/concepts/variational_distribution.hpp>
#include <blue/distributions/uniform_prior.hpp>

#include <boost/mp11/algorithm.hpp>

namespace blue {

namespace detail {

/// The number of arguments of a prior's `log_prob` besides the weight.
template <class P>
inline constexpr int prior_parameters = [] {
    if constexpr (HasParameters<P>)
        return P::parameters::size;
    else
        return required_parameters<P>::size + constants_of<P>::size;
}();

}  // namespace detail

/// A distribution that scores weights: `log_prob(w, ...)` with its own parameters, if it lists any
/// (their values come from `defaults()`), else with the variational parameters that it asks for by
/// name in `required_parameters`, and then the `constants` that it keeps for each element.
template <class P>
concept Prior = detail::scores_with<P>(detail::count_up<detail::prior_parameters<P>>{});

namespace detail {

/// Whether D is a wrapper from blue/estimators.
template <class D>
inline constexpr bool is_estimator = requires {
    typename D::estimator_check;
};

/// Those of a prior's required parameters that Q does not have.
template <class Q, class Names>
struct missing_parameters;
template <class Q, fixed_string... Names>
struct missing_parameters<Q, names<Names...>> {
    using type = boost::mp11::mp_append<
        requirement::missing<>,
        std::conditional_t<(parameter_index<Q, Names> >= 0), requirement::missing<>,
                           requirement::missing<typename spell<Names>::type>>...>;
};

}  // namespace detail

/// Whether a fitted prior gets from Q, or from the marginals of a joint distribution, what it
/// follows from; true for other priors.
template <class P, class Q>
inline constexpr bool fits_to = [] {
    if constexpr (FittedPrior<P>) return []<int... K>(std::integer_sequence<int, K...>) {
            return requires(const P& p, const detail::element_of_t<Q>& q,
                            math::Number<double> parameter) {
                p.statistic(q, (static_cast<void>(K), parameter)...);
            };
        }
    (std::make_integer_sequence<int, detail::element_of_t<Q>::parameters::size>{});
    else return true;
}();

/// Whether all parameters that the prior P asks for are parameters of Q, or of the marginals of a
/// joint distribution (mean and std of the element), and P gives a density to all that Q draws. Not
/// for estimators, which say how q is estimated.
template <class P, class Q>
concept PriorFor =
    Prior<P> && !detail::is_estimator<P> && (is_positive<Q> || !is_positive<P>)&&fits_to<P, Q> &&
    (HasParameters<P> ||
     std::is_same_v<
         typename detail::missing_parameters<detail::element_of_t<Q>, required_parameters<P>>::type,
         requirement::missing<>>);

namespace requirement {

template <bool Ok, class Prior, class Variational, class Missing>
struct required_parameter : check {
    static_assert(
        Ok,
        "blue: the prior asks for a parameter that the variational distribution does not have, see "
        "the prior, the distribution and the name in required_parameter<...>: choose another pair");
};

template <bool Ok, class Prior, class Variational>
struct prior_support : check {
    static_assert(
        Ok,
        "blue: the prior has density 0 where the variational distribution draws weights, see both "
        "in prior_support<...>: choose another prior, or a distribution of positive numbers");
};

template <bool Ok, class Prior, class Variational>
struct fitted_prior : check {
    static_assert(
        Ok,
        "blue: the prior learns its scale from the expected squares of the weights, and the "
        "variational distribution has none, see both in fitted_prior<...>: choose another prior, "
        "or a distribution with expectation and variance");
};

template <bool Ok, class Prior>
struct prior_without_estimator : check {
    static_assert(
        Ok,
        "blue: a prior is not estimated, but has a wrapper that says how, see the prior in "
        "prior_without_estimator<...>: take the distribution inside, and wrap the variational one");
};

/// The pair of a random variable whose divergence must be exact.
template <bool Ok, class Path, class Variational, class Prior>
struct closed_form : check {
    static_assert(
        Ok,
        "blue: the divergence of a variable has no closed form, see its path, distribution and "
        "prior in closed_form<...>: use Elbo or KullbackLeiblerLoss, or write kl(q, p, "
        "parameters...) beside the distribution");
};

/// A random variable whose outputs are drawn, where log probs of its weights are asked for.
template <bool Ok, class Path, class Variational, class Prior>
struct scored_outputs : check {
    static_assert(
        Ok,
        "blue: Monte Carlo log probs need drawn weights, which LocalReparameterization does not "
        "draw, see path, distribution and prior in scored_outputs<...>: use Elbo with a prior that "
        "has a closed form, or Flipout in place of LocalReparameterization");
};

template <class P, class Q>
constexpr auto failed_prior_check() {
    if constexpr (!Prior<P>)
        return failed_log_prob_check<P, detail::prior_parameters<P>>();
    else if constexpr (!VariationalDistribution<Q>)
        return std::type_identity<check>{};  // Q has a message of its own
    else if constexpr (detail::is_estimator<P>)
        return std::type_identity<prior_without_estimator<false, P>>{};
    else if constexpr (is_positive<P> && !is_positive<Q>)
        return std::type_identity<prior_support<false, P, Q>>{};
    else if constexpr (!fits_to<P, Q>)
        return std::type_identity<fitted_prior<false, P, Q>>{};
    else
        return std::type_identity<
            required_parameter<false, P, Q,
                               typename detail::missing_parameters<
                                   detail::element_of_t<Q>, required_parameters<P>>::type>>{};
}

template <class P, class Q>
struct prior_check {
    using type = typename decltype(failed_prior_check<P, Q>())::type;
};
template <class P, VariationalDistribution Q>
requires PriorFor<P, Q>
struct prior_check<P, Q> {
    using type = check;
};

/// What P lacks as a prior beside Q, as a check; one that passes when it lacks nothing.
template <class P, class Q>
using prior = typename prior_check<P, Q>::type;

}  // namespace requirement

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which random variables of a model have a closed-form divergence, at compile time.
#pragma once

#include <blue/models/log_probs.hpp>
#include <blue/models/settings.hpp>
#include <blue/objectives/kl.hpp>

#include <array>

namespace blue {

/// Where the divergence of a random variable from its prior comes from in objectives that take the
/// closed form where there is one, such as `Elbo`.
enum class Divergence {
    closed_form,    ///< a `kl(q, p, parameters...)` for its pair of distributions: without noise
    monte_carlo,    ///< log q(w) - log p(w) of the drawn weights
    point_estimate  ///< -log p(w) of the one value that it has; AnalyticalKullbackLeiblerLoss: 0
};

namespace detail {

template <class Placed>
inline constexpr Divergence divergence_of_placed =
    !is_random<variational_of<Placed>>                             ? Divergence::point_estimate
    : has_closed_form_kl<variational_of<Placed>, prior_of<Placed>> ? Divergence::closed_form
                                                                   : Divergence::monte_carlo;

template <class Variables>
struct divergences_in;
template <class... Placed>
struct divergences_in<mp::mp_list<Placed...>> {
    static constexpr std::array<Divergence, sizeof...(Placed)> value{
        divergence_of_placed<Placed>...};
};

template <class Placed>
using needs_monte_carlo = mp::mp_bool<divergence_of_placed<Placed> == Divergence::monte_carlo>;

}  // namespace detail

/// Of each random variable of a model, in the order of `random_variable_names<M>`.
template <class M>
inline constexpr auto divergences_of = detail::divergences_in<random_variables<M>>::value;

/// Of the random variable at a path, which is written as for `LogProbs::get`: positions and names
/// of the layers from the outside in, the variable last, `divergence_of<Net, 2, "gated",
/// "weight">`. A single number counts the variables. A path that does not exist is a compile error.
template <class M, key... Path>
inline constexpr Divergence divergence_of =
    divergences_of<M>[static_cast<std::size_t>(detail::slot_at<M, Path...>())];

/// Whether no divergence of a model needs Monte Carlo: what `AnalyticalKullbackLeiblerLoss` asks
/// for.
template <class M>
inline constexpr bool is_closed_form =
    detail::mp::mp_none_of<random_variables<M>, detail::needs_monte_carlo>::value;

namespace detail {

/// The check of the first of these variables; one that passes when there is none.
template <template <bool, class...> class Check, class Variables>
struct first_variable_check {
    using type = requirement::check;
};
template <template <bool, class...> class Check, class First, class... Rest>
struct first_variable_check<Check, mp::mp_list<First, Rest...>> {
    using path = typename First::path::template append<key(First::variable::name)>;
    using type = Check<false, spell_path<path>, variational_of<First>, prior_of<First>>;
};
template <class M>
using closed_form_check_of =
    typename first_variable_check<requirement::closed_form,
                                  mp::mp_copy_if<random_variables<M>, needs_monte_carlo>>::type;

}  // namespace detail

}  // namespace blue

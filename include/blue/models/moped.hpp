// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Priors and posteriors around the weights of a trained network.
#pragma once

#include <blue/distributions/centred_prior.hpp>
#include <blue/models/keep_weights.hpp>
#include <blue/models/standard_deviations.hpp>

#include <algorithm>
#include <cmath>

namespace blue {

namespace requirement {

/// A setting of priors must meet one that has a centre.
template <bool Ok, class Model>
struct centred_priors : check {
    static_assert(
        Ok,
        "blue: no prior of the model has a centre, see the model in centred_priors<...>: use "
        "CentredPrior<> in its place");
};

/// A distribution whose scales can follow the weights.
template <bool Ok, class Distribution>
struct scaled_elements : check {
    static_assert(
        Ok,
        "blue: moped cannot set the scales of the distribution in scaled_elements<...>: add "
        "standard_log_prob(z) to a location-scale family, or to a joint one "
        "scale_elements(variable, log_factors, stored), or take keep_weights and centre_prior");
};

}  // namespace requirement

namespace detail {

template <class Placed>
using has_centre = std::is_same<constants_of<prior_of<Placed>>, names<"centre">>;

/// The check of a variable's distribution for `moped`.
template <class Placed>
struct scaled_elements_check {
    using Q = variational_of<Placed>;
    static constexpr bool is_point = std::is_same_v<typename noise_kind<Q>::type, noise::None>;
    static constexpr bool ok = LocationScale<Q> || ScalesElements<Q> || is_point;
    using type = std::conditional_t<ok, requirement::check, requirement::scaled_elements<ok, Q>>;
};
template <class Placed>
using scaled_elements_check_t = typename scaled_elements_check<Placed>::type;

}  // namespace detail

/// Moves all `CentredPrior`s of a model to the weights (locations) of one with the same layers,
/// which may be the model itself: what was learned becomes what is expected.
template <class M, class From>
void centre_prior(M& model, const From& from) {
    constexpr bool same = detail::have_same_variables<M, From>();
    static_assert(requirement::same_variables<same, M, From>{});
    constexpr bool any = detail::mp::mp_any_of<random_variables<M>, detail::has_centre>::value;
    static_assert(requirement::centred_priors<any, M>{});
    if constexpr (same) {
        const auto weights = detail::locations(from);
        std::size_t slot = 0;
        detail::visit_variables(model, [&](auto& state) {
            using P = typename std::remove_cvref_t<decltype(state)>::P;
            if constexpr (std::is_same_v<constants_of<P>, names<"centre">>)
                detail::set_numbers(state, state.constant(0), weights[slot]);
            ++slot;
        });
    }
}

/// Options of `moped`.
struct MopedOptions {
    double delta = 0.1;            ///< scale of a weight's posterior, relative to the weight
    double smallest_scale = 1e-4;  ///< of weights at and near 0
};

/// MOPED (Krishnan et al. 2020, "Specifying Weight Priors in Bayesian Deep Neural Networks with
/// Empirical Bayes"): the prior is centred on the weights w of a trained network with the same
/// layers, and the variational distribution starts at location w and scale delta |w|. The priors to
/// be centred are `CentredPrior<>`, of standard deviation 1 as in the paper unless their options
/// say otherwise. Point estimates take the weights, other priors stay as they are.
///
/// Elements of a joint distribution get that standard deviation, and their correlations stay. A
/// `MatrixNormal`, which has one scale per row and one per column, gets those of which the products
/// are nearest: in each row and each column, the geometric mean is that of delta |w|. A
/// distribution that is neither a location-scale family nor has `scale_elements` is a compile
/// error.
///
/// Throws ValueError for options that are not positive; the model stays as it was then.
template <class M, class From>
void moped(M& model, const From& from, const MopedOptions& options = {}) {
    require_positive("moped", "delta", options.delta);
    require_positive("moped", "smallest_scale", options.smallest_scale);
    using Checks = detail::mp::mp_transform<detail::scaled_elements_check_t, random_variables<M>>;
    static_assert(detail::mp::mp_apply<detail::policy_checks, Checks>{});
    keep_weights(model, from);
    centre_prior(model, from);
    const auto weights = detail::locations(model);
    std::size_t slot = 0;
    detail::visit_variables(model, [&](auto& state) {
        using Q = typename std::remove_cvref_t<decltype(state)>::Q;
        std::vector<double> scales;
        for (double w : weights[slot++])
            scales.push_back(std::fmax(options.delta * std::abs(w), options.smallest_scale));
        if constexpr (LocationScale<Q>) {
            for (double& scale : scales) scale = stored_value(Q::parameters::transforms[1], scale);
            detail::set_numbers(state, state.parameter(1), scales);
        } else if constexpr (ScalesElements<Q>) {
            detail::set_standard_deviations(state, scales);
        }
    });
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Priors around a given weight for each element.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/traits.hpp>

#include <cmath>

namespace blue {

namespace requirement {

/// What `CentredPrior` can move.
template <bool Ok, class Prior>
struct movable_prior : check {
    static_assert(
        Ok,
        "blue: CentredPrior moves a prior of all real numbers with a density of its own, see the "
        "prior in movable_prior<...>: take a location-scale family, or a prior whose log_prob "
        "takes the weight only");
};

}  // namespace requirement

namespace detail {
/// Whether the prior's density depends on the weight alone, and has a formula for that.
template <class P>
inline constexpr bool is_movable =
    !is_positive<P> && !FittedPrior<P> && required_parameters<P>::size == 0 &&
    constants_of<P>::size == 0 && (!HasParameters<P> || LocationScale<P>);
template <class P>
struct parameters_or_none {
    using type = parameters<>;
};
template <HasParameters P>
struct parameters_or_none<P> {
    using type = typename P::parameters;
};
}  // namespace detail

/// The prior `P` moved, for each element, from 0 to a weight that is given: empirical Bayes around
/// a trained network (`centre_prior`, `moped`), or a new task beside an old one. The centres are
/// kept with the module and saved in its state dict, `0._weight_prior_centre`; they are 0 until
/// they are set, and not trained. Closed-form divergences are those of `P` where the variational
/// distribution is a location-scale family.
///
/// Options: `CentredPrior<>{.prior = {.std = 0.1}}`.
template <class P = MeanFieldNormal>
struct CentredPrior {
    static_assert(requirement::movable_prior<detail::is_movable<P>, P>{});

    P prior{};  ///< around 0, before it is moved

    using constants = names<"centre">;

    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w, T centre) const {
        if constexpr (LocationScale<P>)
            return prior.standard_log_prob((w - centre - location) * inverse_scale) - log_scale;
        else
            return prior.log_prob(w - centre);
    }

    double norm_constant() const { return blue::norm_constant(prior); }
    void validate() const { blue::detail::require_valid("CentredPrior", prior); }
    /// The prior of a narrower layer: its width changes, the centres stay.
    void rescale(double c) requires requires(P& p) { p.rescale(c); }
    {
        P narrower = prior;
        narrower.rescale(c);
        *this = {.prior = narrower};
    }

    /// Initial values for `ModuleOptions{.prior_initialization = true}`: those of the prior, moved.
    std::array<double, 2> initial_values(double, double centre) const requires LocationScale<P> {
        const auto values = default_parameters(prior);
        return {centre + values[0], values[1]};
    }
    using initial_parameters = typename detail::parameters_or_none<P>::type;

    /// What follows from the options, computed once and not to be set: to change an option, make a
    /// new object.
    double location = of_prior(0);
    double inverse_scale = 1 / of_prior(1);
    double log_scale = std::log(of_prior(1));

private:
    /// Location and scale of the density, with the variance floor.
    double of_prior(std::size_t k) const {
        if constexpr (LocationScale<P>) {
            const auto values = default_parameters(prior);
            return k == 0 ? values[0] : std::sqrt(values[1] * values[1] + variance_floor(prior));
        } else {
            return static_cast<double>(k);
        }
    }
};

/// The divergence of a location-scale family from a prior that is moved is that of the family moved
/// the other way.
template <LocationScale Q, class P, class T>
requires requires(const Q& q, const P& p, T parameter) {
    kl(q, p, parameter, parameter);
}
BLUE_HOST_DEVICE T kl(const Q& q, const CentredPrior<P>& p, T location, T scale, T centre) {
    return kl(q, p.prior, location - centre, scale);
}

}  // namespace blue

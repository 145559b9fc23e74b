// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Scales that are stored through softplus instead of as logarithms.
#pragma once

#include <blue/distributions/parameters.hpp>

namespace blue {

namespace detail {
template <class Parameter>
struct stored_by_softplus {
    using type = Parameter;
};
template <fixed_string Name>
struct stored_by_softplus<log_of<Name>> {
    using type = softplus_of<Name>;
};
template <class Parameters>
struct softplus_parameters;
template <class... Parameter>
struct softplus_parameters<parameters<Parameter...>> {
    using type = parameters<typename stored_by_softplus<Parameter>::type...>;
};
}  // namespace detail

/// The variational distribution `Q` with each positive parameter x stored as log(exp(x) - 1), as
/// Blundell et al. (2015), BLiTZ and bayesian-torch do: `SoftplusScale<MeanFieldNormal>` has
/// `mean` and `rho_std`. Scales well above 1 then grow by steps, not by factors; below 1 it differs
/// little from the logarithm. Everything else is that of `Q`, closed-form divergences too.
///
/// Options: `SoftplusScale<MeanFieldNormal>{{.std = 0.1}}`.
template <class Q>
struct SoftplusScale : Q {
    using parameters = typename detail::softplus_parameters<typename Q::parameters>::type;
};

}  // namespace blue

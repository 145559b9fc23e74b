// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the library derives from a distribution's members, with defaults for those left out.
#pragma once

#include <blue/distributions/parameters.hpp>
#include <blue/error.hpp>
#include <blue/fwd.hpp>
#include <blue/random/noise.hpp>

#include <string>
#include <type_traits>

namespace blue {

/// A distribution that lists its parameters: it can be variational, and as a prior it takes them
/// from its options.
template <class D>
concept HasParameters = requires {
    D::parameters::transforms;
};

/// The density depends on (w - location) / scale only, and `standard_log_prob(z)` is its logarithm
/// at location 0 and scale 1, in nats. Such families get the cheapest sweeps.
template <class D>
concept LocationScale = HasParameters<D> && D::parameters::size == 2 &&
                        D::parameters::transforms[0] ==
                            transform::identity&& D::parameters::transforms[1] !=
                            transform::identity&& requires(const D& distribution,
                                                           math::Number<double> z) {
    distribution.standard_log_prob(z);
};

namespace detail {

template <class D>
struct noise_kind {
    using type = noise::None;
};
template <class D>
requires requires {
    typename D::noise;
}
struct noise_kind<D> {
    using type = typename D::noise;
};

template <class D>
struct estimator_kind {
    using type = estimator::DrawnWeights;
};
template <class D>
requires requires {
    typename D::estimator;
}
struct estimator_kind<D> {
    using type = typename D::estimator;
};

/// The distribution whose formulas draw weights and score them: D without the wrappers that leave
/// these as they are. So programs that use D with and without them have its kernels once.
template <class D>
struct drawn_distribution {
    using type = D;
};

template <class D>
struct required_names {
    using type = names<>;
};
template <class D>
requires requires {
    typename D::required_parameters;
}
struct required_names<D> {
    using type = typename D::required_parameters;
};

template <class D>
struct constant_names {
    using type = names<>;
};
template <class D>
requires requires {
    typename D::constants;
}
struct constant_names<D> {
    using type = typename D::constants;
};

}  // namespace detail

/// The kind of noise that `D::sample` receives.
template <class D>
using noise_of = typename detail::noise_kind<D>::type;

/// Whether samples of D differ from each other. Without noise there is one draw for all samples.
template <class D>
inline constexpr bool is_random = !std::is_same_v<noise_of<D>, noise::None>;

/// Whether the kind of noise has the same distribution with the other sign: it says `static
/// constexpr bool symmetric = true`.
template <class Noise>
inline constexpr bool is_symmetric = [] {
    if constexpr (requires { Noise::symmetric; })
        return Noise::symmetric;
    else
        return false;
}();

/// How operations estimate the expectation over a variable with the distribution D: see
/// blue/estimators.
template <class D>
using estimator_of = typename detail::estimator_kind<D>::type;

/// Whether samples come in pairs of opposite noise: `Antithetic`.
template <class D>
inline constexpr bool is_antithetic = requires {
    typename D::antithetic;
};

/// Whether Monte Carlo divergences leave out the derivative of log q with respect to the parameters
/// at a fixed weight: `StickingTheLanding`.
template <class D>
inline constexpr bool leaves_out_score = requires {
    typename D::path_derivative;
};

/// The noise of D with its options, such as degrees of freedom: `make_noise()` if there is one.
template <class D>
BLUE_HOST_DEVICE constexpr noise_of<D> noise_object(const D& distribution) {
    if constexpr (requires { distribution.make_noise(); })
        return distribution.make_noise();
    else
        return {};
}

/// The variational parameters that a prior asks for by name.
template <class P>
using required_parameters = typename detail::required_names<P>::type;

/// The numbers per element that a prior keeps beside the variational parameters, by name. They are
/// not trained, and 0 until they are set.
template <class P>
using constants_of = typename detail::constant_names<P>::type;

/// The natural values of a distribution's own parameters: `defaults()` if there is one, else 0 for
/// parameters on the real line and 1 for positive ones.
template <HasParameters D>
constexpr auto default_parameters(const D& distribution) {
    std::array<double, D::parameters::size> values{};
    if constexpr (requires { distribution.defaults(); }) {
        values = distribution.defaults();
    } else {
        for (int k = 0; k < D::parameters::size; ++k)
            values[k] = D::parameters::transforms[k] == transform::identity ? 0.0 : 1.0;
    }
    return values;
}

namespace detail {

[[gnu::noinline]] inline void require_natural_value(const char* what, const fixed_string& name,
                                                    transform kind, double value) {
    const std::string parameter = name.str();
    if (kind == transform::identity)
        require_finite(what, parameter.c_str(), value);
    else
        require_positive(what, parameter.c_str(), value);
}

/// Throws ValueError unless a distribution's options are possible: the values of its parameters,
/// and what its `validate()` says about the others.
template <class D>
void require_valid([[maybe_unused]] const char* what, const D& distribution) {
    if constexpr (HasParameters<D>) {
        const auto values = default_parameters(distribution);
        for (std::size_t k = 0; k < values.size(); ++k)
            require_natural_value(what, D::parameters::names[k], D::parameters::transforms[k],
                                  values[k]);
    }
    if constexpr (requires { distribution.validate(); }) distribution.validate();
}

}  // namespace detail

/// Whether D is about positive numbers only, with density 0 elsewhere: it says
/// `static constexpr bool positive = true`.
template <class D>
inline constexpr bool is_positive = [] {
    if constexpr (requires { D::positive; })
        return D::positive;
    else
        return false;
}();

/// E[(w - from)^2] of a distribution with `expectation` and `variance`.
template <class D, class... T>
requires requires(const D& distribution, T... parameters) {
    distribution.expectation(parameters...);
    distribution.variance(parameters...);
}
BLUE_HOST_DEVICE auto expected_square(const D& distribution, double from, T... parameters) {
    return square(distribution.expectation(parameters...) - from) +
           distribution.variance(parameters...);
}

/// A prior with options that follow from the variational distribution in every pass: from the sum
/// over all elements of `statistic(q, parameters...)`, by `fit(sum, count)`, which returns what the
/// options themselves add to the log density.
template <class P>
concept FittedPrior = requires(P& prior) {
    prior.fit(0.0, Index{1});
};

/// The constant summand of `log_prob`, in nats, that may be left out: 0 unless D names one.
template <class D>
constexpr double norm_constant(const D& distribution) {
    if constexpr (requires { distribution.norm_constant(); })
        return distribution.norm_constant();
    else
        return 0;
}

/// Variance that is added to the squared scale in the density (not in the samples).
template <class D>
constexpr double variance_floor(const D& distribution) {
    if constexpr (requires { distribution.variance_floor(); })
        return distribution.variance_floor();
    else
        return 0;
}

}  // namespace blue

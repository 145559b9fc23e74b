// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Calls the formulas of a variational distribution and a prior with the numbers of a sweep.
#pragma once

#include <blue/distributions/traits.hpp>
#include <blue/math/dual.hpp>

#include <cmath>
#include <utility>

namespace blue::detail {

/// Plain values with free logarithms and inverses where a parameter is positive: what forward
/// sweeps hand to formulas. `Directions` > 0 adds derivatives.
template <class S, int Directions = 0>
using Argument = math::Dual<S, Directions>;

/// Natural parameters of one element or pack of elements.
template <class S>
struct NaturalParameter {
    S value, log, inverse;
};

/// The natural parameters in the order of the formula's arguments. (A struct of its own: nvcc does
/// not let device code call std::array.)
template <class S, int Count>
struct NaturalParameters {
    NaturalParameter<S> parameter[Count];
    BLUE_INLINE NaturalParameter<S>& operator[](Index k) { return parameter[k]; }
    BLUE_INLINE const NaturalParameter<S>& operator[](Index k) const { return parameter[k]; }
};

/// The distribution of a draw from the object in the model. A distribution in the place of another
/// one says which is there: `using in_model = ...`.
template <class Q>
Q distribution_from(const void* object) {
    if constexpr (requires { typename Q::in_model; })
        return {*static_cast<const typename Q::in_model*>(object)};
    else
        return *static_cast<const Q*>(object);
}

/// Position of a parameter of Q by its natural name; -1 when there is none.
template <class Q, fixed_string Name>
inline constexpr int parameter_index = [] {
    for (int k = 0; k < Q::parameters::size; ++k)
        if (Q::parameters::names[static_cast<std::size_t>(k)] == Name) return k;
    return -1;
}();

/// The positions of the parameters of Q with the given names.
template <class Q, class Names>
struct parameter_indices;
template <class Q, fixed_string... Names>
struct parameter_indices<Q, names<Names...>> {
    using type = std::integer_sequence<int, parameter_index<Q, Names>...>;
};

/// The formulas of a pair of distributions on scalars of type S (packs on the CPU, numbers on the
/// device).
template <class Q, class P, class S>
struct Formula {
    static constexpr int count = Q::parameters::size;
    /// Behind the parameters are the prior's constants.
    static constexpr int constants = constants_of<P>::size;
    using Parameters = NaturalParameters<S, count + constants>;
    /// Whether parameter k is positive, so that its logarithm and inverse are prepared.
    template <int K>
    static constexpr bool positive =
        Q::parameters::transforms[static_cast<std::size_t>(K)] != transform::identity;

    /// The argument for parameter K: seeded in direction `direction`, constant when it is negative.
    template <int K, int Directions>
    BLUE_INLINE static Argument<S, Directions> argument(const Parameters& parameters,
                                                        int direction) {
        const NaturalParameter<S>& p = parameters[K];
        if constexpr (positive<K>)
            return Argument<S, Directions>::positive(p.value, p.log, p.inverse, direction);
        else
            return direction < 0 ? Argument<S, Directions>(p.value)
                                 : Argument<S, Directions>::variable(p.value, direction);
    }

    template <int Directions>
    BLUE_INLINE static Argument<S, Directions> sample(const Q& q, S noise,
                                                      const Parameters& theta) {
        return [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
            return q.sample(Argument<S, Directions>(noise),
                            argument<K, Directions>(theta, Directions > 0 ? K : -1)...);
        }
        (std::make_integer_sequence<int, count>{});
    }

    template <int Directions>
    BLUE_INLINE static Argument<S, Directions> log_prob(const Q& q, Argument<S, Directions> w,
                                                        const Parameters& theta) {
        return [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
            return q.log_prob(w, argument<K, Directions>(theta, Directions > 0 ? K : -1)...);
        }
        (std::make_integer_sequence<int, count>{});
    }

    /// The derivative of log q(w) with respect to w, at fixed parameters.
    BLUE_INLINE static S weight_slope(const Q& q, S w, const Parameters& theta) {
        return [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
            return q.log_prob(Argument<S, 1>::variable(w, 0), argument<K, 1>(theta, -1)...)
                .derivative(0);
        }
        (std::make_integer_sequence<int, count>{});
    }

    /// Number of variational parameters that the prior reads, and their positions.
    static constexpr int required = required_parameters<P>::size;
    using required_indices = typename parameter_indices<Q, required_parameters<P>>::type;
    /// Number of parameters that the prior has itself.
    static constexpr int own = [] {
        if constexpr (HasParameters<P>)
            return P::parameters::size;
        else
            return 0;
    }();

    /// A prior with what does not change within a sweep. Compilers do not reliably take the
    /// logarithm and the division of a constant scale out of the loop (g++: 1.7 ns per element).
    /// Made on the host.
    struct PreparedPrior {
        P p;
        S location{0}, inverse_scale{1}, log_scale{0};
        double values[own == 0 ? 1 : own] = {};

        explicit PreparedPrior(const P& prior) : p(prior) {
            if constexpr (HasParameters<P>) {
                const auto defaults = default_parameters(p);
                for (int k = 0; k < own; ++k) values[k] = defaults[static_cast<std::size_t>(k)];
            }
            if constexpr (LocationScale<P>) {
                const double scale = std::sqrt(values[1] * values[1] + variance_floor(p));
                location = S(values[0]);
                inverse_scale = S(1 / scale);
                log_scale = S(std::log(scale));
            }
        }
    };

    /// The prior's log density. Direction 0 is the sample, direction 1 + r the r-th parameter that
    /// the prior asks for.
    template <int Directions>
    BLUE_INLINE static Argument<S, Directions> prior_log_prob(const PreparedPrior& prepared,
                                                              Argument<S, Directions> w,
                                                              const Parameters& theta) {
        const P& p = prepared.p;
        if constexpr (LocationScale<P>) {
            return p.standard_log_prob((w - prepared.location) * prepared.inverse_scale) -
                   prepared.log_scale;
        } else if constexpr (HasParameters<P>) {
            return [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
                return p.log_prob(w, Argument<S, Directions>(S(prepared.values[K]))...);
            }
            (std::make_integer_sequence<int, own>{});
        } else {
            return call_with_required<Directions>(p, w, theta, required_indices{},
                                                  std::make_integer_sequence<int, required>{},
                                                  std::make_integer_sequence<int, constants>{});
        }
    }

    /// Closed-form divergence of the pair, differentiated with respect to Q's parameters.
    template <int Directions>
    BLUE_INLINE static Argument<S, Directions> divergence(const Q& q, const P& p,
                                                          const Parameters& theta) {
        return [&]<int... K, int... C>(std::integer_sequence<int, K...>,
                                       std::integer_sequence<int, C...>) BLUE_INLINE_LAMBDA {
            return kl(q, p, argument<K, Directions>(theta, Directions > 0 ? K : -1)...,
                      Argument<S, Directions>(theta[count + C].value)...);
        }
        (std::make_integer_sequence<int, count>{}, std::make_integer_sequence<int, constants>{});
    }

    /// What a fitted prior follows from, per element.
    BLUE_INLINE static S prior_statistic(const Q& q, const P& p, const Parameters& theta) {
        return [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
            return p.statistic(q, argument<K, 0>(theta, -1)...).value;
        }
        (std::make_integer_sequence<int, count>{});
    }

private:
    template <int Directions, int... K, int... R, int... C>
    BLUE_INLINE static Argument<S, Directions> call_with_required(
        const P& p, Argument<S, Directions> w, [[maybe_unused]] const Parameters& theta,
        std::integer_sequence<int, K...>, std::integer_sequence<int, R...>,
        std::integer_sequence<int, C...>) {
        return p.log_prob(w, argument<K, Directions>(theta, Directions > 0 ? 1 + R : -1)...,
                          Argument<S, Directions>(theta[count + C].value)...);
    }
};

}  // namespace blue::detail

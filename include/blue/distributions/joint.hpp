// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions: the elements of a variable are drawn together, and parameters may have
/// shapes of their own.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/team.hpp>
#include <blue/distributions/traits.hpp>
#include <blue/tensor/draw.hpp>

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <concepts>
#include <type_traits>
#include <vector>

namespace blue {

/// What the functions of a joint distribution get: a variable as a matrix. The first axis counts
/// rows, all others together columns; a vector is one column.
template <class T>
struct JointVariable {
    Index rows, columns;
    const T* stored;       ///< the variational parameters
    const Index* offsets;  ///< where each of them begins
    double* workspace;     ///< what `prepare` leaves for the other functions

    BLUE_HOST_DEVICE Index size() const { return rows * columns; }
    /// A variational parameter as it is stored.
    BLUE_HOST_DEVICE const T* parameter(int k) const { return stored + offsets[k]; }
};

/// Gradients with respect to the stored parameters, all but the mean, to be added to.
template <class T>
struct JointGradient {
    T* data;               ///< of parameter 1
    const Index* offsets;  ///< as in `JointVariable`

    BLUE_HOST_DEVICE T* parameter(int k) const { return data + (offsets[k] - offsets[1]); }
};

/// Whether D is a joint distribution: it says by `marginal` how a single element is distributed.
template <class D>
inline constexpr bool is_joint = requires {
    typename D::marginal;
};

/// A distribution of all elements of a variable together, w = mean + deviation, where the deviation
/// follows from noise and the other parameters, and has the same distribution with the other sign.
/// The first parameter is `real<"mean">`, of the variable's shape. Members, for any number T:
///
/// * `marginal`: the distribution of one element, elementwise, with the parameters `mean` and
///   `log_of<"std">`. Priors are elementwise, so it is all that expectations of log p ask for: the
///   closed-form divergence is that of the marginals plus `total_correlation`. A distribution whose
///   marginals have no density of closed form names one with their moments (see `Radial`).
/// * `parameter_shapes<Shape>`: a list with the shape of each parameter.
/// * `noise_size(size)`: how many values of `noise` a draw takes; `workspace(rows, columns)`: how
///   many doubles `prepare` leaves.
/// * `std`, an option: the standard deviation of weights at the start, before fan-in.
/// * `initial_value(k, e, uniform, std)`: where element e of the stored parameter k > 0 starts, in
///   a layer whose weights are to have the standard deviation `std`; `uniform` is in [-1, 1).
/// * `prepare(variable, log_std)`: once per pass, before all others. Writes the logarithm of the
///   standard deviation of each element.
/// * `total_correlation(variable)`: the entropies of all marginals minus that of the variable, in
///   nats, and `prepare_backward(variable, log_std_gradient, factor, gradient)`: adds the gradients
///   with respect to the logarithms of standard deviations, and `factor` times that of
///   `total_correlation`.
/// * `deviate(variable, noise, deviation)`: a draw without the mean.
/// * `log_prob(variable, noise, deviation)`: log q of that draw, in nats, and
///   `backward(variable, noise, weight_gradient, factor, gradient)`: adds the gradient of
///   weight_gradient . deviation + factor log q at this noise.
///
/// One more is optional, see `ScalesElements`. Backends with many lanes ask for `SharesLoops`.
template <class D>
concept JointDistribution = is_joint<D> && HasParameters<D> &&
    requires(const D& d, const JointVariable<double>& variable, const double* in, double* out,
             const JointGradient<double>& gradient, Index n) {
    typename D::template parameter_shapes<shape<2, 3>>;
    { d.std } -> std::convertible_to<double>;
    { d.noise_size(n) } -> std::convertible_to<Index>;
    { d.workspace(n, n) } -> std::convertible_to<Index>;
    { d.initial_value(1, n, 0.5, 1.0) } -> std::convertible_to<double>;
    d.prepare(variable, out);
    { d.total_correlation(variable) } -> std::convertible_to<double>;
    d.prepare_backward(variable, in, 1.0, gradient);
    d.deviate(variable, in, out);
    { d.log_prob(variable, in, in) } -> std::convertible_to<double>;
    d.backward(variable, in, in, 1.0, gradient);
};

/// A joint distribution whose functions let several lanes share their loops, which `Cuda` asks for:
/// from `prepare` on they are marked `BLUE_HOST_DEVICE` and take one more argument, a team (see
/// `OneLane`), `template <class T, class Team = OneLane> BLUE_HOST_DEVICE static void
/// prepare(const JointVariable<T>& variable, T* log_std, const Team& team = {})`.
template <class D>
concept SharesLoops = JointDistribution<D> &&
    requires(const D& d, const JointVariable<double>& variable, const double* in, double* out,
             const JointGradient<double>& gradient, const OneLane& team) {
    d.prepare(variable, out, team);
    d.total_correlation(variable, team);
    d.prepare_backward(variable, in, 1.0, gradient, team);
    d.deviate(variable, in, out, team);
    d.log_prob(variable, in, in, team);
    d.backward(variable, in, in, 1.0, gradient, team);
};

/// A joint distribution whose elements can be made wider and narrower, which `moped` asks for. One
/// more member, for any number T:
///
/// * `scale_elements(variable, log_factors, stored)`: changes the parameters in `stored`, which are
///   those of `variable`, so that the deviation of each element e is multiplied by
///   exp(log_factors[e]); correlations stay. A distribution that has not a scale for each element
///   comes as near as it can. Needs no `prepare` before, but one after.
template <class D>
concept ScalesElements = JointDistribution<D> &&
    requires(const D& d, const JointVariable<double>& variable, const double* log_factors,
             double* stored) {
    d.scale_elements(variable, log_factors, stored);
};

namespace detail {

/// The shapes of the parameters of D for a variable of that shape.
template <class D, class Shape>
struct parameter_shapes {
    using type = boost::mp11::mp_repeat_c<boost::mp11::mp_list<Shape>,
                                          static_cast<std::size_t>(D::parameters::size)>;
};
template <class D, class Shape>
requires is_joint<D>
struct parameter_shapes<D, Shape> {
    using type = typename D::template parameter_shapes<Shape>;
};

/// The shape of parameter K alone.
template <class D, class Shape, int K>
struct parameter_shape {
    using type = Shape;
};
template <class D, class Shape, int K>
requires is_joint<D>
struct parameter_shape<D, Shape, K> {
    using type = boost::mp11::mp_at_c<typename D::template parameter_shapes<Shape>, std::size_t{K}>;
};

/// The marginal of a joint distribution in its place, for formulas about single elements.
template <class D>
struct MarginalOf : D::marginal {
    using in_model = D;
    constexpr MarginalOf() = default;
    constexpr MarginalOf(const D&) {}
};

/// What formulas about single elements take for D: D itself, or its marginal.
template <class D>
struct element_of {
    using type = D;
};
template <class D>
requires is_joint<D>
struct element_of<D> {
    using type = MarginalOf<D>;
};
template <class D>
using element_of_t = typename element_of<D>::type;

/// Whether a distribution can be that of a variable of this shape; it may name a `shape_check`.
template <class D, class Shape>
struct shape_check_of {
    using type = requirement::check;
};
template <class D, class Shape>
requires requires {
    typename D::template shape_check<Shape>;
}
struct shape_check_of<D, Shape> {
    using type = typename D::template shape_check<Shape>;
};

/// Gradients of the samples of a draw are added up in so many parts, side by side. Part of the
/// numerics.
inline constexpr Index joint_parts = 8;

/// log 2 pi e: twice the entropy of a standard normal, in nats.
inline constexpr double log_two_pi_e = 1 - 2 * MeanFieldNormal::constant;

/// The logarithms of the standard deviations of all elements, from the stored parameters.
template <class D, class T>
std::vector<T> log_standard_deviations(const D& distribution, const ParameterLayout& layout,
                                       const std::vector<T>& stored) {
    std::vector<double> workspace(
        static_cast<std::size_t>(distribution.workspace(layout.rows, layout.columns)));
    std::vector<T> log_std(static_cast<std::size_t>(layout.rows * layout.columns));
    distribution.prepare(JointVariable<T>{layout.rows, layout.columns, stored.data(),
                                          layout.offsets, workspace.data()},
                         log_std.data());
    return log_std;
}

/// Where arrays of these sizes begin, in whole cache lines; behind the last, where it ends.
template <std::size_t Count>
constexpr std::array<Index, Count + 1> offsets_of(const std::array<Index, Count>& sizes) {
    std::array<Index, Count + 1> offsets{};
    for (std::size_t k = 0; k < Count; ++k) offsets[k + 1] = offsets[k] + (sizes[k] + 15) / 16 * 16;
    return offsets;
}

/// Where the parameters of a joint distribution lie in the memory of a variable.
template <class D, class Shape, class Shapes = typename D::template parameter_shapes<Shape>>
struct JointLayout;
template <class D, class Shape, template <class...> class List, class... Shapes>
struct JointLayout<D, Shape, List<Shapes...>> {
    static constexpr std::array<Index, sizeof...(Shapes)> sizes{Shapes::size...};
    static constexpr auto offsets = offsets_of(sizes);
    static constexpr Index rows = first_extent<Shape>;
    static constexpr ParameterLayout value{rows, Shape::size / rows, offsets.data(), sizes.data(),
                                           static_cast<int>(sizeof...(Shapes))};
};

}  // namespace detail

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normals with a full covariance, for small variables.
#pragma once

#include <blue/distributions/joint.hpp>

#include <cmath>

namespace blue {

namespace requirement {
/// The size of a variable with a full covariance.
template <bool Ok, class Shape, class Limit, class Given>
struct covariance_size : check {
    static_assert(
        Ok,
        "blue: a covariance of all pairs of elements is too large for this variable, see its "
        "shape, and limit and given count of elements in covariance_size<...>: use "
        "LowRankNormal<R>, or raise the limit with MultivariateNormalUpTo<N>");
};
}  // namespace requirement

/// Normal with a covariance between all D elements of a variable, which has at most `Limit`:
///
///     w = mean + L z, with D standard normals z and a lower triangular L, covariance L L^T.
///
/// Parameters: `mean` (the variable's shape) and `cholesky`, the D (D + 1) / 2 numbers of L row by
/// row, those on the diagonal as their logarithms (the log-Cholesky parametrisation of Pinheiro and
/// Bates 1996). A draw costs D (D + 1) / 2 multiplications per sample. The divergence has a closed
/// form beside every prior for which that of `MeanFieldNormal` has one.
template <Index Limit>
struct MultivariateNormalUpTo {
    double std = 1;  ///< initial standard deviation, before fan-in; correlations start at 0

    using parameters = blue::parameters<real<"mean">, real<"cholesky">>;
    using noise = blue::noise::Normal;
    using marginal = MeanFieldNormal;
    template <class Shape>
    using parameter_shapes = boost::mp11::mp_list<Shape, shape<Shape::size*(Shape::size + 1) / 2>>;
    template <class Shape>
    using shape_check =
        requirement::covariance_size<(Shape::size <= Limit), Shape,
                                     requirement::expected<requirement::count<int(Limit)>>,
                                     requirement::given<requirement::count<int(Shape::size)>>>;

    void validate() const { require_positive("MultivariateNormal", "std", std); }
    static Index noise_size(Index size) { return size; }
    static Index workspace(Index rows, Index columns) { return 2 * rows * columns; }
    static double initial_value(int, Index e, double, double std) {
        const auto row = static_cast<Index>((std::sqrt(8.0 * static_cast<double>(e) + 1) - 1) / 2);
        return e == row_begin(row) + row ? std::log(std) : 0;
    }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare(const JointVariable<T>& variable, T* log_std,
                                         const Team& team = {}) {
        team.each(variable.size(), [&](Index i) {
            const T* const row = variable.parameter(1) + row_begin(i);
            double* const diagonal = variable.workspace + i;
            *diagonal = std::exp(static_cast<double>(row[i]));
            const double squares = *diagonal * *diagonal + detail::sum_of_squares(row, i);
            diagonal[variable.size()] = squares;
            log_std[i] = static_cast<T>(0.5 * std::log(squares));
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double total_correlation(const JointVariable<T>& variable,
                                                     const Team& team = {}) {
        return team.sum(variable.size(), [&](Index i) {
            return 0.5 * std::log(variable.workspace[variable.size() + i]) -
                   log_diagonal(variable, i);
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare_backward(const JointVariable<T>& variable,
                                                  const T* log_std_gradient, T factor,
                                                  const JointGradient<T>& gradient,
                                                  const Team& team = {}) {
        team.each(variable.size(), [&](Index i) {
            const T* const row = variable.parameter(1) + row_begin(i);
            T* const to = gradient.parameter(1) + row_begin(i);
            const double diagonal = variable.workspace[i];
            const double slope = static_cast<double>(log_std_gradient[i] + factor) /
                                 variable.workspace[variable.size() + i];
            for (Index j = 0; j < i; ++j) to[j] += static_cast<T>(slope) * row[j];
            to[i] += static_cast<T>(slope * diagonal * diagonal) - factor;
        });
    }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void deviate(const JointVariable<T>& variable, const T* noise,
                                         T* deviation, const Team& team = {}) {
        team.each(variable.size(), [&](Index i) {
            const T* const row = variable.parameter(1) + row_begin(i);
            deviation[i] = detail::sum_of(i, [&](Index j) { return row[j] * noise[j]; }) +
                           static_cast<T>(variable.workspace[i]) * noise[i];
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double log_prob(const JointVariable<T>& variable, const T* noise,
                                            const T*, const Team& team = {}) {
        const double sum = team.sum(variable.size(), [&](Index i) {
            const double z = static_cast<double>(noise[i]);
            return log_diagonal(variable, i) + 0.5 * z * z;
        });
        return static_cast<double>(variable.size()) * MeanFieldNormal::constant - sum;
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void backward(const JointVariable<T>& variable, const T* noise,
                                          const T* weight_gradient, T factor,
                                          const JointGradient<T>& gradient, const Team& team = {}) {
        team.each(variable.size(), [&](Index i) {
            T* const to = gradient.parameter(1) + row_begin(i);
            for (Index j = 0; j < i; ++j) to[j] += weight_gradient[i] * noise[j];
            to[i] += weight_gradient[i] * noise[i] * static_cast<T>(variable.workspace[i]) - factor;
        });
    }
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        T* row = stored + variable.offsets[1];
        for (Index i = 0; i < variable.size(); ++i) {
            for (Index j = 0; j < i; ++j) row[j] *= std::exp(log_factors[i]);
            row[i] += log_factors[i];
            row += i + 1;
        }
    }

private:
    /// Where row i of the triangle begins; its last number is a logarithm.
    BLUE_HOST_DEVICE static Index row_begin(Index i) { return i * (i + 1) / 2; }
    template <class T>
    BLUE_HOST_DEVICE static double log_diagonal(const JointVariable<T>& variable, Index i) {
        return static_cast<double>(variable.parameter(1)[row_begin(i) + i]);
    }
};

/// Normal with a full covariance, for variables of up to 1024 elements, where its parameters are
/// 524 800 numbers: see `MultivariateNormalUpTo`.
using MultivariateNormal = MultivariateNormalUpTo<1024>;

}  // namespace blue

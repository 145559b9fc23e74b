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
        return e + 1 == row_end(row) ? std::log(std) : 0;
    }

    template <class T>
    static void prepare(const JointVariable<T>& variable, T* log_std) {
        for_each_row(variable, [&](Index i, const T* row) {
            double* const diagonal = variable.workspace + i;
            *diagonal = std::exp(static_cast<double>(row[i]));
            const double squares = *diagonal * *diagonal + detail::sum_of_squares(row, i);
            diagonal[variable.size()] = squares;
            log_std[i] = static_cast<T>(0.5 * std::log(squares));
        });
    }
    template <class T>
    static double total_correlation(const JointVariable<T>& variable) {
        double sum = 0;
        for_each_row(variable, [&](Index i, const T* row) {
            sum += 0.5 * std::log(variable.workspace[variable.size() + i]) -
                   static_cast<double>(row[i]);
        });
        return sum;
    }
    template <class T>
    static void prepare_backward(const JointVariable<T>& variable, const T* log_std_gradient,
                                 T factor, const JointGradient<T>& gradient) {
        T* to = gradient.parameter(1);
        for_each_row(variable, [&](Index i, const T* row) {
            const double diagonal = variable.workspace[i];
            const double slope = static_cast<double>(log_std_gradient[i] + factor) /
                                 variable.workspace[variable.size() + i];
            for (Index j = 0; j < i; ++j) to[j] += static_cast<T>(slope) * row[j];
            to[i] += static_cast<T>(slope * diagonal * diagonal) - factor;
            to += i + 1;
        });
    }

    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        for_each_row(variable, [&](Index i, const T* row) {
            deviation[i] = detail::sum_of(i, [&](Index j) { return row[j] * noise[j]; }) +
                           static_cast<T>(variable.workspace[i]) * noise[i];
        });
    }
    template <class T>
    static double log_prob(const JointVariable<T>& variable, const T* noise, const T*) {
        double log_det = 0;
        for_each_row(variable,
                     [&](Index i, const T* row) { log_det += static_cast<double>(row[i]); });
        return static_cast<double>(variable.size()) * MeanFieldNormal::constant - log_det -
               0.5 * detail::sum_of_squares(noise, variable.size());
    }
    template <class T>
    static void backward(const JointVariable<T>& variable, const T* noise, const T* weight_gradient,
                         T factor, const JointGradient<T>& gradient) {
        T* to = gradient.parameter(1);
        for (Index i = 0; i < variable.size(); ++i) {
            for (Index j = 0; j < i; ++j) to[j] += weight_gradient[i] * noise[j];
            to[i] += weight_gradient[i] * noise[i] * static_cast<T>(variable.workspace[i]) - factor;
            to += i + 1;
        }
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
    /// Where row i of the triangle ends.
    static Index row_end(Index i) { return (i + 1) * (i + 2) / 2; }
    /// Calls f(i, row) for the rows of L as they are stored: row[i] is the logarithm.
    template <class T, class F>
    static void for_each_row(const JointVariable<T>& variable, F f) {
        const T* row = variable.parameter(1);
        for (Index i = 0; i < variable.size(); ++i, row += i) f(i, row);
    }
};

/// Normal with a full covariance, for variables of up to 1024 elements, where its parameters are
/// 524 800 numbers: see `MultivariateNormalUpTo`.
using MultivariateNormal = MultivariateNormalUpTo<1024>;

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The matrix normal distribution with diagonal covariances of rows and columns.
#pragma once

#include <blue/distributions/joint.hpp>

#include <cmath>

namespace blue {

/// Matrix normal with diagonal covariances, as Louizos and Welling (2016, "Structured and Efficient
/// Variational Deep Learning with Matrix Gaussian Posteriors") use it, without their pseudo-data:
///
///     w_ij = mean_ij + row_std_i column_std_j z_ij, with standard normals z.
///
/// The standard deviations of an n x m matrix are n + m parameters in place of n m. Rows are the
/// first axis (the outputs of a linear layer), columns all others; a vector is one column. The
/// parameters are `mean` (the variable's shape), `log_row_std` (rows) and `log_column_std`
/// (columns); a factor may move from all of the one to all of the other without effect. The
/// elements are independent normals, so divergences have a closed form where `MeanFieldNormal` has
/// one.
struct MatrixNormal {
    double std = 1;  ///< initial standard deviation, before fan-in

    using parameters = blue::parameters<real<"mean">, log_of<"row_std">, log_of<"column_std">>;
    using noise = blue::noise::Normal;
    using marginal = MeanFieldNormal;
    template <class Shape>
    using parameter_shapes = boost::mp11::mp_list<Shape, shape<first_extent<Shape>>,
                                                  shape<Shape::size / first_extent<Shape>>>;

    void validate() const { require_positive("MatrixNormal", "std", std); }
    static Index noise_size(Index size) { return size; }
    static Index workspace(Index rows, Index columns) { return rows + columns; }
    static double initial_value(int, Index, double, double std) { return std::log(std) / 2; }

    template <class T>
    static void prepare(const JointVariable<T>& variable, T* log_std) {
        const T *row = variable.parameter(1), *column = variable.parameter(2);
        for (Index i = 0; i < variable.rows; ++i, log_std += variable.columns) {
            for (Index j = 0; j < variable.columns; ++j) log_std[j] = row[i] + column[j];
            variable.workspace[i] = std::exp(static_cast<double>(row[i]));
        }
        for (Index j = 0; j < variable.columns; ++j)
            variable.workspace[variable.rows + j] = std::exp(static_cast<double>(column[j]));
    }
    template <class T>
    static double total_correlation(const JointVariable<T>&) {
        return 0;
    }
    template <class T>
    static void prepare_backward(const JointVariable<T>& variable, const T* log_std_gradient, T,
                                 const JointGradient<T>& gradient) {
        T *const row = gradient.parameter(1), *const column = gradient.parameter(2);
        for (Index i = 0; i < variable.rows; ++i, log_std_gradient += variable.columns) {
            row[i] +=
                detail::sum_of(variable.columns, [&](Index j) { return log_std_gradient[j]; });
            for (Index j = 0; j < variable.columns; ++j) column[j] += log_std_gradient[j];
        }
    }

    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        const double* const column_std = variable.workspace + variable.rows;
        for (Index i = 0; i < variable.rows; ++i)
            for (Index j = 0; j < variable.columns; ++j)
                *deviation++ = static_cast<T>(variable.workspace[i] * column_std[j]) * *noise++;
    }
    template <class T>
    static double log_prob(const JointVariable<T>& variable, const T* noise, const T*) {
        const Index size = variable.size();
        return static_cast<double>(size) * MeanFieldNormal::constant -
               static_cast<double>(variable.columns) *
                   detail::sum_of(variable.parameter(1), variable.rows) -
               static_cast<double>(variable.rows) *
                   detail::sum_of(variable.parameter(2), variable.columns) -
               0.5 * detail::sum_of_squares(noise, size);
    }
    template <class T>
    static void backward(const JointVariable<T>& variable, const T* noise, const T* weight_gradient,
                         T factor, const JointGradient<T>& gradient) {
        T *const row = gradient.parameter(1), *const column = gradient.parameter(2);
        const double* const column_std = variable.workspace + variable.rows;
        for (Index i = 0; i < variable.rows; ++i) {
            const T row_std = static_cast<T>(variable.workspace[i]);
            // With respect to log column_std_j; the sum is that with respect to log row_std_i.
            const auto slope = [&](Index j) {
                return weight_gradient[j] * noise[j] * (row_std * static_cast<T>(column_std[j])) -
                       factor;
            };
            row[i] += detail::sum_of(variable.columns, slope);
            for (Index j = 0; j < variable.columns; ++j) column[j] += slope(j);
            weight_gradient += variable.columns;
            noise += variable.columns;
        }
    }
    /// The products of one factor per row and one per column that are nearest to the given ones, by
    /// least squares of logarithms: the geometric mean of each row and of each column is theirs.
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        T *const row = stored + variable.offsets[1], *const column = stored + variable.offsets[2];
        const T half = static_cast<T>(detail::sum_of(log_factors, variable.size()) /
                                      static_cast<double>(2 * variable.size()));
        for (Index j = 0; j < variable.columns; ++j) column[j] -= half;
        for (Index i = 0; i < variable.rows; ++i, log_factors += variable.columns) {
            row[i] += static_cast<T>(detail::sum_of(log_factors, variable.columns)) /
                          static_cast<T>(variable.columns) -
                      half;
            for (Index j = 0; j < variable.columns; ++j)
                column[j] += log_factors[j] / static_cast<T>(variable.rows);
        }
    }
};

}  // namespace blue

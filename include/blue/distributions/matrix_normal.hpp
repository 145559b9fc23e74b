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

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare(const JointVariable<T>& variable, T* log_std,
                                         const Team& team = {}) {
        const T *row = variable.parameter(1), *column = variable.parameter(2);
        team.each(variable.rows,
                  [&](Index i) { variable.workspace[i] = std::exp(static_cast<double>(row[i])); });
        team.each(variable.columns, [&](Index j) {
            variable.workspace[variable.rows + j] = std::exp(static_cast<double>(column[j]));
        });
        team.each(variable.rows, variable.columns, [&](Index i, Index j) {
            log_std[i * variable.columns + j] = row[i] + column[j];
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double total_correlation(const JointVariable<T>&, const Team& = {}) {
        return 0;
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare_backward(const JointVariable<T>& variable,
                                                  const T* log_std_gradient, T,
                                                  const JointGradient<T>& gradient,
                                                  const Team& team = {}) {
        const auto slope = [&](Index i, Index j) {
            return log_std_gradient[i * variable.columns + j];
        };
        team.add_up(variable.rows, variable.columns, slope, gradient.parameter(1),
                    gradient.parameter(2));
    }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void deviate(const JointVariable<T>& variable, const T* noise,
                                         T* deviation, const Team& team = {}) {
        const double* const column_std = variable.workspace + variable.rows;
        team.each(variable.rows, variable.columns, [&](Index i, Index j) {
            const Index e = i * variable.columns + j;
            deviation[e] = static_cast<T>(variable.workspace[i] * column_std[j]) * noise[e];
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double log_prob(const JointVariable<T>& variable, const T* noise,
                                            const T*, const Team& team = {}) {
        const Index size = variable.size();
        const T *row = variable.parameter(1), *column = variable.parameter(2);
        const auto number = [](const T* from) {
            return [from](Index i) { return static_cast<double>(from[i]); };
        };
        const double squares = team.sum(size, [&](Index e) {
            const double z = static_cast<double>(noise[e]);
            return z * z;
        });
        return static_cast<double>(size) * MeanFieldNormal::constant -
               static_cast<double>(variable.columns) * team.sum(variable.rows, number(row)) -
               static_cast<double>(variable.rows) * team.sum(variable.columns, number(column)) -
               0.5 * squares;
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void backward(const JointVariable<T>& variable, const T* noise,
                                          const T* weight_gradient, T factor,
                                          const JointGradient<T>& gradient, const Team& team = {}) {
        const double* const column_std = variable.workspace + variable.rows;
        // With respect to the logarithms of row_std_i and of column_std_j.
        const auto slope = [&](Index i, Index j) {
            const Index e = i * variable.columns + j;
            const T row_std = static_cast<T>(variable.workspace[i]);
            return weight_gradient[e] * noise[e] * (row_std * static_cast<T>(column_std[j])) -
                   factor;
        };
        team.add_up(variable.rows, variable.columns, slope, gradient.parameter(1),
                    gradient.parameter(2));
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

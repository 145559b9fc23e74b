// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The root of a small matrix that is the identity and a sum of squares.
#pragma once

#include <blue/config.hpp>

#include <cmath>

namespace blue::detail {

/// R of C = I + G^T G = R^T R, upper triangular, row by row in an array of Rank x Rank numbers, and
/// its inverse in the same place. G has a few columns and as many rows as a variable has elements.
template <int Rank>
struct GramRoot {
    static constexpr int rank = Rank;

    /// y = C^-1 x, from the inverse of R. (Loops over the zeros below its diagonal, too, are
    /// unrolled.)
    BLUE_HOST_DEVICE static void solve(const double* root, const double* x, double* y) {
        double half[rank] = {};
        for (int b = 0; b < rank; ++b)
            for (int a = 0; a < rank; ++a) half[a] += root[b * rank + a] * x[b];
        for (int a = 0; a < rank; ++a) {
            y[a] = 0;
            for (int b = 0; b < rank; ++b) y[a] += root[a * rank + b] * half[b];
        }
    }
    BLUE_HOST_DEVICE static void set_identity(double* matrix) {
        for (int a = 0; a < rank * rank; ++a) matrix[a] = a % (rank + 1) == 0;
    }
    /// R of C in its place (Cholesky). False when a pivot, which is at least 1, is a difference of
    /// which few digits are left: rows of G are long and its columns nearly depend on each
    /// other, as those of a variable with fewer elements than factors do.
    BLUE_HOST_DEVICE static bool factorise(double* matrix) {
        for (int k = 0; k < rank; ++k) {
            double* const row = matrix + k * rank;
            const double diagonal = row[k];
            for (int a = 0; a < k; ++a)
                for (int b = k; b < rank; ++b)
                    row[b] -= matrix[a * rank + k] * matrix[a * rank + b];
            if (!(row[k] > 1e-6 * diagonal)) return false;
            const double root = std::sqrt(row[k]);
            for (int b = k; b < rank; ++b) row[b] /= root;
        }
        return true;
    }
    /// R with one more row f of G below it, by rotations: twice the digits of `factorise`,
    /// and several times its time.
    BLUE_HOST_DEVICE static void add_row(double* root, double* f) {
        for (int a = 0; a < rank; ++a) {
            double* const row = root + a * rank;
            const double length = std::sqrt(row[a] * row[a] + f[a] * f[a]);
            const double cosine = row[a] / length, sine = f[a] / length;
            for (int b = a; b < rank; ++b) {
                const double above = row[b];
                row[b] = cosine * above + sine * f[b];
                f[b] = cosine * f[b] - sine * above;
            }
        }
    }
    /// Inverts R in its place. Returns log det C.
    BLUE_HOST_DEVICE static double invert(double* root) {
        double log_det = 0;
        for (int b = 0; b < rank; ++b) {
            double& diagonal = root[b * rank + b];
            log_det += 2 * std::log(diagonal);
            diagonal = 1 / diagonal;
            for (int a = 0; a < b; ++a) {
                double sum = 0;
                for (int c = a; c < b; ++c) sum += root[a * rank + c] * root[c * rank + b];
                root[a * rank + b] = -sum * diagonal;
            }
            for (int a = b + 1; a < rank; ++a) root[a * rank + b] = 0;
        }
        return log_det;
    }
};

}  // namespace blue::detail

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Arrays as matrices of Eigen, and the other way round. Needs Eigen 3.4: CMake component `eigen`.
#pragma once

#include <blue/tensor/array.hpp>

#include <Eigen/Core>

namespace blue {

/// A matrix in the memory of an array.
template <class T>
using EigenMap = Eigen::Map<std::conditional_t<
    std::is_const_v<T>,
    const Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>,
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>>;

/// The array (N, ...) as a matrix of N rows, without a copy: valid as long as the array is neither
/// moved nor destroyed.
template <class T>
EigenMap<T> as_matrix(Array<T>& array) {
    return {array.data(), array.rows(), array.row_size()};
}
template <class T>
EigenMap<const T> as_matrix(const Array<T>& array) {
    return {array.data(), array.rows(), array.row_size()};
}
template <class T>
void as_matrix(const Array<T>&&) = delete;  // would dangle

/// An array of shape (rows, columns) with the numbers of a matrix or of an expression.
template <class Derived>
Array<typename Derived::Scalar> to_array(const Eigen::MatrixBase<Derived>& matrix) {
    Array<typename Derived::Scalar> array({matrix.rows(), matrix.cols()});
    as_matrix(array) = matrix;
    return array;
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Owning row-major array with a run-time shape: data sets, files, predictions.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace blue {

/// A shape as people write it: (60000, 28, 28).
inline std::string to_string(const std::vector<Index>& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + ")";
}

/// The number of elements of a shape; 1 for a scalar. Throws ShapeError for a negative extent and
/// for more elements than there can be.
inline Index element_count(const std::vector<Index>& shape) {
    Index n = 1;
    for (Index extent : shape) {
        if (extent < 0)
            throw ShapeError("Array: extents must not be negative, got ", to_string(shape));
        if (extent > 0 && n > std::numeric_limits<Index>::max() / extent)
            throw ShapeError("Array: too many elements in shape ", to_string(shape));
        n *= extent;
    }
    return n;
}

/// Owning row-major array on the host. The first axis counts examples wherever that has a meaning.
template <class T>
class Array {
public:
    Array() = default;

    /// Zeros of the given shape. Throws ShapeError for a negative extent.
    explicit Array(std::vector<Index> shape) : shape_(std::move(shape)) {
        data_.resize(static_cast<std::size_t>(element_count(shape_)));
    }

    /// The given elements in row-major order. Throws ShapeError when their number does not fit.
    Array(std::vector<Index> shape, std::vector<T> data)
        : shape_(std::move(shape)), data_(std::move(data)) {
        if (element_count(shape_) != static_cast<Index>(data_.size()))
            throw ShapeError("Array: shape ", to_string(shape_), " has ", element_count(shape_),
                             " elements, but ", data_.size(), " were given");
    }

    const std::vector<Index>& shape() const { return shape_; }
    Index rank() const { return static_cast<Index>(shape_.size()); }
    Index size() const { return static_cast<Index>(data_.size()); }
    bool empty() const { return data_.empty(); }

    /// Number of entries along the first axis; 1 for a scalar, 0 for a default-constructed array.
    Index rows() const { return shape_.empty() ? static_cast<Index>(data_.size()) : shape_[0]; }
    /// Number of elements per entry of the first axis.
    Index row_size() const { return rows() == 0 ? 0 : size() / rows(); }

    T* data() { return data_.data(); }
    const T* data() const { return data_.data(); }
    T* row(Index i) { return data() + i * row_size(); }
    const T* row(Index i) const { return data() + i * row_size(); }
    T& operator[](Index i) { return data_[static_cast<std::size_t>(i)]; }
    const T& operator[](Index i) const { return data_[static_cast<std::size_t>(i)]; }
    auto begin() { return data_.begin(); }
    auto end() { return data_.end(); }
    auto begin() const { return data_.begin(); }
    auto end() const { return data_.end(); }

    /// The same elements under another shape. Throws ShapeError when the counts differ.
    void reshape(std::vector<Index> shape) {
        if (element_count(shape) != size())
            throw ShapeError("Array: cannot reshape ", to_string(shape_), " to ", to_string(shape));
        shape_ = std::move(shape);
    }

private:
    std::vector<Index> shape_;
    std::vector<T> data_;
};

namespace detail {

/// The place of the first number of which something is true, -1 when there is none. It is seldom
/// looked for: whether there is one takes a loop without a way out (and without bool), which
/// compilers do in packs.
template <class T, class Condition>
Index first_where(const T* numbers, Index count, Condition condition) {
    int any = 0;
    for (Index i = 0; i < count; ++i) any |= condition(numbers[i]);
    for (Index i = 0; any != 0 && i < count; ++i)
        if (condition(numbers[i])) return i;
    return -1;
}

/// The place of the first number that is infinite or NaN, -1 when there is none.
template <class T>
Index first_not_finite(const Array<T>& numbers) {
    return first_where(numbers.data(), numbers.size(), [](T x) {
        return !(std::abs(static_cast<double>(x)) <= std::numeric_limits<double>::max());
    });
}

}  // namespace detail

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Batches of rows of an array, in an order, where a backend computes.
#pragma once

#include <blue/tensor/array.hpp>

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

namespace blue {

namespace detail {

/// Copies n numbers as numbers of type T. \return the place behind them.
template <class U, class T>
T* copy_as(const U* from, Index n, T* to) {
    return std::transform(from, from + n, to, [](U x) { return static_cast<T>(x); });
}

}  // namespace detail

/// Copies rows of arrays into memory that is reused from batch to batch.
template <class T>
class BatchBuffer {
public:
    /// The given rows, one after the other, as numbers of type T; valid until the next call.
    template <class U>
    const T* gather(const Array<U>& from, std::span<const Index> rows) {
        const Index n = from.row_size();
        memory_.resize(static_cast<std::size_t>(n) * rows.size());
        T* to = memory_.data();
        for (Index row : rows) to = detail::copy_as(from.row(row), n, to);
        return memory_.data();
    }

private:
    std::vector<T> memory_;
};

namespace detail {

/// The rows of an array in some order.
template <class U>
struct OrderedRows {
    const Array<U>* array = nullptr;
    std::span<const Index> order;  ///< nothing for the order that they have

    /// Copies the rows `first` to `first + count` of the order.
    template <class T>
    void copy(Index first, Index count, T* to) const {
        const Index n = array->row_size();
        if (order.empty())
            copy_as(array->row(first), count * n, to);
        else
            for (Index i = first; i < first + count; ++i)
                to = copy_as(array->row(order[static_cast<std::size_t>(i)]), n, to);
    }
};

/// Batches of the rows of an array of U, as numbers of type T in the memory of backend B. Here for
/// backends that compute in the host's memory. A backend with memory of its own specialises it.
template <class B, class U, class T>
class Batches {
public:
    /// Keeps all rows where the backend computes, if they are not there already. To be called
    /// before `begin`, for arrays of which many batches are taken.
    void keep(const Array<U>&) {}
    /// From now on batches are rows of this array, in this order or in their own. Both stay as they
    /// are while batches are taken.
    void begin(const Array<U>& from, std::span<const Index> order = {}) { rows_ = {&from, order}; }
    /// The rows `first` to `first + count` of the order; valid until the next call, for all that
    /// has been started by then.
    const T* take(Index first, Index count) {
        if constexpr (std::is_same_v<U, T>)
            if (rows_.order.empty()) return rows_.array->row(first);
        memory_.resize(static_cast<std::size_t>(count * rows_.array->row_size()));
        rows_.copy(first, count, memory_.data());
        return memory_.data();
    }
    /// Says what the next call of `take` will ask for, so that a copy can be made meanwhile. To be
    /// called when the work on the present batch has been started.
    void prepare(Index, Index) {}

private:
    OrderedRows<U> rows_;
    std::vector<T> memory_;
};

}  // namespace detail

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences whose length comes before the batch, as PyTorch has them without `batch_first`.
#pragma once

#include <blue/tensor/tape.hpp>

#include <algorithm>
#include <vector>

namespace blue {

namespace detail {

/// (rows, columns, item) to (columns, rows, item).
template <class T>
void swap_axes(const T* from, T* to, Index rows, Index columns, Index item) {
    for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column < columns; ++column)
            std::copy_n(from + (row * columns + column) * item, item,
                        to + (column * rows + row) * item);
}

}  // namespace detail

/// An input out of numbers in which the length comes before the batch: (L, B, ...) on the host to a
/// value (B, L, ...), in which `shape<L, ...>` is an item. Otherwise as `Tape::input`:
/// `sequence_first<shape<dynamic, 64>>(tape, numbers, batch, Extents{length})`.
template <class Shape, class B, std::size_t N = 0>
auto sequence_first(Tape<B>& tape, const typename B::scalar* host_data, Index batch,
                    const Extents<N>& extents = {}) {
    const Index item = detail::item_size<Shape>(extents);
    auto* const numbers = tape.template host_memory<typename B::scalar>(batch * item);
    Index length = first_extent<Shape>;
    if constexpr (first_extent<Shape> == dynamic) length = extents.values[0];
    detail::swap_axes(host_data, numbers, length, batch, item / length);
    return tape.template input<Shape>(numbers, batch, extents);
}

/// The numbers of a value (S, B, L, ...) on the host with the length first: S x L x B x ...
template <class B, class Shape>
std::vector<typename B::scalar> to_sequence_first(Var<B, Shape> x) {
    const auto from = x.to_host();
    std::vector<typename B::scalar> to(from.size());
    const Index length = x.template extent<0>();
    for (Index s = 0; s < x.samples(); ++s)
        detail::swap_axes(from.data() + s * x.node->per_sample(),
                          to.data() + s * x.node->per_sample(), x.batch(), length,
                          x.node->item / length);
    return to;
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Values by sample on the device: what samples share, and sums over samples and rows.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/gemm.hpp>

namespace blue::cuda {

/// Rows that one thread adds up for the sum of a column. Part of the numerics.
inline constexpr Index column_rows = 32;

/// The numbers of all samples of a value, or those that they share.
template <class B>
Matrices<typename B::scalar> samples_of(const Node<B>& node, typename B::scalar* data) {
    return {data, node.samples == 1 ? 0 : node.per_sample()};
}
template <class T>
Matrices<const T> read(Matrices<T> m, Index first = 0) {
    return {m.of(first), m.stride};
}
/// The value of a node; nullptr when there is none.
template <class B>
Matrices<const typename B::scalar> values_of(const Node<B>* node) {
    if (!node) return {nullptr, 0};
    return read(samples_of(*node, node->value));
}

/// to = or += the sum over `samples` arrays of n numbers.
template <class T>
struct SumSamples {
    const T* parts;
    Index samples, n;
    GradientTarget<T> to;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        T sum = to.add ? to.data[e] : T(0);
        for (Index s = 0; s < samples; ++s) sum += parts[s * n + e];
        to.data[e] = sum;
    }
};

/// Sums of term(row, column) over up to `column_rows` rows: samples x chunks x columns of them. The
/// rows of all samples are counted together.
template <class T, class Term>
struct ColumnParts {
    Term term;
    Index rows, columns, chunks;  ///< rows of a sample
    T* parts;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [chunk_of_all, column] = divide(i, columns);
        const auto [s, chunk] = divide(chunk_of_all, chunks);
        const Index first = chunk * column_rows;
        const Index last = first + column_rows < rows ? first + column_rows : rows;
        T sum = 0;
        for (Index row = first; row < last; ++row) sum += term(s * rows + row, column);
        parts[i] = sum;
    }
};
/// One warp per channel of each array of sums: `count` parts of `inner` columns each.
template <class T>
struct ColumnSums : Adding<1> {
    const T* parts;
    Index channels, inner, count;
    GradientTarget<T> to;
    Index stride;
    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const auto [s, channel] = divide(group, channels);
        result sum{};
        for (Index i = lane; i < count * inner; i += warp_lanes) {
            const auto [k, e] = divide(i, inner);
            sum.total[0] +=
                static_cast<double>(parts[((s * count + k) * channels + channel) * inner + e]);
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane != 0) return;
        const auto [s, channel] = divide(group, channels);
        put(to.data + s * stride + channel, static_cast<T>(sum.total[0]), to.add);
    }
};

/// How rows of several samples are added up, channel by channel. A row is `channels` x `inner`
/// numbers; there is one array of sums for each sample, or one for all.
struct ColumnSizes {
    Index samples, rows, channels, inner;
    Index sums;    ///< arrays: `samples`, or 1
    Index stride;  ///< from one array to the next
};
/// The sums of term(row, column).
template <class T, class E, class Term>
void add_columns(Tape<Cuda<T, E>>& tape, const Term& term, const ColumnSizes& sizes,
                 GradientTarget<T> to) {
    const auto& [samples, rows, channels, inner, sums, stride] = sizes;
    const Index chunks = ceil_div(rows, column_rows), columns = channels * inner;
    T* const parts = tape.template device_memory<T>(samples * chunks * columns);
    E::for_each(samples * chunks * columns,
                ColumnParts<T, Term>{term, rows, columns, chunks, parts});
    // Sums for all samples: their parts lie behind each other.
    E::template reduce<warp_lanes>(
        sums * channels,
        ColumnSums<T>{{}, parts, channels, inner, samples / sums * chunks, to, stride});
}

/// The number at (row, column).
template <class T>
struct ColumnTerm {
    const T* numbers;
    Index columns;
    BLUE_HOST_DEVICE T operator()(Index row, Index column) const {
        return numbers[row * columns + column];
    }
};

/// Gradients of factors and offsets per channel from those of `samples` x `rows` rows.
struct ChannelGradients {
    Index samples, rows, channels, inner;

    /// Of a parameter with one array per sample or one for all, if it wants a gradient; it may be
    /// nullptr.
    template <class T, class E, class Term>
    void add(Tape<Cuda<T, E>>& tape, Node<Cuda<T, E>>* parameter, const Term& term) const {
        if (!parameter || !parameter->needs_grad) return;
        add_columns(tape, term, {samples, rows, channels, inner, parameter->samples, channels},
                    tape.gradient(parameter));
    }
};

}  // namespace blue::cuda

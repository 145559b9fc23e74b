// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rows of a random table on the device. Gradients are gathered row by row from the places where
/// the row was looked up, which the host sorts: it knows the ids.
#pragma once

#include <blue/backends/cuda/linear.hpp>
#include <blue/ops/embed.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::embed, Cuda<T, E>> = true;

namespace cuda {

/// The factor of a row with these squares: below 1 where its norm is too large.
template <class T>
BLUE_HOST_DEVICE T embedding_factor(double squares, T max_norm) {
    const T norm = static_cast<T>(sqrt(math::Number<double>(squares)).r[0]);
    return max_norm > 0 && norm > max_norm ? max_norm / norm : T(1);
}

/// One warp per lookup.
template <class T>
struct EmbedForward : Adding<1> {
    const Index* ids;
    Matrices<const T> table;
    Index lookups, id_samples, width, padding;
    T max_norm;
    T* y;

    BLUE_HOST_DEVICE const T* row(Index lookup) const {
        const auto [s, i] = divide(lookup, lookups);
        const Index id = ids[(id_samples == 1 ? 0 : s) * lookups + i];
        return id == padding ? nullptr : table.of(s) + id * width;
    }
    BLUE_HOST_DEVICE result part(Index lookup, int lane) const {
        const T* const from = row(lookup);
        result sum{};
        if (!from || max_norm == 0) return sum;
        for (Index e = lane; e < width; e += warp_lanes)
            sum.total[0] += static_cast<double>(from[e]) * static_cast<double>(from[e]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index lookup, int lane, const result& sum) const {
        const T* const from = row(lookup);
        const T factor = embedding_factor(sum.total[0], max_norm);
        for (Index e = lane; e < width; e += warp_lanes)
            y[lookup * width + e] = from ? factor * from[e] : T(0);
    }
};

/// The gradients of the rows of some samples of a table, before their norm is looked at: one thread
/// per number, over all places where its row was looked up, in order.
template <class T>
struct EmbedGather {
    const Index* first;   ///< per sample of the ids: lookup of each row, and the end
    const Index* places;  ///< per sample of the ids: lookups, sorted by row
    const T* dy;
    Index rows, lookups, id_samples, width;
    Index first_sample, shared;  ///< samples of the result that share one of the table
    T* gradient;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, e] = divide(i, rows * width);
        const auto [id, column] = divide(e, width);
        T sum = 0;
        for (Index k = 0; k < shared; ++k) {
            const Index sample = (first_sample + s) * shared + k;
            const Index of_ids = id_samples == 1 ? 0 : sample;
            const Index* const ends = first + of_ids * (rows + 1) + id;
            for (Index j = ends[0]; j < ends[1]; ++j)
                sum += dy[(sample * lookups + places[of_ids * lookups + j]) * width + column];
        }
        gradient[i] = sum;
    }
};

/// The gradients of rows from those of what is looked up: one warp per row whose norm is limited.
template <class T>
struct EmbedScale : Adding<2> {
    using result = Sums<2>;  ///< of squares, and of the row times its gradient
    Matrices<const T> table;
    Index rows, width;
    T max_norm;
    T* gradient;

    BLUE_HOST_DEVICE const T* row(Index group) const {
        const auto [s, id] = divide(group, rows);
        return table.of(s) + id * width;
    }
    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const T* const from = row(group);
        result sum{};
        for (Index e = lane; e < width; e += warp_lanes) {
            const double value = static_cast<double>(from[e]);
            sum.total[0] += value * value;
            sum.total[1] += value * static_cast<double>(gradient[group * width + e]);
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        const T factor = embedding_factor(sum.total[0], max_norm);
        if (factor == 1) return;
        const T along = static_cast<T>(sum.total[1] / sum.total[0]);
        for (Index e = lane; e < width; e += warp_lanes) {
            T& number = gradient[group * width + e];
            number = factor * (number - along * row(group)[e]);
        }
    }
};

/// Sorts the lookups of each sample of the ids by row; those of the padding are left out.
template <class T, class E>
void sort_lookups(Tape<Cuda<T, E>>& tape, const blue::detail::EmbedArgs<Cuda<T, E>>& args,
                  const Index*& first, const Index*& places) {
    using B = Cuda<T, E>;
    const Index lookups = args.y->batch * args.count, rows = args.rows;
    const Index ends_count = args.id_samples * (rows + 1), count = args.id_samples * lookups;
    Index* const ends = tape.template host_memory<Index>(ends_count);
    Index* const sorted = tape.template host_memory<Index>(count);
    std::fill_n(ends, ends_count, Index{0});
    std::fill_n(sorted, count, Index{0});
    const auto for_each_lookup = [&](auto use) {
        for (Index s = 0; s < args.id_samples; ++s)
            for (Index i = 0; i < lookups; ++i) {
                const Index id = args.ids[s * lookups + i];
                if (id != args.options.padding_idx) use(s, ends + s * (rows + 1) + id, i);
            }
    };
    for_each_lookup([](Index, Index* end, Index) { ++end[1]; });
    for (Index s = 0; s < args.id_samples; ++s)
        for (Index id = 0; id < rows; ++id)
            ends[s * (rows + 1) + id + 1] += ends[s * (rows + 1) + id];
    first = B::to_device(tape, static_cast<const Index*>(ends), ends_count);
    for_each_lookup([&](Index s, Index* end, Index i) { sorted[s * lookups + end[0]++] = i; });
    places = B::to_device(tape, static_cast<const Index*>(sorted), count);
}

}  // namespace cuda

template <class T, class E>
void embed_forward(Tape<Cuda<T, E>>& tape, const detail::EmbedArgs<Cuda<T, E>>& args) {
    if (args.owns_table) draw_forward(tape, *args.table);
    const auto& y = *args.y;
    const Index lookups = y.batch * args.count;
    const Index* const ids = Cuda<T, E>::to_device(tape, args.ids, args.id_samples * lookups);
    E::template reduce<cuda::warp_lanes>(
        y.samples * lookups, cuda::EmbedForward<T>{{},
                                                   ids,
                                                   cuda::weights_of(*args.table),
                                                   lookups,
                                                   args.id_samples,
                                                   args.width,
                                                   args.options.padding_idx,
                                                   static_cast<T>(args.options.max_norm),
                                                   y.value});
}

template <class T, class E>
void embed_backward(Tape<Cuda<T, E>>& tape, const detail::EmbedArgs<Cuda<T, E>>& args) {
    auto& table = *args.table;
    const auto& y = *args.y;
    if (!y.grad_live) {
        if (args.owns_table) draw_backward(tape, table, nullptr, true);
        return;
    }
    const Index lookups = y.batch * args.count;
    cuda::EmbedGather<T> gather{nullptr,    nullptr, y.grad,
                                args.rows,  lookups, args.id_samples,
                                args.width, 0,       y.samples / table.samples,
                                nullptr};
    cuda::sort_lookups(tape, args, gather.first, gather.places);
    const T max_norm = static_cast<T>(args.options.max_norm);
    cuda::accumulate_groups(tape, table, args.owns_table, table.size,
                            [&](Index first, Index samples, cuda::Matrices<T> gradients) {
                                gather.first_sample = first;
                                gather.gradient = gradients.data;
                                E::for_each(samples * table.size, gather);
                                if (max_norm == 0) return;
                                E::template reduce<cuda::warp_lanes>(
                                    samples * args.rows,
                                    cuda::EmbedScale<T>{{},
                                                        cuda::read(cuda::weights_of(table), first),
                                                        args.rows,
                                                        args.width,
                                                        max_norm,
                                                        gradients.data});
                            });
}

}  // namespace blue

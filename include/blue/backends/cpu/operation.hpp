// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operations of one's own on the CPU: units of several parts, on all threads.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/ops/operation_args.hpp>

#include <algorithm>

namespace blue {
namespace cpu {

/// Where the parts of a result lie in units of work: chunks of parts of one sample.
struct OperationChunks {
    Index parts, per_chunk, per_sample;  ///< parts of a sample, of a chunk; chunks of a sample
    Index numbers;                       ///< of the largest part

    template <class F, class T, int N>
    explicit OperationChunks(const blue::detail::BoundOperation<F, T, N>& bound)
        : parts(bound.batch * bound.rows), numbers(bound.result.size) {
        for (const auto& input : bound.inputs) numbers = std::max(numbers, input.size);
        per_chunk = std::max<Index>(1, block_size / numbers);
        per_sample = (parts + per_chunk - 1) / per_chunk;
    }
};

/// Calls body(part, chunk, worker, is the first of its chunk) for all parts, in order within a
/// chunk.
template <class F, class T, int N, class Body>
void for_each_part(const blue::detail::BoundOperation<F, T, N>& bound, Body&& body) {
    const OperationChunks chunks(bound);
    parallel_units(bound.samples * chunks.per_sample, bound.units() * chunks.numbers,
                   [&](Index unit, int worker) {
                       const Index s = unit / chunks.per_sample;
                       const Index from = unit % chunks.per_sample * chunks.per_chunk;
                       const Index to = std::min(chunks.parts, from + chunks.per_chunk);
                       blue::detail::Unit u{s, from / bound.rows, from % bound.rows};
                       for (Index part = from; part < to; ++part) {
                           body(u, unit, worker, part == from);
                           if (++u.row == bound.rows) u = {s, u.batch + 1, 0};
                       }
                   });
}

/// Where the gradient of an argument goes, part by part.
enum class GradientPlace {
    nowhere,    ///< not wanted: numbers that nobody reads, per worker
    own,        ///< each part has one part of the gradient
    per_chunk,  ///< a part that all of a sample share: sums of chunks, added up afterwards
    per_part    ///< a part that some share: one of each of them, added up afterwards
};

template <class T>
struct GradientPlan {
    GradientPlace place = GradientPlace::nowhere;
    T* numbers = nullptr;
    GradientTarget<T> gradient{};
};

/// Adds up what `per_chunk` and `per_part` left, in order.
template <class T, class F, int N>
void add_up(const blue::detail::BoundOperation<F, T, N>& bound, int k, const GradientPlan<T>& plan,
            Index chunks) {
    const bool by_chunk = plan.place == GradientPlace::per_chunk;
    const Index n = bound.inputs[k].size, samples = bound.samples;
    const Index batch = by_chunk ? chunks : bound.batch, rows = by_chunk ? 1 : bound.rows;
    const Index own_samples = bound.shares_samples(k) ? 1 : samples;
    const Index own_batch = by_chunk || bound.shares_batch(k) ? 1 : batch;
    const Index own_rows = by_chunk || bound.shares_rows(k) ? 1 : rows;
    parallel_blocks(
        n, own_samples * own_batch * own_rows, samples * batch * rows * n,
        [&](Index target, Index begin, Index end) {
            const Index s0 = target / (own_batch * own_rows), b0 = target / own_rows % own_batch;
            const Index r0 = target % own_rows;
            T* const to = plan.gradient.data + target * n;
            constexpr Index width = 64;
            for (Index e = begin; e < end; e += width) {
                const Index count = std::min(width, end - e);
                double total[width] = {};
                for (Index s = s0; s < samples; s += own_samples)
                    for (Index b = b0; b < batch; b += own_batch)
                        for (Index r = r0; r < rows; r += own_rows) {
                            const T* const from =
                                plan.numbers + ((s * batch + b) * rows + r) * n + e;
                            for (Index i = 0; i < count; ++i)
                                total[i] += static_cast<double>(from[i]);
                        }
                for (Index i = 0; i < count; ++i)
                    to[e + i] = (plan.gradient.add ? to[e + i] : T(0)) + static_cast<T>(total[i]);
            }
        });
}

}  // namespace cpu

template <class T, class Isa, class F, int N>
void operation_forward(Tape<Cpu<T, Isa>>&, const OperationArgs<Cpu<T, Isa>, F, N>& args) {
    cpu::for_each_part(args.bound,
                       [&](detail::Unit u, Index, int, bool) { args.bound.forward(u); });
}

template <class T, class Isa, class F, int N>
void operation_backward(Tape<Cpu<T, Isa>>& tape, const OperationArgs<Cpu<T, Isa>, F, N>& args) {
    using cpu::GradientPlace;
    const auto& bound = args.bound;
    const Index chunks = cpu::OperationChunks(bound).per_sample;
    std::array<cpu::GradientPlan<T>, static_cast<std::size_t>(N)> plans;
    for (int k = 0; k < N; ++k) {
        auto& plan = plans[static_cast<std::size_t>(k)];
        Node<Cpu<T, Isa>>* const x = args.x[static_cast<std::size_t>(k)];
        const Index n = bound.inputs[k].size;
        if (!x->needs_grad) {
            plan.numbers = tape.template device_memory<T>(cpu::pool().threads() * n);
            std::fill_n(plan.numbers, cpu::pool().threads() * n, T(0));
            continue;
        }
        plan.gradient = tape.gradient(x);
        if (!bound.shares(k)) {
            plan.place = GradientPlace::own;
            plan.numbers = plan.gradient.data;
        } else if (bound.inputs[k].batch_step == 0 && bound.inputs[k].row_step == 0) {
            plan.place = GradientPlace::per_chunk;
            plan.numbers = tape.template device_memory<T>(bound.samples * chunks * n);
        } else {
            plan.place = GradientPlace::per_part;
            plan.numbers = tape.template device_memory<T>(bound.units() * n);
        }
    }
    cpu::for_each_part(bound, [&](detail::Unit u, Index chunk, int worker, bool first) {
        T* dx[N];
        for (int k = 0; k < N; ++k) {
            const auto& plan = plans[static_cast<std::size_t>(k)];
            const Index n = bound.inputs[k].size;
            const bool own = plan.place == GradientPlace::own;
            const Index at = own                                      ? bound.offset(k, u)
                             : plan.place == GradientPlace::per_part  ? bound.index(u) * n
                             : plan.place == GradientPlace::per_chunk ? chunk * n
                                                                      : worker * n;
            dx[k] = plan.numbers + at;
            const bool begins = own ? !plan.gradient.add
                                    : plan.place == GradientPlace::per_part ||
                                          (plan.place == GradientPlace::per_chunk && first);
            if (begins) std::fill_n(dx[k], n, T(0));
        }
        bound.backward(u, args.y->grad, dx);
    });
    for (int k = 0; k < N; ++k) {
        const auto& plan = plans[static_cast<std::size_t>(k)];
        if (plan.place == GradientPlace::per_chunk || plan.place == GradientPlace::per_part)
            cpu::add_up(bound, k, plan, chunks);
    }
}

}  // namespace blue

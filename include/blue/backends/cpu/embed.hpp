// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rows of a random table on the CPU.
#pragma once

#include <blue/backends/cpu/linear.hpp>
#include <blue/ops/embed.hpp>

#include <cmath>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::embed, Cpu<T, Isa>> = true;

namespace cpu {

/// Rows of a table, as they are looked up.
template <class B>
struct EmbeddedRows {
    using T = typename B::scalar;
    const blue::detail::EmbedArgs<B>& args;
    T max_norm = static_cast<T>(args.options.max_norm);

    const T* row(Index s, Index id) const { return weights_of(*args.table, s) + id * args.width; }
    bool is_padding(Index id) const { return id == args.options.padding_idx; }

    /// The norm of a row where it is too large; 0 elsewhere.
    T excessive_norm(const T* row) const {
        if (max_norm == 0) return 0;
        T squares = 0;
        for (Index e = 0; e < args.width; ++e) squares += row[e] * row[e];
        const T norm = std::sqrt(squares);
        return norm > max_norm ? norm : T(0);
    }

    void look_up(Index s, Index id, T* to) const {
        if (is_padding(id)) {
            std::fill_n(to, args.width, T(0));
            return;
        }
        const T* const from = row(s, id);
        const T norm = excessive_norm(from);
        const T factor = norm == 0 ? T(1) : max_norm / norm;
        for (Index e = 0; e < args.width; ++e) to[e] = factor * from[e];
    }

    /// The gradient with respect to a row, in the place of that of what is looked up.
    void scale_gradient(Index s, Index id, T* gradient) const {
        const T* const from = row(s, id);
        const T norm = excessive_norm(from);
        if (norm == 0) return;
        T along = 0;
        for (Index e = 0; e < args.width; ++e) along += from[e] * gradient[e];
        along /= norm * norm;
        for (Index e = 0; e < args.width; ++e)
            gradient[e] = max_norm / norm * (gradient[e] - along * from[e]);
    }
};

/// Gradient of the rows [from, to) of sample s, added to `gradient`.
template <class B>
void add_row_gradients(const blue::detail::EmbedArgs<B>& args, Index s, Index from, Index to,
                       typename B::scalar* gradient) {
    const Node<B>& y = *args.y;
    const typename B::scalar* dy = y.grad + s * y.per_sample();
    const Index* const ids = args.ids_of(s);
    for (Index i = 0; i < y.batch * args.count; ++i, dy += args.width) {
        if (ids[i] < from || ids[i] >= to || ids[i] == args.options.padding_idx) continue;
        for (Index e = 0; e < args.width; ++e) gradient[(ids[i] - from) * args.width + e] += dy[e];
    }
}

}  // namespace cpu

template <class T, class Isa>
void embed_forward(Tape<Cpu<T, Isa>>& tape, const detail::EmbedArgs<Cpu<T, Isa>>& args) {
    if (args.owns_table) draw_forward(tape, *args.table);
    const cpu::EmbeddedRows<Cpu<T, Isa>> rows{args};
    const Node<Cpu<T, Isa>>& y = *args.y;
    const Index lookups = y.batch * args.count;
    cpu::for_each_row(y.samples * lookups, args.width, [&](Index at) {
        const Index i = at / args.width, s = i / lookups;
        rows.look_up(s, args.ids_of(s)[i % lookups], y.value + at);
    });
}

template <class T, class Isa>
void embed_backward(Tape<Cpu<T, Isa>>& tape, const detail::EmbedArgs<Cpu<T, Isa>>& args) {
    using B = Cpu<T, Isa>;
    Draw<B>& table = *args.table;
    if (!args.y->grad_live) {
        if (args.owns_table) draw_backward(tape, table, static_cast<const T*>(nullptr), true);
        return;
    }
    // A unit has some rows of the table, with the loop over samples inside: see `linear_backward`.
    const Index height = std::max<Index>(1, cpu::block_size / args.width);
    const Index units = (args.rows + height - 1) / height;
    const cpu::Scratch<B> scratch(tape, height * args.width);
    const cpu::EmbeddedRows<B> rows{args};
    const bool live = cpu::begin_gradient(tape, table);
    cpu::parallel_units(units, args.rows * args.width * table.samples, [&](Index unit, int worker) {
        const Index from = unit * height, to = std::min(args.rows, from + height);
        const Index begin = from * args.width, end = to * args.width;
        T* const gradient = scratch.of(worker);
        const Index shared = args.y->samples / table.samples;
        for (Index s = 0; s < table.samples; ++s) {
            std::fill_n(gradient, end - begin, T(0));
            for (Index i = s * shared; i < (s + 1) * shared; ++i)
                cpu::add_row_gradients(args, i, from, to, gradient);
            for (Index id = from; id < to; ++id)
                rows.scale_gradient(s, id, gradient + (id - from) * args.width);
            const auto slope =
                args.owns_table ? cpu::log_prob_gradient(table, s) : cpu::LogProbGradient<T>{};
            table.kernels->accumulate(table, s, begin, end, gradient, slope.prior,
                                      slope.variational, live || s > 0);
        }
        if (args.owns_table) cpu::finish_gradient(table, begin, end);
    });
}

}  // namespace blue

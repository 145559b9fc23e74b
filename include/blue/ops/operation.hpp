// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operations of one's own: forward and backward on rows, items or batches.
///
/// An operation is a small struct with two functions that are generic in their arguments:
///
///     struct CumulativeSum {
///         BLUE_HOST_DEVICE void forward(auto x, auto y) const;
///         BLUE_HOST_DEVICE void backward(auto x, auto y, auto dy, auto dx) const;
///     };
///     const auto y = rowwise(CumulativeSum{}, x);
///
/// `forward` writes all numbers of y. `backward` gets what forward had, then the gradient with
/// respect to y, and adds to one gradient per argument: `dx[i] += slope`. Each of them is a `Part`:
/// one row, item or batch. They are called on many threads and do not see each other's parts.
/// Neither knows of samples, of values that several parts share, or of arguments without gradient.
///
/// Optional, with one n per argument, the numbers of a row, or of an item otherwise:
///   * `static constexpr Index outputs(Index n...)`: how many numbers take their place in the
///     result. Without it the result has the shape of the first argument.
///   * `using kept = int`: `forward` gets behind y a part of such numbers, in which it leaves what
///     `backward`, which gets it behind y, wants to know. They are as many as `static constexpr
///     Index kept_size(Index n...)`, or as the first argument has.
#pragma once

#include <blue/concepts/operation.hpp>
#include <blue/error.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>
#include <span>

namespace blue {

namespace detail {

template <class B, class F, int N>
struct OperationRecord : Record<B> {
    OperationArgs<B, F, N> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) operation_backward(tape, args);
    }
};

/// The parts that the result has, and whether it has a gradient.
struct OperationSizes {
    Index samples = 1, batch = 1, rows = 1;
    bool needs_grad = false;
};

/// Finds them, and where the parts of the arguments lie, which have `numbers` in a row or item.
/// Throws ShapeError when samples, batches or rows do not fit.
template <class B>
OperationSizes arrange(PartOf level, std::span<Node<B>* const> x, const Index* numbers,
                       PartLayout* layouts) {
    const char* const name = level == PartOf::row    ? "rowwise"
                             : level == PartOf::item ? "itemwise"
                                                     : "batchwise";
    const auto fit = [](Index a, Index b) { return a == 1 || b == 1 || a == b; };
    OperationSizes sizes;
    sizes.rows = x[0]->item / numbers[0];
    for (std::size_t k = 0; k < x.size(); ++k) {
        const Node<B>& in = *x[k];
        const Index n = numbers[k], rows = in.item / n;
        if (!fit(sizes.samples, in.samples) || !fit(sizes.batch, in.batch))
            throw ShapeError(name, ": cannot combine ", sizes.samples, " samples x batch ",
                             sizes.batch, " with ", in.samples, " samples x batch ", in.batch);
        if (rows != 1 && rows != sizes.rows)
            throw ShapeError(name, ": cannot combine ", sizes.rows, " rows with ", rows,
                             " rows: their dynamic extents differ");
        sizes.samples = std::max(sizes.samples, in.samples);
        sizes.batch = std::max(sizes.batch, in.batch);
        sizes.needs_grad |= in.needs_grad;
        const bool whole = level == PartOf::batch;
        layouts[k].size = whole ? in.per_sample() : n;
        layouts[k].sample_step = in.samples == 1 ? 0 : in.per_sample();
        layouts[k].batch_step = whole || in.batch == 1 ? 0 : in.item;
        layouts[k].row_step = rows == 1 ? 0 : n;
    }
    return sizes;
}

/// Numbers in a row or item.
template <PartOf Level, class B, class Shape>
Index part_numbers_of(Var<B, Shape> x) {
    if constexpr (Level == PartOf::row)
        return x.last();
    else
        return x.node->item;
}

/// The extents of a part; those of a batch begin with its size.
template <PartOf Level, class B, class Shape>
void set_extents(PartLayout& layout, Var<B, Shape> x) {
    if constexpr (Level == PartOf::row) {
        layout.extents[0] = x.last();
    } else {
        Index* extents = layout.extents;
        if (Level == PartOf::batch) *extents++ = x.batch();
        [&]<int... Axis>(std::integer_sequence<int, Axis...>) {
            ((*extents++ = x.template extent<Axis>()), ...);
        }
        (std::make_integer_sequence<int, Shape::rank>{});
    }
}

/// Numbers of the result in a row or item.
template <class Result, class F, class... N>
Index outputs_of(Index first, N... rest) {
    Index outputs = first;
    if constexpr (Result::changes) outputs = F::outputs(first, rest...);
    if (outputs < 1)
        throw ShapeError("outputs: expected at least one number, got ", outputs, " from ", first);
    return outputs;
}

/// Kept numbers of a part.
template <class F, class... N>
Index kept_size_of(Index first, N... rest) {
    if constexpr (requires { F::kept_size(first, rest...); })
        return F::kept_size(first, rest...);
    else
        return first;
}

template <PartOf Level, class F, class B, class First, class... Rest>
auto operate(const F& f, Var<B, First> first, Var<B, Rest>... rest) {
    using Checks = operation_checks<Level, F, typename B::scalar, First, Rest...>;
    using Result = typename Checks::Result;
    static_assert(Checks{});
    Var<B, typename Result::type> result{first.tape, first.node};  // a stand-in after an error
    if constexpr (Checks::ok) {
        constexpr int count = 1 + static_cast<int>(sizeof...(Rest));
        Tape<B>& tape = common_tape(first, rest...);
        OperationArgs<B, F, count> args{
            {f, {}, nullptr, nullptr, {}, {}, 0, 1, 1, 1}, {first.node, rest.node...}, nullptr};
        auto& bound = args.bound;
        const Index n[] = {part_numbers_of<Level>(first), part_numbers_of<Level>(rest)...};
        const OperationSizes sizes = arrange<B>(Level, args.x, n, bound.inputs);
        const Index outputs =
            outputs_of<Result, F>(part_numbers_of<Level>(first), part_numbers_of<Level>(rest)...);

        args.y = tape.node(sizes.samples, sizes.batch, sizes.rows * outputs, sizes.needs_grad);
        result.node = args.y;
        bound.y = args.y->value;
        bound.samples = sizes.samples;
        bound.batch = Level == PartOf::batch ? 1 : sizes.batch;
        bound.rows = sizes.rows;
        bound.result.size = Level == PartOf::batch ? sizes.batch * outputs : outputs;
        set_extents<Level>(bound.result, result);
        PartLayout* layout = bound.inputs;
        set_extents<Level>(*layout++, first);
        (set_extents<Level>(*layout++, rest), ...);
        for (std::size_t k = 0; k < args.x.size(); ++k) bound.x[k] = args.x[k]->value;
        if constexpr (KeepsNumbers<F>) {
            bound.kept_extent =
                kept_size_of<F>(part_numbers_of<Level>(first), part_numbers_of<Level>(rest)...);
            bound.kept =
                tape.template device_memory<typename F::kept>(bound.units() * bound.kept_extent);
        }
        operation_forward(tape, args);
        if (args.y->needs_grad) tape.record(OperationRecord<B, F, count>{{}, args}, args.y);
    }
    return result;
}

}  // namespace detail

/// Applies an operation of one's own to each row, the numbers of the last axis. Further arguments
/// have a row for each row of x, or one for all rows of an item: `rowwise(F{}, x, parameter)`.
/// Values with one sample combine with any number of samples, values with batch 1 (drawn variables)
/// with any batch. (S, B, ..., N) to (S, B, ..., outputs). Throws ShapeError when samples, batches
/// or dynamic extents do not fit.
template <class F, class... X>
requires(sizeof...(X) > 0 && (detail::TapeValue<X> && ...)) auto rowwise(const F& f, X... x) {
    return detail::operate<detail::PartOf::row>(f, as_var(x)...);
}

/// The same for whole items, with further arguments of any shapes. A result of another number of
/// elements is a vector: (S, B, outputs).
template <class F, class... X>
requires(sizeof...(X) > 0 && (detail::TapeValue<X> && ...)) auto itemwise(const F& f, X... x) {
    return detail::operate<detail::PartOf::item>(f, as_var(x)...);
}

/// The same for whole batches: for operations that combine examples. Axis 0 of a part is the batch,
/// of extent 1 for drawn variables. The result has the batch of the arguments, and per example
/// `outputs` of the numbers of their items, or the shape of the first.
template <class F, class... X>
requires(sizeof...(X) > 0 && (detail::TapeValue<X> && ...)) auto batchwise(const F& f, X... x) {
    return detail::operate<detail::PartOf::batch>(f, as_var(x)...);
}

}  // namespace blue

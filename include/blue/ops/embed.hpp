// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rows of a random table, chosen by whole numbers.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>
#include <cmath>

namespace blue {

namespace operation {
struct embed;
}

/// How rows are looked up.
struct EmbedOptions {
    /// The id whose vector is 0 and gets no gradient; -1 for none.
    Index padding_idx = -1;
    /// Vectors with a larger norm are scaled down to it; 0 for no limit.
    double max_norm = 0;
};

namespace requirement {
/// The table of `embed`.
template <bool Ok, class Given>
struct embedding_table : check {
    static_assert(Ok,
                  "blue: embed(ids, table) needs a table of shape<rows, width>, see given in "
                  "embedding_table<...>: change the extents of the variable");
};
}  // namespace requirement

namespace detail {

/// y = the rows of `table` with these ids.
template <class B>
struct EmbedArgs {
    const Index* ids;  ///< `id_samples` x batch x count, on the host
    Node<B>* y;        ///< (S, B, count, width)
    Draw<B>* table;
    bool owns_table;
    Index id_samples, count, rows, width;
    EmbedOptions options;

    /// The ids of all examples in sample s.
    const Index* ids_of(Index s) const {
        return ids + (id_samples == 1 ? 0 : s) * y->batch * count;
    }
};

template <class B>
struct EmbedRecord : Record<B> {
    EmbedArgs<B> args;
    void run(Tape<B>& tape) { embed_backward(tape, args); }
};

/// Numbers as ids of a table with that many rows. Throws ValueError for others.
template <class T>
void read_ids(const T* numbers, Index n, Index count, Index rows, Index* ids) {
    for (Index i = 0; i < n; ++i) {
        const T number = numbers[i];
        if (!(number >= 0 && number < static_cast<T>(rows)) || std::trunc(number) != number)
            throw ValueError("embed: expected whole numbers from 0 to ", rows - 1, ", got ", number,
                             " in example ", i / count, " at position ", i % count,
                             " (counted from 0)");
        ids[i] = static_cast<Index>(number);
    }
}

template <class B>
Node<B>* embed(Tape<B>& tape, const Node<B>& x, Draw<B>& table, Index rows, Index width,
               const EmbedOptions& options) {
    constexpr bool known = has_kernel<operation::embed, B>;
    static_assert(requirement::kernel<known, operation::embed, B>{});
    if (options.padding_idx < -1 || options.padding_idx >= rows)
        throw ValueError("embed: expected a padding_idx from 0 to ", rows - 1,
                         ", or -1 for none, got ", options.padding_idx);
    if (!(options.max_norm >= 0))
        throw ValueError("embed: expected a max_norm of at least 0, got ", options.max_norm);
    if (x.samples != 1 && table.samples != 1 && x.samples != table.samples)
        throw ShapeError("embed: ids with ", x.samples, " samples do not go with a table of ",
                         table.samples, " samples");
    Index* const ids = tape.template host_memory<Index>(x.size());
    EmbedArgs<B> args{ids, nullptr, &table, false, x.samples, x.item, rows, width, options};
    if constexpr (known) {
        auto* const numbers = tape.template host_memory<typename B::scalar>(x.size());
        B::memory::copy_to_host(numbers, x.value, x.size());
        read_ids(numbers, x.size(), x.item, rows, ids);
        args.owns_table = take_ownership(tape, table);
        args.y = tape.node(std::max(x.samples, table.samples), x.batch, x.item * width, true);
        embed_forward(tape, args);
        tape.record(EmbedRecord<B>{{}, args}, args.y);
    }
    return args.y;
}

template <class Shape, Index Last>
struct with_axis;
template <Index... Extents, Index Last>
struct with_axis<shape<Extents...>, Last> {
    using type = shape<Extents..., Last>;
};

}  // namespace detail

/// The rows of a table, one draw of it per sample: ids (S or 1, B, ...), table (rows, width), the
/// result is (S, B, ..., width). Ids are whole numbers in the number type of the backend (exact up
/// to 2^24 in float), so that they go through data sets and stacks as other inputs do. Only rows
/// that are looked up get a gradient from the result; log probs and divergence are those of all
/// rows. Throws ValueError for numbers that are no ids, and ShapeError when samples do not fit.
template <class B, class Shape, class TableShape, class Estimator>
auto embed(Var<B, Shape> ids, Lazy<B, TableShape, Estimator> table,
           const EmbedOptions& options = {}) {
    constexpr bool is_table = TableShape::rank == 2;
    static_assert(requirement::embedding_table<is_table, requirement::given<TableShape>>{});
    constexpr bool drawn = std::is_same_v<Estimator, estimator::DrawnWeights>;
    static_assert(requirement::drawn_weights<drawn, TableShape, Estimator>{});
    if constexpr (is_table && drawn && !std::is_same_v<Shape, any_shape>) {
        constexpr Index rows = first_extent<TableShape>, width = last_extent<TableShape>;
        Tape<B>& tape = detail::common_tape(ids, table);
        return Var<B, typename detail::with_axis<Shape, width>::type>{
            ids.tape, detail::embed<B>(tape, *ids.node, *table.draw, rows, width, options)};
    } else {  // after an error
        return Var<B, any_shape>{ids.tape, ids.node};
    }
}

}  // namespace blue

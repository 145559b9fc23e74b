// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise operations from a formula.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/ops/elementwise_args.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>
#include <span>

namespace blue {

namespace detail {

template <class B, class F, int N>
struct ElementwiseRecord : Record<B> {
    ElementwiseArgs<B, F, N> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) elementwise_backward(tape, args);
    }
};

/// Which sizes an elementwise result has, and how its inputs are walked.
struct ElementwiseSizes {
    Index samples = 1, batch = 1, item = 1, rows = 1, row_size = 1;
    bool needs_grad = false;
};

/// Throws ShapeError when samples or batches do not fit. Sets a step of 0 for single numbers.
template <class B>
ElementwiseSizes elementwise_sizes(std::span<Node<B>* const> inputs, Index* steps) {
    const auto fit = [](Index a, Index b) { return a == 1 || b == 1 || a == b; };
    ElementwiseSizes sizes;
    for (const Node<B>* x : inputs) {
        if (!fit(sizes.samples, x->samples) || !fit(sizes.batch, x->batch))
            throw ShapeError("elementwise: cannot combine ", sizes.samples, " samples x batch ",
                             sizes.batch, " with ", x->samples, " samples x batch ", x->batch);
        sizes.samples = std::max(sizes.samples, x->samples);
        sizes.batch = std::max(sizes.batch, x->batch);
        sizes.item = std::max(sizes.item, x->item);
        sizes.needs_grad |= x->needs_grad;
    }
    sizes.row_size = sizes.batch * sizes.item;
    for (const Node<B>* x : inputs) {
        if (x->item != sizes.item && x->per_sample() != 1)
            throw ShapeError("elementwise: cannot combine one number for each of ", x->batch,
                             " rows with items of ", sizes.item, " numbers");
        *steps++ = x->per_sample() == 1 ? 0 : 1;
        if (x->batch < sizes.batch && x->per_sample() != 1) {
            sizes.rows = sizes.batch;
            sizes.row_size = sizes.item;
        }
    }
    return sizes;
}

/// The first shape that is not the one of a single number.
template <class A, class... Rest>
struct combined_shape {
    using type = A;
};
template <class A, class... Rest>
struct combined_shape<scalar_shape, A, Rest...> : combined_shape<A, Rest...> {};

/// Throws ShapeError when values of one dynamic shape have items of different sizes.
template <class B>
void check_dynamic_items(std::span<Node<B>* const> inputs, std::span<const bool> is_number) {
    Index item = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (is_number[i]) continue;
        if (item != 0 && inputs[i]->item != item)
            throw ShapeError("elementwise: cannot combine items of ", item,
                             " numbers with items of ", inputs[i]->item,
                             ": their dynamic extents differ");
        item = inputs[i]->item;
    }
}

template <class Shape, class Combined>
inline constexpr bool combines = fits<Shape, Combined> || std::is_same_v<Shape, scalar_shape>;

/// What does not depend on shapes, so that it is compiled once and not for each layer.
template <class F, class B, std::size_t N>
Node<B>* elementwise(F f, Tape<B>& tape, const std::array<Node<B>*, N>& x) {
    constexpr int count = static_cast<int>(N);
    ElementwiseArgs<B, F, count> args{f, x, {}, nullptr, 1, 1};
    const ElementwiseSizes sizes = elementwise_sizes<B>(args.x, args.step.data());
    args.rows = sizes.rows;
    args.row_size = sizes.row_size;
    args.y = tape.node(sizes.samples, sizes.batch, sizes.item, sizes.needs_grad);
    elementwise_forward(tape, args);
    if (args.y->needs_grad) tape.record(ElementwiseRecord<B, F, count>{{}, args}, args.y);
    return args.y;
}

}  // namespace detail

/// y = f.apply(x...) elementwise. `f` is a small object with a generic function
/// `template <class T> T apply(T...) const` in the vocabulary of `blue::math`; derivatives are
/// generated. Inputs have equal shapes, or `shape<>` for single numbers. Values with one sample
/// combine with any number of samples, values with batch 1 (drawn variables) with any batch. Throws
/// ShapeError otherwise, and when dynamic extents differ; as every operation, Error for values of
/// several tapes.
template <class F, class B, class... Shapes>
auto elementwise(F f, Var<B, Shapes>... x) {
    using Shape = typename detail::combined_shape<Shapes...>::type;
    static_assert(
        (requirement::same_shape<detail::combines<Shapes, Shape>, requirement::expected<Shape>,
                                 requirement::given<Shapes>>{} &&
         ...));
    Tape<B>& tape = detail::common_tape(x...);
    const std::array nodes{x.node...};
    if constexpr (!Shape::is_static)
        detail::check_dynamic_items<B>(nodes, std::array{std::is_same_v<Shapes, scalar_shape>...});
    constexpr bool fit = (detail::combines<Shapes, Shape> && ...);
    return Var<B, std::conditional_t<fit, Shape, any_shape>>{&tape,
                                                             detail::elementwise(f, tape, nodes)};
}

/// A drawn variable as an argument: drawn first.
template <class F, class... X>
requires(detail::is_lazy<X> || ...) auto elementwise(F f, X... x) {
    return elementwise(f, as_var(x)...);
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise operations from a formula.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/ops/elementwise_args.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>

namespace blue {

namespace detail {

template <class B, class F, int N>
struct ElementwiseRecord : Record<B> {
    ElementwiseArgs<B, F, N> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) elementwise_backward(tape, args);
    }
};

/// The samples and batch of several values together. Throws ShapeError when they do not fit.
template <class B>
void combine_sizes(const char* operation, const Node<B>* x, Index& samples, Index& batch) {
    const auto fit = [](Index a, Index b) { return a == 1 || b == 1 || a == b; };
    if (!fit(samples, x->samples) || !fit(batch, x->batch))
        throw ShapeError(std::string(operation) + ": cannot combine " + std::to_string(samples) +
                         " samples x batch " + std::to_string(batch) + " with " +
                         std::to_string(x->samples) + " samples x batch " +
                         std::to_string(x->batch));
    samples = std::max(samples, x->samples);
    batch = std::max(batch, x->batch);
}

template <class A, class... Rest>
struct combined_shape {
    using type = A;
};
template <class A, class... Rest>
struct combined_shape<scalar_shape, A, Rest...> : combined_shape<A, Rest...> {};

template <class Shape, class Combined>
inline constexpr bool combines =
    std::is_same_v<Shape, Combined> || std::is_same_v<Shape, scalar_shape>;

}  // namespace detail

/// y = f.apply(x...) elementwise. `f` is a small object with a generic function
/// `template <class T> T apply(T...) const` in the vocabulary of `blue::math`; derivatives are
/// generated. Inputs have equal shapes, or `shape<>` for single numbers. Values with one sample
/// combine with any number of samples, values with batch 1 (drawn variables) with any batch. Throws
/// ShapeError otherwise.
template <class F, class B, class... Shapes>
auto elementwise(F f, Var<B, Shapes>... x) {
    constexpr int count = sizeof...(Shapes);
    using Shape = typename detail::combined_shape<Shapes...>::type;
    static_assert(
        (requirement::same_shape<detail::combines<Shapes, Shape>, requirement::expected<Shape>,
                                 requirement::given<Shapes>>::checked &&
         ...));
    Tape<B>& tape = *std::array{x.tape...}[0];
    ElementwiseArgs<B, F, count> args{f, {x.node...}, {}, nullptr, 1, 1};
    Index samples = 1, batch = 1, item = 1;
    bool needs_grad = false;
    for (const Node<B>* input : args.x) {
        detail::combine_sizes("elementwise", input, samples, batch);
        item = std::max(item, input->item);
        needs_grad |= input->needs_grad;
    }
    args.row_size = batch * item;
    for (int k = 0; k < count; ++k) {
        const Node<B>& input = *args.x[static_cast<std::size_t>(k)];
        args.step[static_cast<std::size_t>(k)] = input.per_sample() == 1 ? 0 : 1;
        if (input.batch < batch && input.per_sample() != 1) {
            args.rows = batch;
            args.row_size = item;
        }
    }
    args.y = tape.node(samples, batch, item, needs_grad);
    elementwise_forward(tape, args);
    if (args.y->needs_grad) tape.record(detail::ElementwiseRecord<B, F, count>{{}, args});
    return Var<B, Shape>{&tape, args.y};
}

/// A drawn variable as an argument: drawn first.
template <class F, class... X>
requires(detail::is_lazy<X> || ...) auto elementwise(F f, X... x) {
    return elementwise(f, as_var(x)...);
}

}  // namespace blue

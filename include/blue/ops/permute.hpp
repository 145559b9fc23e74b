// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The same numbers under another shape, or with their axes in another order.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/ops/copy_args.hpp>
#include <blue/ops/materialise.hpp>

#include <array>

namespace blue {

namespace requirement {

/// The axes of `permute`.
template <int... Axes>
struct order {};

/// Another order of axes.
template <bool Ok, class Order, class Given>
struct permutation : check {
    static_assert(
        Ok,
        "blue: permute names each axis of an item once, from 0 on and without samples and "
        "batch, see the order and the given shape in permutation<...>: change the order");
};

/// Another shape.
template <bool Same, class Expected, class Given>
struct reshaped : check {
    static_assert(Same,
                  "blue: another shape must have as many elements, see expected and given shape in "
                  "reshaped<...>: change an extent");
};

}  // namespace requirement

namespace detail {

template <class Shape, int... Axes>
constexpr bool is_order() {
    if (sizeof...(Axes) != Shape::rank) return false;
    for (int axis = 0; axis < Shape::rank; ++axis)
        if (((Axes == axis) + ... + 0) != 1) return false;
    return true;
}

/// The order of axes with two of them exchanged.
template <int A, int B, class Positions>
struct exchanged;
template <int A, int B, int... Position>
struct exchanged<A, B, std::integer_sequence<int, Position...>> {
    using type = std::integer_sequence<int, (Position == A ? B : Position == B ? A : Position)...>;
};

}  // namespace detail

/// The same numbers as items of another shape with as many elements; nothing is copied.
template <Index... Extents, detail::TapeValue X>
auto reshape(X x) {
    using Given = typename X::shape;
    constexpr bool same =
        std::is_same_v<Given, any_shape> || Given::size == shape<Extents...>::size;
    static_assert(requirement::reshaped<same, requirement::expected<shape<Extents...>>,
                                        requirement::given<Given>>{});
    if constexpr (detail::is_lazy<X>)
        return as_var(x).template as<shape<Extents...>>();
    else
        return x.template as<shape<Extents...>>();
}

/// The axes of the items in another order, a copy: axis k of the result is axis Axes[k] of x, as in
/// PyTorch, without samples and batch: `permute<1, 2, 0>` puts channels last.
template <int... Axes, class B, class Shape>
auto permute(Var<B, Shape> x) {
    constexpr bool known = !std::is_same_v<Shape, any_shape>;
    constexpr bool fits = detail::is_order<Shape, Axes...>();
    static_assert(sizeof...(Axes) <= 6, "blue: items that are permuted have at most six axes");
    static_assert(requirement::permutation < fits || !known, requirement::order<Axes...>,
                  requirement::given < Shape >> {});
    if constexpr (fits && known) {
        using Result = shape<Shape::extents[static_cast<std::size_t>(Axes)]...>;
        const auto from = detail::item_extents(x);
        const std::array<Index, sizeof...(Axes)> to{from[static_cast<std::size_t>(Axes)]...};
        Node<B>* const y = x.tape->node(x.samples(), x.batch(), x.node->item, x.node->needs_grad);
        std::array<detail::CopyAxis, sizeof...(Axes)> axes{
            {{from[static_cast<std::size_t>(Axes)], detail::elements_behind(from, Axes), 0}...}};
        for (std::size_t k = 0; k < axes.size(); ++k)
            axes[k].y_step = detail::elements_behind(to, static_cast<int>(k));
        detail::copy_part<B>(*x.tape, x.node, y, 0, 0, axes, y->samples);
        return Var<B, Result>{x.tape, y};
    } else {  // after an error
        return Var<B, any_shape>{x.tape, x.node};
    }
}

/// Two axes of the items exchanged; -1 is the last one.
template <int First, int Second, class B, class Shape>
auto transpose(Var<B, Shape> x) {
    constexpr int a = detail::axis_position<Shape>(First);
    constexpr int b = detail::axis_position<Shape>(Second);
    using Order = typename detail::exchanged < a, b, std::make_integer_sequence < int,
          a<0 || b<0 ? 0 : Shape::rank>>::type;
    return [&]<int... Axis>(std::integer_sequence<int, Axis...>) {
        return permute<Axis...>(x);
    }
    (Order{});
}

/// A drawn variable: drawn first.
template <int... Axes, class B, class Shape, class Estimator>
auto permute(Lazy<B, Shape, Estimator> x) {
    return permute<Axes...>(as_var(x));
}
template <int First, int Second, class B, class Shape, class Estimator>
auto transpose(Lazy<B, Shape, Estimator> x) {
    return transpose<First, Second>(as_var(x));
}

}  // namespace blue

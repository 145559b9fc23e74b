// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rows of a drawn variable, for linear maps that share one.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/ops/linear.hpp>

namespace blue {

namespace operation {
struct linear_of_rows;  ///< `linear` with `rows` of a variable
}  // namespace operation

namespace requirement {
/// The rows that `rows` takes.
template <bool Inside, Index First, Index Count, class Given>
struct rows : check {
    static_assert(Inside,
                  "blue: rows takes Count rows from First on of a variable, which has fewer, see "
                  "First, Count and the given shape in rows<...>: take others");
};
}  // namespace requirement

/// Some rows of a random variable, which is drawn as a whole.
template <class B, class Shape>
struct LazyRows {
    using backend = B;
    using shape = Shape;
    Tape<B>* tape;
    Draw<B>* draw;
    Index first;  ///< elements before them
};

namespace detail {

/// Completes the parameter gradients of a variable that several operations use in parts.
template <class B>
struct DrawnRecord : Record<B> {
    Draw<B>* draw;
    void run(Tape<B>& tape) {
        draw_backward(tape, *draw, static_cast<const typename B::scalar*>(nullptr), true);
    }
};

/// Draws a variable before the operations that use it.
template <class B>
void draw_first(Tape<B>& tape, Draw<B>& draw) {
    if (!take_ownership(tape, draw)) return;
    draw_forward(tape, draw);
    tape.record(DrawnRecord<B>{{}, &draw});
}

}  // namespace detail

/// A random variable that is drawn, whatever the estimator of its distribution is.
template <class B, class Shape, class Estimator>
Lazy<B, Shape> drawn(Lazy<B, Shape, Estimator> x) {
    return {x.tape, x.draw};
}
inline absent drawn(absent) {
    return {};
}

/// The rows First, ..., First + Count - 1 of a random variable, as weight or bias of `linear`:
/// `linear(x, rows<0, 8>(weight))`. All parts are of one draw.
template <Index First, Index Count, class B, class Shape, class Estimator>
auto rows(Lazy<B, Shape, Estimator> x) {
    constexpr bool inside =
        0 <= First && 0 < Count && Shape::rank > 0 && First + Count <= first_extent<Shape>;
    static_assert(requirement::rows<inside, First, Count, requirement::given<Shape>>{});
    constexpr bool drawn = std::is_same_v<Estimator, estimator::DrawnWeights>;
    static_assert(requirement::drawn_weights<drawn, Shape, Estimator>{});
    static_assert(requirement::kernel<has_kernel<operation::linear_of_rows, B>,
                                      operation::linear_of_rows, B>{});
    if constexpr (inside) {
        detail::draw_first(*x.tape, *x.draw);
        return LazyRows<B, replace_first<Shape, Count>>{
            x.tape, x.draw, First * (Shape::size / first_extent<Shape>)};
    } else {  // after an error
        return LazyRows<B, any_shape>{x.tape, x.draw, 0};
    }
}
/// Of a variable that is not there: nothing.
template <Index First, Index Count>
absent rows(absent) {
    return {};
}

/// x W^T + b as above, where W are rows of a variable, and b are rows of one or `absent`.
template <class B, class XShape, class WeightShape, class Bias = absent>
requires(detail::is_rows<Bias> || std::is_same_v<Bias, absent>) auto linear(
    Var<B, XShape> x, LazyRows<B, WeightShape> weight, Bias bias = {}) {
    using requirement::expected, requirement::given;
    static_assert(requirement::weight_matrix<detail::is_matrix<WeightShape>, given<WeightShape>>{});
    using Weight = std::conditional_t<detail::is_matrix<WeightShape>, WeightShape, any_shape>;
    constexpr bool known = !std::is_same_v<Weight, any_shape>;
    constexpr Index in = last_extent<Weight>, out = first_extent<Weight>;
    constexpr bool has_bias = detail::is_rows<Bias>;
    using BiasShape = typename std::conditional_t<has_bias, Bias, LazyRows<B, shape<out>>>::shape;
    constexpr bool bias_fits = !known || fits<BiasShape, shape<out>>;
    static_assert(requirement::bias_width<bias_fits, expected<shape<out>>, given<BiasShape>>{});
    using Input = replace_last<XShape, in>;
    constexpr bool input_fits = !known || fits<XShape, Input>;
    static_assert(requirement::width<input_fits, WeightShape, expected<Input>, given<XShape>>{});

    Draw<B>* bias_draw = nullptr;
    Index bias_first = 0;
    if constexpr (has_bias) {
        bias_draw = bias.draw;
        bias_first = bias.first;
    }
    constexpr bool fit = known && bias_fits && input_fits;
    using Result = std::conditional_t<fit, replace_last<XShape, out>, any_shape>;
    Tape<B>& tape = detail::common_tape(x, weight, bias);
    return Var<B, Result>{x.tape, detail::linear(tape, x.node, weight.draw, bias_draw, in, out,
                                                 weight.first, bias_first)};
}

}  // namespace blue

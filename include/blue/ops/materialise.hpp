// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Draws a whole variable, for operations that cannot draw it inside their own loops.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/tensor/tape.hpp>

#include <type_traits>
#include <utility>

namespace blue {

namespace requirement {
/// A random variable that an operation uses as a whole.
template <bool Drawn, class Shape, class Estimator>
struct drawn_weights : check {
    static_assert(
        Drawn,
        "blue: only linear and convolutions can estimate a variable without drawn weights, but "
        "another operation uses it, see its shape and estimator in drawn_weights<...>: give this "
        "variable a "
        "distribution without LocalReparameterization or Flipout, by per_variable<...>");
};
}  // namespace requirement

namespace detail {

template <class X>
inline constexpr bool is_var = false;
template <class B, class Shape>
inline constexpr bool is_var<Var<B, Shape>> = true;
template <class X>
inline constexpr bool is_lazy = false;
template <class B, class Shape, class Estimator>
inline constexpr bool is_lazy<Lazy<B, Shape, Estimator>> = true;
/// What operations return: numbers on the tape, or their moments.
template <class X>
inline constexpr bool is_value = is_var<X>;
/// Something that an operation takes as a value.
template <class X>
concept TapeValue = is_value<X> || is_lazy<X>;

/// Completes the parameter gradients of a variable that was drawn as a whole.
template <class B>
struct JointRecord : Record<B> {
    Draw<B>* draw;
    void run(Tape<B>& tape) { draw->kernels->joint_backward(tape, *draw); }
};

/// Marks the variable as drawn; true for the operation that draws it. That one is the first on the
/// tape, so the last in backward: it completes the parameter gradients. A joint distribution is
/// drawn here instead, by a record of its own, and belongs to no operation.
template <class B>
bool take_ownership(Tape<B>& tape, Draw<B>& draw) {
    if (std::exchange(draw.drawn, true)) return false;
    if constexpr (requires { draw.kernels->joint_forward; })
        if (draw.kernels->joint_forward) {
            draw.kernels->joint_forward(tape, draw);
            tape.record(JointRecord<B>{{}, &draw});
            return false;
        }
    return true;
}

template <class B>
struct MaterialiseRecord : Record<B> {
    Draw<B>* draw;
    Node<B>* y;
    bool owner;
    void run(Tape<B>& tape) {
        if (y->grad_live || owner)
            draw_backward(tape, *draw, y->grad_live ? y->grad : nullptr, owner);
    }
};

}  // namespace detail

template <class B, class Shape>
Var<B, Shape> as_var(Var<B, Shape> x) {
    return x;
}

/// The drawn variable as a value of `Draw::samples` samples and batch 1.
template <class B, class Shape, class Estimator>
Var<B, Shape> as_var(Lazy<B, Shape, Estimator> x) {
    constexpr bool drawn = std::is_same_v<Estimator, estimator::DrawnWeights>;
    static_assert(requirement::drawn_weights<drawn, Shape, Estimator>{});
    Draw<B>& draw = *x.draw;
    const bool owner = detail::take_ownership(*x.tape, draw);
    if (owner) draw_forward(*x.tape, draw);
    Node<B>* y = x.tape->node(draw.samples, 1, draw.size, true);
    copy_weights(*x.tape, draw, *y);
    if (y->needs_grad) x.tape->record(detail::MaterialiseRecord<B>{{}, &draw, y, owner});
    return {x.tape, y};
}

}  // namespace blue

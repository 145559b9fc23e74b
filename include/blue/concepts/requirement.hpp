// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compile-time checks that say in one sentence what is wrong with a model.
///
/// Each check is a struct with a `static_assert`. Compilers print the name of the struct and its
/// template arguments next to the sentence, so these carry what is worth knowing, wrapped in facts:
/// `layer_input<false, position<2>, Linear<128, 10>, expected<shape<128>>, given<shape<256>>>`.
///
/// Whoever adds a check: compare outside and hand in a bool, first (clang prints expressions);
/// names as `spell<Name>::type`; plain ASCII without quotes and backticks (nvcc replaces them).
/// Callers write `static_assert(requirement::width<...>{})` and go on as if the check had
/// passed, with the expected shape or the first variable: so a mistake gives one error and not its
/// consequences too. Every check has a row in docs/diagnostics.md and a case in tests/compile_fail.
#pragma once

#include <blue/meta/fixed_string.hpp>
#include <blue/meta/shape.hpp>

namespace blue::requirement {

/// The base of all checks. A failed one is true as well: there is one error, not two. (A static
/// member would do, but clang 14 does not find it after the first error.)
struct check {
    constexpr operator bool() const { return true; }
};

/// The position of a layer in the `Sequential` or `Residual` that holds it, from 0.
template <int Index>
struct position {};
/// What belongs there: a shape, a backend, a number.
template <class What>
struct expected {};
/// What is there instead.
template <class What>
struct given {};
/// How many there are.
template <int N>
struct count {};
/// The names that there are, letter by letter.
template <class... Names>
struct known {};
/// The names that are not there, letter by letter.
template <class... Names>
struct missing {};

/// The numbers in the place of the dynamic extents of an input.
template <bool Ok, class Shape, class Expected, class Given>
struct dynamic_extents : check {
    static_assert(
        Ok,
        "blue: an input needs a number for each of its dynamic extents, see the shape and the "
        "expected and given count in dynamic_extents<...>: write "
        "input<Shape>(numbers, batch, Extents{length}), or describe<Net, shape<32, 64>>()");
};

/// A dynamic extent that follows from the number of elements.
template <bool Ok, class Given>
struct one_dynamic_extent : check {
    static_assert(
        Ok,
        "blue: an extent cannot be told from the number of elements when two are dynamic, see "
        "given in one_dynamic_extent<...>: replace one blue::dynamic by a number");
};

/// What must be known when a model is compiled.
template <bool Static, class Given>
struct static_shape : check {
    static_assert(
        Static,
        "blue: a vector of dynamic length does not go into layers, whose weights have a fixed "
        "shape, see given in static_shape<...>: replace blue::dynamic by a number, or do not "
        "flatten: layers such as Linear work on the last axis");
};

/// The input of a layer within a model.
template <bool Fits, class Position, class Layer, class Expected, class Given>
struct layer_input : check {
    static_assert(
        Fits,
        "blue: a layer does not take what comes before it, see position, layer, expected and "
        "given shape in layer_input<...>: change a width, or reshape with Flatten in between");
};

/// The output of the layers inside a `Residual`.
template <bool Same, class Residual, class Expected, class Given>
struct residual_output : check {
    static_assert(
        Same,
        "blue: the layers in a Residual must give the shape that they take, see expected and "
        "given in residual_output<...>: change the width of its last layer");
};

/// Values that are combined elementwise.
template <bool Same, class Expected, class Given>
struct same_shape : check {
    static_assert(
        Same,
        "blue: values of different shapes cannot be combined elementwise, see expected and given "
        "in same_shape<...>: change the shape of one of them");
};

/// The weight of `linear`.
template <bool Ok, class Given>
struct weight_matrix : check {
    static_assert(
        Ok,
        "blue: linear(x, weight, bias) needs a weight of shape<Out, In>, see given in "
        "weight_matrix<...>: change the extents of the variable, or the order of the arguments");
};

/// The bias of `linear`.
template <bool Ok, class Expected, class Given>
struct bias_width : check {
    static_assert(
        Ok,
        "blue: the bias of linear needs one number per row of the weight, see expected and given "
        "shape in bias_width<...>: change the extents of one of these variables");
};

/// The input of `linear`.
template <bool Fits, class Weight, class Expected, class Given>
struct width : check {
    static_assert(
        Fits,
        "blue: linear does not fit its input, see the shape of the weight (Out, In), and the "
        "expected and given shape of the input in width<...>: change one of them");
};

}  // namespace blue::requirement

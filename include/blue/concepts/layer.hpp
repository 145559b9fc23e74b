// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a layer of a model must offer.
#pragma once

#include <blue/concepts/requirement.hpp>

#include <concepts>
#include <type_traits>

namespace blue {

namespace detail {

struct CallOperator {
    void operator()();
};
/// A name that comes from two bases is ambiguous: the expression below is valid only for classes
/// that have no call operator. This finds templates too, without calling them.
template <class L>
struct CallProbe : L, CallOperator {};

template <class L>
inline constexpr bool is_callable = [] {
    if constexpr (requires { typename L::module_tag; })
        return true;  // not asked again: costs time
    else if constexpr (!std::is_class_v<L> || std::is_final_v<L>)
        return std::is_class_v<L>;
    else
        return !requires {
            &CallProbe<L>::operator();
        };
}();

}  // namespace detail

/// A part of a model: a class with `auto operator()(auto& pass, auto x) const`, which gives the
/// value after the layer. Modules have it from their base `Module`, which calls their `forward`.
/// (Whether the call compiles for a shape is known only by compiling it, so the concept does not
/// ask.)
template <class L>
concept Layer = std::is_class_v<L> && std::copy_constructible<L> && detail::is_callable<L>;

namespace requirement {

/// What stands in a `Sequential` or `Residual`, or among the `children` of a module.
template <bool Ok, class Place, class Given>
struct layer : check {
    static_assert(Ok,
                  "blue: not a layer, see the place and the type in layer<...>: derive it from "
                  "blue::Module and "
                  "write forward(pass, x), or write operator()(auto& pass, auto x) const");
};

/// What a layer returns.
template <bool Ok, class Position, class Layer, class Given>
struct layer_output : check {
    static_assert(
        Ok,
        "blue: a layer within a model must return one value on the tape (Var), see position, layer "
        "and given type in layer_output<...>: return the result of an operation, or as_var(draw)");
};

}  // namespace requirement

}  // namespace blue

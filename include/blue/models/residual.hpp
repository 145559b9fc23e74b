// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A stack with a connection around it.
#pragma once

#include <blue/models/sequential.hpp>
#include <blue/ops/arithmetic.hpp>

namespace blue {

namespace detail {

/// x + y, where y is what the layers of `Residual` made of x. (Outside of the class, because clang
/// 14 forgets the return type of a member after a failed check.)
template <class Residual, class X, class Y>
X add_residual(X x, Y y) {
    using Shape = typename X::shape;
    using Given = typename Y::shape;
    static_assert(
        requirement::residual_output<fits<Shape, Given>, Residual, requirement::expected<Shape>,
                                     requirement::given<Given>>{});
    return y.template as<Shape>() + x;
}

}  // namespace detail

/// x + f(x), where f is the stack of layers. Its output must have the shape of its input.
template <class... Layers>
struct Residual : detail::Stack<std::index_sequence_for<Layers...>, Layers...> {
    using detail::Stack<std::index_sequence_for<Layers...>, Layers...>::Stack;

    Residual() = default;
    /// Default layers with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit Residual(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }

    auto operator()(auto& pass, auto x) const {
        return detail::add_residual<Residual>(x, Residual::Stack::operator()(pass, x));
    }
};

}  // namespace blue

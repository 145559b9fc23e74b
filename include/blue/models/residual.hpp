// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A stack with a connection around it.
#pragma once

#include <blue/models/sequential.hpp>
#include <blue/ops/arithmetic.hpp>

namespace blue {

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

    template <class B, class Shape>
    auto operator()(auto& pass, Var<B, Shape> x) const {
        const auto y =
            detail::Stack<std::index_sequence_for<Layers...>, Layers...>::operator()(pass, x);
        using Given = typename decltype(y)::shape;
        static_assert(requirement::residual_output<std::is_same_v<Shape, Given>, Residual,
                                                   requirement::expected<Shape>,
                                                   requirement::given<Given>>::checked);
        return Var<B, Shape>{y.tape, y.node} + x;
    }
};

}  // namespace blue

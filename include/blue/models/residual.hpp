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
    using module_tag = void;

    Residual() = default;
    /// Default layers with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit Residual(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }

    auto operator()(auto& pass, auto x) const { return this->run(pass, x) + x; }
};

}  // namespace blue

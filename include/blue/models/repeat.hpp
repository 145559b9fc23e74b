// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The same layer several times in a row.
#pragma once

#include <blue/models/sequential.hpp>
#include <blue/models/with_policies.hpp>

#include <array>

namespace blue {

namespace requirement {

/// How often a layer is repeated.
template <bool Ok, class Given>
struct repeat_count : check {
    static_assert(Ok,
                  "blue: a layer is repeated at least once, see given in repeat_count<...>: write "
                  "Repeat<6, Layer>");
};

/// The output of a repeated layer.
template <bool Same, class Repeat, class Expected, class Given>
struct repeat_output : check {
    static_assert(
        Same,
        "blue: a layer that is repeated must give the shape that it takes, see expected and given "
        "in repeat_output<...>: change its last width, or write the layers one by one");
};

}  // namespace requirement

namespace detail {

template <class Layer, int Position>
struct repeated_entry {
    static constexpr blue::key key{Position};
    using type = Layer;
    template <class Parent>
    static auto& get(Parent& parent) {
        return parent.copies[Position].layer;
    }
};

template <class Layer, class Positions>
struct repeated_entries;
template <class Layer, int... Position>
struct repeated_entries<Layer, std::integer_sequence<int, Position...>> {
    using type = mp::mp_list<repeated_entry<Layer, Position>...>;
};

/// x after a layer that keeps its shape. (Outside of the class, because clang 14 forgets the return
/// type of a member after a failed check.)
template <class Repeat, class Leaf, class Pass, class X, class... More>
X repeated_step(const Leaf& leaf, Pass& pass, X x, const More&... more) {
    const auto y = after_layer(leaf, pass, x, more...);
    using Shape = typename X::shape;
    using Given = typename decltype(y)::shape;
    static_assert(
        requirement::repeat_output<fits<Shape, Given>, Repeat, requirement::expected<Shape>,
                                   requirement::given<Given>>{});
    return y.template as<Shape>();
}

}  // namespace detail

/// N copies of a layer one after the other, each with random variables of its own:
/// `Repeat<6, Residual<Linear<64, 64>, ReLU>>`. The layer must keep the shape. Copy i has the path
/// i. What follows the input, such as masks, goes to all of them. The layer is compiled once.
template <int N, class Layer>
struct Repeat {
    static_assert(requirement::repeat_count<(N > 0), requirement::given<requirement::count<N>>>{});
    static constexpr int size = N > 0 ? N : 1;
    using module_tag = void;
    using child_entries =
        typename detail::repeated_entries<Layer, std::make_integer_sequence<int, size>>::type;
    static_assert(detail::children_check<typename detail::backend_in<Layer>::type,
                                         detail::mp::mp_list<detail::repeated_entry<Layer, 0>>>{});
    template <class Q, class P, class B>
    using with_policies = Repeat<N, blue::with_policies<Layer, Q, P, B>>;

    Repeat() = default;
    /// Copies of a layer, which may carry options.
    explicit Repeat(const Layer& layer) {
        for (auto& copy : copies) copy.layer = layer;
    }
    /// Default layers with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit Repeat(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }

    auto operator()(auto& pass, auto x, const auto&... more) const {
        for (const auto& copy : copies) x = detail::repeated_step<Repeat>(copy, pass, x, more...);
        return x;
    }

    std::array<detail::LayerLeaf<0, Layer>, static_cast<std::size_t>(size)> copies;
};

/// A layer N times in a row with the same weights (tied weights): one draw per pass, which counts
/// once in the divergence. The layer must keep the shape, and has the path 0.
template <int N, class Layer>
struct RepeatShared : detail::Stack<std::index_sequence<0>, Layer> {
    static_assert(requirement::repeat_count<(N > 0), requirement::given<requirement::count<N>>>{});
    static constexpr int size = N;
    using detail::Stack<std::index_sequence<0>, Layer>::Stack;
    template <class Q, class P, class B>
    using with_policies = RepeatShared<N, blue::with_policies<Layer, Q, P, B>>;

    RepeatShared() = default;
    /// A default layer with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit RepeatShared(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }

    auto operator()(auto& pass, auto x, const auto&... more) const {
        const detail::LayerLeaf<0, Layer>& leaf = *this;
        for (int i = 0; i < N; ++i) x = detail::repeated_step<RepeatShared>(leaf, pass, x, more...);
        return x;
    }
};

}  // namespace blue

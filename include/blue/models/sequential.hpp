// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers after each other.
#pragma once

#include <blue/concepts/layer.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/child_checks.hpp>
#include <blue/models/initialise.hpp>
#include <blue/models/named.hpp>
#include <blue/ops/materialise.hpp>

#include <utility>

namespace blue {

namespace detail {

/// One layer of a stack. Indexed bases instead of a tuple: cheaper to compile and shorter in
/// symbols.
template <std::size_t Position, class Layer>
struct LayerLeaf {
    Layer layer;
};

template <std::size_t Position, class Layer>
Layer& layer_at(LayerLeaf<Position, Layer>& leaf) {
    return leaf.layer;
}
template <std::size_t Position, class Layer>
const Layer& layer_at(const LayerLeaf<Position, Layer>& leaf) {
    return leaf.layer;
}

template <std::size_t Position, class Layer>
struct layer_entry {
    static constexpr blue::key key = layer_place<Position, Layer>::key;
    using type = Layer;
    template <class Parent>
    static auto& get(Parent& parent) {
        return layer_at<Position>(parent);
    }
};

template <class Layer, class Shape>
struct expected_input_of {
    using type = Shape;
};
template <class Layer, class Shape>
requires requires {
    typename Layer::template expected_input<Shape>;
}
struct expected_input_of<Layer, Shape> {
    using type = typename Layer::template expected_input<Shape>;
};

/// What is said about the input of a layer: by its `on_input`, which has the shape that it expects
/// and its own check, or else by a comparison with `expected_input`.
template <class Place, class Layer, class Shape>
struct input_of_layer {
    using expected = typename expected_input_of<Layer, Shape>::type;
    using check =
        requirement::layer_input<fits<expected, Shape>, Place, Layer,
                                 requirement::expected<expected>, requirement::given<Shape>>;
};
template <class Place, class Layer, class Shape>
requires requires {
    typename Layer::template on_input<Shape>;
}
struct input_of_layer<Place, Layer, Shape> : Layer::template on_input<Shape> {};

/// The value behind a layer, which its pass observes. What follows x goes to the layer as it is.
/// \tparam Relu whether the `ReLU` behind it is part of that.
template <bool Relu = false, std::size_t Position, class Layer, class Pass, class X, class... More>
auto after_layer(const LayerLeaf<Position, Layer>& leaf, Pass& pass, X given, const More&... more) {
    using Place = typename layer_place<Position, Layer>::type;
    using Input = input_of_layer<Place, Layer, typename X::shape>;
    static_assert(typename Input::check{});
    const auto x = given.template as<typename Input::expected>();
    if constexpr (Relu) {
        return leaf.layer.forward_relu(pass, x);
    } else if constexpr (blue::Layer<Layer>) {
        using Y = decltype(leaf.layer(pass, x, more...));
        // int is what clang makes of it after an error inside the layer.
        constexpr bool is_layer_value = is_value<Y> || std::is_same_v<Y, int>;
        static_assert(
            requirement::layer_output<is_layer_value, Place, Layer, requirement::given<Y>>{});
        if constexpr (!is_value<Y>)
            return given.template as<any_shape>();
        else if constexpr (
            requires { typename Pass::observer; } &&
            !requires { typename Layer::module_tag; })  // modules do it themselves
            return pass.observe(leaf.layer, [&] { return leaf.layer(pass, x, more...); });
        else
            return leaf.layer(pass, x, more...);
    } else {
        return given.template as<any_shape>();
    }
}

/// A layer of a stack, and the type of the next one; void behind the last.
template <std::size_t Position, class Layer, class Next>
struct Step {
    const LayerLeaf<Position, Layer>& leaf;
};

/// The value between two layers. \tparam Done whether the layer before it ran the next one too.
template <class Pass, class X, bool Done = false>
struct Flow {
    Pass& pass;
    X x;
};

template <std::size_t Position, class Layer, class Next, class Pass, class X>
auto operator%(Flow<Pass, X> flow, Step<Position, Layer, Next> step) {
    constexpr bool fuses = fuses_relu<Layer, Next, Pass>;
    const auto y = after_layer<fuses>(step.leaf, flow.pass, flow.x);
    return Flow<Pass, std::remove_const_t<decltype(y)>, fuses>{flow.pass, y};
}
template <std::size_t Position, class Layer, class Next, class Pass, class X>
Flow<Pass, X> operator%(Flow<Pass, X, true> flow, Step<Position, Layer, Next>) {
    return {flow.pass, flow.x};
}

template <class Indices, class... Layers>
struct Stack;
template <std::size_t... Position, class... Layers>
struct Stack<std::index_sequence<Position...>, Layers...> : LayerLeaf<Position, Layers>... {
    using module_tag = void;
    using child_entries = mp::mp_list<layer_entry<Position, Layers>...>;

    static_assert(children_check<typename first_backend<child_entries>::type, child_entries>{});
    static_assert(unique_names_check<child_entries, Stack, is_named<Layers>...>{});

    Stack() = default;
    explicit Stack(Layers... layers) requires(sizeof...(Layers) > 0)
        : LayerLeaf<Position, Layers>{std::move(layers)}... {}

    /// Runs the layers within a pass.
    auto operator()(auto& pass, auto x) const {
        return (Flow<std::remove_reference_t<decltype(pass)>, decltype(x)>{pass, x} % ... %
                Step<Position, Layers, mp::mp_at_c<mp::mp_list<Layers..., void>, Position + 1>>{
                    *this})
            .x;
    }
};

}  // namespace detail

/// Layers after each other, one flat list: `Sequential<Linear<784, 512>, ReLU, Linear<512, 10>>`.
///
/// Layer i has the path i: its weight is at `get<0, "weight">()` and its mean at `0._weight_mean`.
template <class... Layers>
struct Sequential : detail::Stack<std::index_sequence_for<Layers...>, Layers...> {
    using detail::Stack<std::index_sequence_for<Layers...>, Layers...>::Stack;

    Sequential() = default;
    /// Default layers with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit Sequential(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }
    /// The given layers, which may carry options, with initial values from the seed.
    explicit Sequential(Seed seed, Layers... layers) requires(sizeof...(Layers) > 0)
        : detail::Stack<std::index_sequence_for<Layers...>, Layers...>(std::move(layers)...) {
        initialise(*this, seed);
    }
};

}  // namespace blue

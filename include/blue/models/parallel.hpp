// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers beside each other.
#pragma once

#include <blue/models/sequential.hpp>
#include <blue/models/with_policies.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/concatenate.hpp>

#include <tuple>

namespace blue {

namespace requirement {

/// What the branches of a `Parallel<Sum, ...>` give.
template <bool Same, class Position, class Expected, class Given>
struct summed_branches : check {
    static_assert(Same,
                  "blue: branches that are added must give the same shape, see the position of a "
                  "branch, and the shapes of the first one and of this one in "
                  "summed_branches<...>: change a width, or use Concatenate");
};

/// What combines the branches of a `Parallel`.
template <bool Ok, class Given>
struct combination : check {
    static_assert(Ok,
                  "blue: a layer stands where Parallel wants what combines the branches, see given "
                  "in combination<...>: write Parallel<Sum, ...> or Parallel<Concatenate<0>, ...>");
};

}  // namespace requirement

namespace detail {

/// a + b, where b is what branch `Position` gives.
template <int Position, class X, class Y>
X add_branch(X a, Y b) {
    using Shape = typename X::shape;
    using Given = typename Y::shape;
    constexpr bool same = fits<Shape, Given>;
    static_assert(
        requirement::summed_branches<same, requirement::position<Position>,
                                     requirement::expected<Shape>, requirement::given<Given>>{});
    return a + b.template as<Shape>();
}

}  // namespace detail

/// Combines branches by adding their outputs.
struct Sum {
    template <class First, class... Rest>
    auto operator()(First first, Rest... rest) const {
        return add(std::make_integer_sequence<int, sizeof...(Rest)>{}, first, rest...);
    }

private:
    template <int... Position, class First, class... Rest>
    static First add(std::integer_sequence<int, Position...>, First sum, Rest... rest) {
        ((sum = detail::add_branch<Position + 1>(sum, rest)), ...);
        return sum;
    }
};

/// Combines branches by putting their outputs one behind the other along an axis: the channels of
/// items with channels, the elements of vectors.
template <Index Axis = 0>
struct Concatenate {
    auto operator()(auto... outputs) const { return concatenate<Axis>(outputs...); }
};

/// Layers that all take the same input, and whose outputs are combined: `Parallel<Sum, A, B>`,
/// `Parallel<Concatenate<0>, A, B>`, or with a function object of one's own, `struct Product { auto
/// operator()(auto a, auto b) const { return a * b; } };`. A branch may be a `Sequential`;
/// `Identity` hands the input on. Branch i has the path i.
template <class Combine, class... Branches>
struct Parallel : detail::Stack<std::index_sequence_for<Branches...>, Branches...> {
    static constexpr bool combines = !requires { typename Combine::module_tag; };
    static_assert(requirement::combination<combines, requirement::given<Combine>>{});
    using detail::Stack<std::index_sequence_for<Branches...>, Branches...>::Stack;
    template <class Q, class P, class B>
    using with_policies = Parallel<Combine, blue::with_policies<Branches, Q, P, B>...>;

    Parallel() = default;
    /// Default layers with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit Parallel(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }

    auto operator()(auto& pass, auto x) const {
        return run(pass, x, std::index_sequence_for<Branches...>{});
    }

private:
    template <class Pass, class X, std::size_t... Position>
    auto run(Pass& pass, X x, std::index_sequence<Position...>) const {
        // In braces, which order the calls: passes must record the same everywhere.
        const auto outputs = std::tuple{detail::after_layer(
            static_cast<const detail::LayerLeaf<Position, Branches>&>(*this), pass, x)...};
        if constexpr (combines)
            return std::apply(Combine{}, outputs);
        else  // after an error
            return x;
    }
};

/// Combines nothing: a tuple of all outputs.
struct Separate {
    auto operator()(auto... outputs) const { return std::tuple{outputs...}; }
};

/// Layers that all take the same input and whose outputs stay apart, as a `std::tuple`: several
/// heads of one network. Only the end of a model, or a part of a module of one's own, since a layer
/// behind it would take one value.
template <class... Branches>
using Branch = Parallel<Separate, Branches...>;

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Vectors for positions in a sequence.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/options.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/embed.hpp>

#include <numeric>

namespace blue {

/// Adds a random vector of D numbers for each position to the elements of sequences, (S or 1, B, L,
/// D) to (S, B, L, D), because attention itself does not know the order (Vaswani et al. 2017,
/// section 3.5; learned as in Gehring et al. 2017): `PositionEmbedding<64, 32>`. Sequences may be
/// shorter than the `Length` positions that have a vector; a dynamic length is checked at run time,
/// with a ShapeError.
///
/// Random variable: "weight" (Length, D).
/// \tparam Policies variational distribution, prior, backend; all may be left out. `NonBayesian`
///   makes the vectors point estimates.
template <Index Length, Index D, class... Policies>
struct PositionEmbedding
    : Module<PositionEmbedding<Length, D, Policies...>, variables<variable<"weight", Length, D>>,
             typename detail::layer_policies<Policies...>::variational,
             typename detail::layer_policies<Policies...>::prior,
             typename detail::layer_policies<Policies...>::backend> {
    using PositionEmbedding::Module::Module;

    template <class Shape>
    static constexpr bool is_shorter = Shape::rank == 2 && first_extent<Shape> <= Length;
    /// A length that has positions; `dynamic` is less than any.
    template <class Shape>
    using expected_input = shape<is_shorter<Shape> ? first_extent<Shape> : Length, D>;

    template <class X>
    auto forward(auto& pass, X x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        constexpr Index length = first_extent<typename X::shape>;
        if constexpr (length == Length)
            return x + weight;
        else
            return x + embed(positions(x), weight).template as<shape<length, D>>();
    }

private:
    /// 0, 1, ... as ids, for all examples.
    template <class B, class Shape>
    static auto positions(Var<B, Shape> x) {
        const Index length = x.node->item / D;
        if (length > Length)
            throw ShapeError("PositionEmbedding: expected sequences of at most ", Length,
                             " elements, got ", length);
        auto* const ids = x.tape->template host_memory<typename B::scalar>(length);
        std::iota(ids, ids + length, typename B::scalar(0));
        return x.tape->template input<shape<dynamic>>(ids, 1, Extents{length});
    }
};

}  // namespace blue

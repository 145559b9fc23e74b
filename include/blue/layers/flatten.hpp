// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Turns items of any shape into vectors.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/tensor/tape.hpp>

namespace blue {

/// (S, B, extents...) to (S, B, n), without moving a number. `Flatten<28, 28>` also says which
/// items a model that begins with it takes; `Flatten<>` takes what comes.
template <Index... Extents>
struct Flatten {
    using input_shape = shape<Extents...>;
    template <class Shape>
    using expected_input = input_shape;

    template <class X>
    auto operator()(auto&, X x) const {
        return x.template as<flattened<typename X::shape>>();
    }
};

template <>
struct Flatten<> {
    template <class X>
    auto operator()(auto&, X x) const {
        using Shape = typename X::shape;
        static_assert(requirement::static_shape<Shape::is_static, requirement::given<Shape>>{});
        return x.template as<flattened<Shape>>();
    }
};

}  // namespace blue

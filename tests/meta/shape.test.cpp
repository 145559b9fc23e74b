// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/shape.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;

static_assert(shape<1, 28, 28>::rank == 3);
static_assert(shape<1, 28, 28>::size == 784);
static_assert(shape<1, 28, 28>::extents[1] == 28);
static_assert(shape<1, 28, 28>::is_static);
static_assert(scalar_shape::size == 1 && scalar_shape::rank == 0 && scalar_shape::is_static);

// Extents that are known at run time only.
static_assert(!shape<dynamic, 3>::is_static && !shape<3, dynamic>::is_static);
static_assert(shape<dynamic, 3>::size == dynamic && shape<dynamic, 3>::rank == 2);
static_assert(!std::is_same_v<shape<dynamic, 3>, shape<4, 3>>);

static_assert(first_extent<shape<2, 3, 4>> == 2 && last_extent<shape<2, 3, 4>> == 4);
static_assert(first_extent<shape<dynamic, 7>> == dynamic && last_extent<shape<dynamic, 7>> == 7);
static_assert(first_extent<shape<>> == 1 && last_extent<shape<>> == 1);

static_assert(std::is_same_v<replace_last<shape<2, 3, 4>, 9>, shape<2, 3, 9>>);
static_assert(std::is_same_v<replace_last<shape<4>, 9>, shape<9>>);
static_assert(std::is_same_v<replace_last<shape<>, 9>, shape<9>>);
static_assert(std::is_same_v<replace_last<shape<dynamic, 4>, 9>, shape<dynamic, 9>>);
static_assert(std::is_same_v<replace_last<shape<4>, dynamic>, shape<dynamic>>);
static_assert(std::is_same_v<drop_last<shape<2, 3, 4>>, shape<2, 3>>);
static_assert(std::is_same_v<drop_last<shape<4>>, shape<>>);
static_assert(std::is_same_v<drop_last<shape<dynamic, 4>>, shape<dynamic>>);

static_assert(std::is_same_v<unknown_shape<3>, shape<dynamic, dynamic, dynamic>>);
static_assert(std::is_same_v<flattened<shape<2, 3, 4>>, shape<24>>);
static_assert(std::is_same_v<flattened<shape<>>, shape<1>>);
// Only static extents are flattened.
static_assert(std::is_same_v<flattened<shape<2, dynamic>>, any_shape>);
static_assert(std::is_same_v<replace_first<shape<2, 3, 4>, 9>, shape<9, 3, 4>>);
static_assert(std::is_same_v<replace_first<shape<>, 9>, shape<9>>);

// After an error a shape fits everywhere, and the next linear layer makes it known again.
static_assert(fits<shape<2, 3>, shape<2, 3>> && !fits<shape<2, 3>, shape<3, 2>>);
static_assert(fits<any_shape, shape<7>> && fits<shape<7>, any_shape>);
static_assert(std::is_same_v<replace_last<any_shape, 9>, shape<9>>);
static_assert(std::is_same_v<drop_last<any_shape>, any_shape>);
static_assert(std::is_same_v<flattened<any_shape>, any_shape>);

TEST_CASE("a shape is printed as it is written") {
    CHECK(shape_name<shape<1, 28, 28>>() == "shape<1, 28, 28>");
    CHECK(shape_name<shape<dynamic, 3>>() == "shape<dynamic, 3>");
    CHECK(shape_name<shape<>>() == "shape<>");
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/shape.hpp>

#include "support/catch.hpp"

#include <type_traits>

using blue::dynamic, blue::shape;

static_assert(shape<1, 28, 28>::rank == 3);
static_assert(shape<1, 28, 28>::size == 784);
static_assert(shape<1, 28, 28>::is_static);
static_assert(!shape<dynamic, 3>::is_static);
static_assert(shape<dynamic, 3>::size == dynamic);
static_assert(blue::scalar_shape::size == 1 && blue::scalar_shape::rank == 0);
static_assert(blue::last_extent<shape<2, 3, 4>> == 4);
static_assert(blue::last_extent<shape<dynamic, 7>> == 7);
static_assert(blue::last_extent<shape<>> == 1);
static_assert(std::is_same_v<blue::replace_last<shape<2, 3, 4>, 9>, shape<2, 3, 9>>);
static_assert(std::is_same_v<blue::replace_last<shape<4>, 9>, shape<9>>);
static_assert(std::is_same_v<blue::replace_last<shape<dynamic, 4>, 9>, shape<dynamic, 9>>);

TEST_CASE("a shape is printed as it is written") {
    CHECK(blue::shape_name<shape<1, 28, 28>>() == "shape<1, 28, 28>");
    CHECK(blue::shape_name<shape<dynamic, 3>>() == "shape<dynamic, 3>");
    CHECK(blue::shape_name<shape<>>() == "shape<>");
}

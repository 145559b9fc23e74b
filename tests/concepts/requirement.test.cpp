// SPDX-License-Identifier: BSD-3-Clause
// The sentences of the checks are compared in tests/compile_fail.
#include <blue/concepts/requirement.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue::requirement;

// A check is asked for by static_assert(name<...>{}): an object that is true.
static_assert(width<true, blue::shape<3, 4>, expected<blue::shape<4>>, given<blue::shape<4>>>{});
static_assert(std::is_base_of_v<check, same_shape<true, expected<int>, given<int>>>);
static_assert(std::is_empty_v<position<2>> && std::is_empty_v<count<3>>);

TEST_CASE("a check that passes takes no room") {
    STATIC_REQUIRE(std::is_empty_v<layer_input<true, position<0>, int, expected<int>, given<int>>>);
}

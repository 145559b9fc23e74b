// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

using blue::detail::has_forward;

namespace {

struct Generic : blue::Module<Generic, blue::variables<>> {
    auto forward(auto&, auto x) const { return x; }
};
struct Inherited : Generic {};
struct Plain {
    int forward(int, int) const { return 0; }
};
struct Without : blue::ReLU {};

}  // namespace

static_assert(has_forward<Generic> && has_forward<Inherited> && has_forward<Plain>);
static_assert(has_forward<blue::Linear<2, 3>>);
static_assert(!has_forward<Without> && !has_forward<blue::Sequential<blue::ReLU>>);

TEST_CASE("forward is found without calling it") {
    STATIC_REQUIRE(has_forward<Generic>);
}

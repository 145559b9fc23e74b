// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

template <class Layer>
constexpr auto resampling = [](auto x) { return resample<typename Layer::map>(x, 0.5); };

}  // namespace

TEST_CASE("other grids keep the laws", "[ops]") {
    const auto one = random_values<shape<3, 11>>(2, 3, Seed{1});
    const auto two = random_values<shape<4, 16, 18>>(4, 5, Seed{2});  // large enough for threads
    const auto three = random_values<shape<2, 4, 5, 3>>(2, 2, Seed{3});
    CHECK(operation_laws(resampling<ConstantPad2d<1, 2>>, two) == Failures{});
    CHECK(operation_laws(resampling<ReflectionPad2d<3>>, two) == Failures{});
    CHECK(operation_laws(resampling<ReplicationPad3d<2>>, three) == Failures{});
    CHECK(operation_laws(resampling<CircularPad1d<3>>, one) == Failures{});
    CHECK(operation_laws(resampling<Upsample2d<2, 3>>, two) == Failures{});
    CHECK(operation_laws(resampling<LinearUpsample2d<2>>, two) == Failures{});
    CHECK(operation_laws(resampling<LinearUpsample3d<2, 3, 1>>, three) == Failures{});
}

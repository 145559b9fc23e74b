// SPDX-License-Identifier: BSD-3-Clause
#include <blue/models/layer_list.hpp>

#include <blue/blue.hpp>

#include "support/catch.hpp"

using namespace blue;

namespace {

struct Times {
    auto operator()(auto&, auto x, double factor) const { return factor * x; }
};

using List = blue::detail::LayerList<3, Linear<2, 2>>;
static_assert(random_variable_count<List> == 6);
static_assert(random_variable_names<List>[4] == "2.weight");

}  // namespace

TEST_CASE("layers of a list come after each other, with the same arguments", "[models]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers{1, 2};
    const auto x = tape.input<shape<2>>(numbers.data(), 1);
    const blue::detail::LayerList<3, Times> list;
    const auto y =
        forward_with<Scores::none>(list, tape, {}, [&](auto& pass) { return list(pass, x, 2.0); });
    CHECK(y.samples.to_host() == std::vector<float>{8, 16});
}

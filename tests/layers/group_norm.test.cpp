// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue;

namespace {

using B = Cpu<double>;
static_assert(variational_parameter_names<Sequential<GroupNorm<2, 4>>>[1] == "0.bias");
static_assert(
    std::is_same_v<with_policies<GroupNorm<2, 4, without_affine>, keep_policy, keep_policy, B>,
                   GroupNorm<2, 4, without_affine, B>>);

}  // namespace

TEST_CASE("groups of channels are standardised in each example", "[layers]") {
    using Norm = GroupNorm<2, 4, B>;
    auto norm = make<Norm>(Seed{1});
    norm.eps = 0;
    norm.state<"weight">().values.data()[3] = 10;
    norm.state<"bias">().values.data()[0] = 7;
    Tape<B> tape;
    // Two examples of (C, L) = (4, 2): groups of channels 0, 1 and 2, 3.
    const std::vector<double> numbers{0, 2, 4, 6, 1, 1, 1, 5, 1, 1, 3, 3, 0, 0, 0, 4};
    const auto y =
        forward(norm, tape, tape.input<shape<4, 2>>(numbers.data(), 2)).samples.to_host();
    const double a = 1 / std::sqrt(5.0), b = 1 / std::sqrt(3.0);
    const std::vector<double> expected{7 - 3 * a, 7 - a,  a, 3 * a, -b, -b, -10 * b, 30 * b,
                                       7 - 1.0,   7 - 1., 1, 1,     -b, -b, -10 * b, 30 * b};
    for (std::size_t i = 0; i < 16; ++i) CHECK(y[i] == Approx(expected[i]).epsilon(1e-14));
}

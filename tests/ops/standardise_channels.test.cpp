// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("standardised channels keep the laws", "[ops]") {
    const auto f = [](auto x) { return standardise_channels(x).samples; };
    CHECK(operation_laws(f, random_values<shape<3, 2, 5>>(2, 4, Seed{1})) == Failures{});
    CHECK(operation_laws(f, random_values<shape<19>>(3, 5, Seed{2})) == Failures{});
    // Several blocks of channels, and enough for several threads.
    OperationLawOptions some;
    some.gradient.most_elements = 20;
    CHECK(operation_laws(f, some, random_values<shape<20, 18>>(3, 20, Seed{3})) == Failures{});
}

TEST_CASE("channels are standardised over the batch, within each sample", "[ops]") {
    Tape<Cpu<double>> tape;
    // (S, B, C, L) = (2, 2, 2, 1).
    const std::vector<double> numbers{1, 10, 3, 30, 5, 50, 5, 70};
    const auto x = tape.input<shape<2, 1>>(numbers.data(), 2, 2);
    const auto [y, statistics] = standardise_channels(x, 0.25);
    const double unit = 1 / std::sqrt(1.25), ten = 10 / std::sqrt(100.25);
    const std::vector<double> expected{-unit, -ten, unit, ten, 0, -ten, 0, ten};
    const auto result = y.to_host();
    for (std::size_t i = 0; i < 8; ++i) CHECK(result[i] == Approx(expected[i]).margin(1e-14));
    // Means over samples; variances are 1 and 0, 100 and 100, times n / (n - 1) = 2.
    CHECK(statistics.mean[0] == Approx(3.5).epsilon(1e-14));
    CHECK(statistics.mean[1] == Approx(40).epsilon(1e-14));
    CHECK(statistics.variance[0] == Approx(1).epsilon(1e-13));
    CHECK(statistics.variance[1] == Approx(200).epsilon(1e-13));

    const auto single = tape.input<shape<8>>(numbers.data(), 1);
    CHECK_THROWS_WITH(
        standardise_channels(single),
        "BatchNorm: expected at least 2 numbers per channel in training, got 1 "
        "examples of 1; a batch_size may leave a last batch of 1: choose another one, or "
        "drop_last in fit");
}

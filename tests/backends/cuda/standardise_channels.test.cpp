// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Channels standardised over a batch, on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/standardise_channels.hpp>
#include <blue/backends/cuda/standardise_channels.hpp>
#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// Means and variances of the channels.
template <class B>
auto statistics() {
    using T = typename B::scalar;
    Tape<B> tape;
    const std::vector<T> numbers_in = numbers<T>(3 * 5 * 4 * 6);
    const auto x = tape.template input<shape<4, 6>>(numbers_in.data(), 5, 3);
    const auto given = standardise_channels(x, 0.25).statistics;
    std::vector<T> result(8);
    B::memory::copy_to_host(result.data(), given.mean, 4);
    B::memory::copy_to_host(result.data() + 4, given.variance, 4);
    return result;
}

}  // namespace

TEMPLATE_TEST_CASE("cuda standardise_channels: few numbers and many", "[cuda]", float, double) {
    using T = TestType;
    // Squares, since the direction of the gradient is that of the numbers themselves.
    const auto f = [](auto x) { return square(standardise_channels(x).samples); };
    for (Index samples : {1, 3}) {
        CHECK(compare<T>(f, Argument<shape<5>>{samples, 7}) < rounding<T>);
        CHECK(compare<T>(f, Argument<shape<3, 4, 10>>{samples, 9}) < rounding<T>);
    }
    const auto twice = [](auto x) { return standardise_channels(x).samples * x; };
    CHECK(compare<T>(twice, Argument<shape<5>>{3, 7}) < rounding<T>);
    CHECK(difference(statistics<Emulated<T>>(), statistics<Cpu<T>>()) < rounding<T>);
}

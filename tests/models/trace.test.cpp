// SPDX-License-Identifier: BSD-3-Clause
// Passes that are traced: tests/models/describe.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace blue;

TEST_CASE("a trace knows the layers that ran, by place and type") {
    struct Whole {
        ReLU part;  // at the address of the whole
    };
    const Whole whole{};
    const ReLU other;
    Tape<Cpu<float>> tape;
    const float number = 1;
    const auto x = tape.input<shape<1>>(&number, 1);
    Trace trace;
    trace.observe(tape, whole, [&] {
        const auto y = trace.observe(tape, whole.part, [&] {
            tape.multiply_adds += 5;
            return x;
        });
        tape.multiply_adds += 2;
        return y;
    });
    trace.observe(tape, whole.part, [&] {
        tape.multiply_adds += 5;
        return x;
    });
    CHECK(trace.of(whole).multiply_adds == 2);
    CHECK(trace.of(whole.part).multiply_adds == 10);
    CHECK(trace.of(whole.part).shape == std::vector<Index>{1});
    CHECK(!trace.of(other).has_output);
    // Two values are no output.
    trace.observe(tape, other, [&] { return std::pair{x, x}; });
    CHECK(!trace.of(other).has_output);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/cpu.hpp>
#include <blue/concepts/backend.hpp>

#include "support/catch.hpp"

using blue::Backend;

namespace {

struct WithoutMemory {
    using scalar = float;
};
struct OfIntegers : blue::Cpu<float> {
    using scalar = int;
};

}  // namespace

static_assert(Backend<blue::Cpu<float>> && Backend<blue::Cpu<double>>);
static_assert(!Backend<float> && !Backend<int> && !Backend<WithoutMemory> && !Backend<OfIntegers>);

TEST_CASE("a backend moves numbers to its memory and back") {
    using B = blue::Cpu<float>;
    auto* numbers = static_cast<float*>(B::memory::allocate(3 * sizeof(float)));
    const float source[3] = {1, 2, 3};
    B::memory::copy_from_host(numbers, source, 3);
    float copy[3] = {};
    B::memory::copy_to_host(copy, numbers, 2);
    CHECK(copy[1] == 2);
    CHECK(copy[2] == 0);
    B::memory::fill_zero(numbers, 2);
    B::memory::copy(copy, numbers, 3);
    CHECK(copy[0] == 0);
    CHECK(copy[2] == 3);
    B::memory::deallocate(numbers);
}

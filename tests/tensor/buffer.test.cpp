// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/cpu.hpp>
#include <blue/tensor/buffer.hpp>

#include "support/catch.hpp"

#include <utility>

using Buffer = blue::Buffer<blue::Cpu<float>>;

TEST_CASE("a buffer starts at zero, copies deeply and moves cheaply") {
    Buffer a(5);
    for (blue::Index i = 0; i < 5; ++i) CHECK(a.data()[i] == 0.0f);
    a.data()[2] = 7;
    Buffer copy = a;
    copy.data()[2] = 8;
    CHECK(a.data()[2] == 7.0f);
    const float* const memory = copy.data();
    Buffer moved = std::move(copy);
    CHECK(moved.data() == memory);
    CHECK(copy.data() == nullptr);
    CHECK(copy.size() == 0);
    a = moved;
    CHECK(a.data() != memory);
    CHECK(a.data()[2] == 8.0f);
    CHECK(Buffer().size() == 0);
    CHECK(Buffer(0).data() == nullptr);
}

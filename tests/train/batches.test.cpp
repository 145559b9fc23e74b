// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/cpu.hpp>
#include <blue/train/batches.hpp>

#include "support/catch.hpp"

#include <vector>

using blue::Array;
using blue::Index;

namespace {

template <class U, class T>
using Batches = blue::detail::Batches<blue::Cpu<float>, U, T>;

}  // namespace

TEST_CASE("batches have the rows of an order, converted") {
    const Array<std::uint8_t> from({4, 1, 2}, {0, 1, 10, 11, 20, 21, 30, 255});
    const std::vector<Index> order{3, 0, 2, 1};
    Batches<std::uint8_t, float> batches;
    batches.begin(from, order);
    const float* const first = batches.take(0, 3);
    CHECK(std::vector<float>(first, first + 6) == std::vector<float>{30, 255, 0, 1, 20, 21});
    const float* const last = batches.take(3, 1);
    CHECK(std::vector<float>(last, last + 2) == std::vector<float>{10, 11});
}

TEST_CASE("batches of the same type have the rows of an order, too") {
    const Array<float> from({3, 2}, {0, 1, 2, 3, 4, 5});
    const std::vector<Index> order{2, 0, 1};
    Batches<float, float> batches;
    batches.begin(from, order);
    const float* const rows = batches.take(1, 2);
    CHECK(std::vector<float>(rows, rows + 4) == std::vector<float>{0, 1, 2, 3});
    blue::BatchBuffer<float> buffer;
    const float* const all = buffer.gather(from, order);
    CHECK(std::vector<float>(all, all + 6) == std::vector<float>{4, 5, 0, 1, 2, 3});
}

TEST_CASE("rows in their own order are not copied unless they are converted") {
    const Array<float> from({3, 2}, {0, 1, 2, 3, 4, 5});
    Batches<float, float> same;
    same.begin(from);
    CHECK(same.take(1, 2) == from.data() + 2);
    Batches<float, double> converted;
    converted.begin(from);
    const double* const rows = converted.take(1, 2);
    CHECK(std::vector<double>(rows, rows + 4) == std::vector<double>{2, 3, 4, 5});
}

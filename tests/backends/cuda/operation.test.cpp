// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operations of one's own on the CUDA backend against the CPU, with all ways of sharing parts.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/operation.hpp>
#include <blue/backends/cuda/operation.hpp>
#include <blue/ops/operation.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// sum_i x_i w_i and sum_i x_i^2 w_i; keeps the first of them.
struct Pairing {
    using kept = float;
    BLUE_HOST_DEVICE static constexpr Index outputs(Index, Index) { return 2; }
    BLUE_HOST_DEVICE static constexpr Index kept_size(Index, Index) { return 1; }

    BLUE_HOST_DEVICE void forward(auto x, auto w, auto y, auto kept) const {
        y[0] = y[1] = 0;
        for (Index i = 0; i < x.size(); ++i) {
            y[0] += x[i] * w[i];
            y[1] += x[i] * x[i] * w[i];
        }
        kept[0] = 3;
    }
    BLUE_HOST_DEVICE void backward(auto x, auto w, auto, auto kept, auto dy, auto dx,
                                   auto dw) const {
        for (Index i = 0; i < x.size(); ++i) {
            dx[i] += dy[0] * w[i] + 2 * dy[1] * x[i] * w[i];
            dw[i] += dy[0] * x[i] + (kept[0] - 2) * dy[1] * x[i] * x[i];
        }
    }
};

/// Differences from the first example of the batch.
struct FromFirst {
    BLUE_HOST_DEVICE void forward(auto x, auto y) const {
        for (Index b = 0; b < x.extent(0); ++b)
            for (Index i = 0; i < x.extent(1); ++i) y(b, i) = x(b, i) - x(0, i);
    }
    BLUE_HOST_DEVICE void backward(auto x, auto, auto dy, auto dx) const {
        for (Index b = 0; b < x.extent(0); ++b)
            for (Index i = 0; i < x.extent(1); ++i) {
                dx(b, i) += dy(b, i);
                dx(0, i) -= dy(b, i);
            }
    }
};

const auto pairing = [](auto x, auto w) { return rowwise(Pairing{}, x, w); };

}  // namespace

TEST_CASE("cuda operations: rows that are shared in all ways", "[cuda]") {
    using T = double;
    using A = Argument<shape<3, 5>>;
    using Row = Argument<shape<5>>;
    CHECK(compare<T>(pairing, A{4, 7}, A{4, 7}) < rounding<T>);
    CHECK(compare<T>(pairing, A{4, 7}, A{4, 1}) < rounding<T>);
    CHECK(compare<T>(pairing, A{4, 7}, A{1, 1}) < rounding<T>);
    CHECK(compare<T>(pairing, A{1, 7}, A{4, 1}) < rounding<T>);
    CHECK(compare<T>(pairing, A{4, 7}, Row{4, 1}) < rounding<T>);
    CHECK(compare<T>(pairing, A{4, 7}, Row{1, 1}) < rounding<T>);
    CHECK(compare<T>(pairing, A{4, 7}, Row{1, 7}) < rounding<T>);
    CHECK(compare<T>(pairing, A{1, 1}, Row{4, 7}) < rounding<T>);
}

TEMPLATE_TEST_CASE("cuda operations: items and batches", "[cuda]", float, double) {
    using T = TestType;
    CHECK(compare<T>([](auto x, auto w) { return itemwise(Pairing{}, x, w); },
                     Argument<shape<4, 5>>{3, 6}, Argument<shape<20>>{1, 1}) < rounding<T>);
    CHECK(compare<T>([](auto x) { return batchwise(FromFirst{}, x); }, Argument<shape<5>>{3, 6}) <
          rounding<T>);
}

TEST_CASE("cuda operations: the same value twice", "[cuda]") {
    CHECK(compare<double>([](auto x) { return rowwise(Pairing{}, x, x); },
                          Argument<shape<2, 5>>{3, 6}) < rounding<double>);
}

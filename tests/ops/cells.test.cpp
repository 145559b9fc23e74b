// SPDX-License-Identifier: BSD-3-Clause
// What the formulas are made of. Whole steps: tests/ops/recurrence.test.cpp.
#include <blue/math/math.hpp>
#include <blue/ops/cells.hpp>

#include "support/catch.hpp"

#include <cmath>

namespace {
using S = blue::math::Pack<double, 1>;
double number(S x) {
    double value = 0;
    x.store(&value);
    return value;
}
double logistic(double x) {
    return 1 / (1 + std::exp(-x));
}
}  // namespace

TEST_CASE("cells keep or forget their states") {
    using namespace blue;
    // Gates that are shut or open: 50 is as good as infinity.
    const auto kept = LSTMCell::step<S>({-50, 50, 1, 50}, 0, {0, 0.5});
    CHECK(number(kept[1]) == Approx(0.5));
    CHECK(number(kept[0]) == Approx(std::tanh(0.5)));
    const auto replaced = LSTMCell::step<S>({50, -50, 1, -50}, 0, {0, 0.5});
    CHECK(number(replaced[1]) == Approx(std::tanh(1)));
    CHECK(number(replaced[0]) == Approx(0).margin(1e-15));

    CHECK(number(GRUCell::step<S>({0, 50, 1}, 1, {0.25})[0]) == Approx(0.25));
    CHECK(number(GRUCell::step<S>({50, -50, 1}, 1, {0.25})[0]) == Approx(std::tanh(2)));
    CHECK(number(GRUCell::step<S>({-50, -50, 1}, 1, {0.25})[0]) == Approx(std::tanh(1)));

    // The candidate of BLiTZ's LSTM sees the input alone, through a sigmoid.
    const auto peephole = PeepholeLSTMCell::step<S>({50, -50, 7, 50}, 1, {0, 0.5});
    CHECK(number(peephole[1]) == Approx(logistic(1)));
    CHECK(number(peephole[0]) == Approx(std::tanh(logistic(1))));

    CHECK(number(TanhCell::step<S>({1}, 0, {0})[0]) == Approx(std::tanh(1)));
    CHECK(number(ReLUCell::step<S>({-1}, 0, {0})[0]) == 0);
    CHECK(number(ReLUCell::step<S>({2}, 0, {0})[0]) == 2);
}

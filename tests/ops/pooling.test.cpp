// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// Numbers of which no two within 64 places are closer than the steps of differences reach: the
/// largest one of a window stays the largest.
template <class Shape>
Values<Shape> distinct_values(Index samples, Index batch) {
    Values<Shape> values{samples, batch, {}};
    for (Index e = 0; e < samples * batch * Shape::size; ++e)
        values.numbers.push_back(static_cast<double>(e * 389 % 1009) / 64 - 8);
    return values;
}

template <class Layer>
constexpr auto pooling = [](auto x) { return pool<typename Layer::windows>(x); };

/// The output and the gradient of its sum.
template <class Layer, class Shape>
std::pair<std::vector<double>, std::vector<double>> run(const std::vector<double>& numbers) {
    Tape<Cpu<double>> tape;
    const auto x = tape.leaf<Shape>(numbers.data(), 1);
    const auto y = pool<typename Layer::windows>(x);
    tape.backward(sum(y));
    return {y.to_host(), tape.gradient_of(x.node)};
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("pooling keeps the laws", "[ops]") {
    const auto one = distinct_values<shape<3, 11>>(2, 3);
    const auto two = distinct_values<shape<4, 16, 18>>(4, 5);  // large enough for several threads
    const auto three = distinct_values<shape<2, 4, 5, 3>>(2, 2);
    CHECK(operation_laws(pooling<MaxPool1d<3, stride<1>, dilation<2>>>, one) == Failures{});
    CHECK(operation_laws(pooling<AvgPool1d<3, stride<4>, padding<1>>>, one) == Failures{});
    CHECK(operation_laws(pooling<MaxPool2d<2>>, two) == Failures{});
    CHECK(operation_laws(pooling<MaxPool2d<3, stride<2>, padding<1>>>, two) == Failures{});
    CHECK(operation_laws(pooling<AvgPool2d<2>>, two) == Failures{});
    CHECK(operation_laws(pooling<AvgPool2d<3, stride<2>, padding<1>, ceil_mode>>, two) ==
          Failures{});
    CHECK(operation_laws(pooling<AdaptiveAvgPool2d<5, 4>>, two) == Failures{});
    CHECK(operation_laws(pooling<MaxPool3d<2, stride<1>>>, three) == Failures{});
    CHECK(operation_laws(pooling<AdaptiveMaxPool3d<3, 2, 2>>, three) == Failures{});
}

TEST_CASE("the first of equal elements gets the gradient", "[ops]") {
    using Layer = MaxPool2d<2, stride<1>>;
    const auto [y, dx] = run<Layer, shape<1, 2, 3>>({5, 5, 5, 5, 5, 5});
    CHECK(y == std::vector<double>{5, 5});
    CHECK(dx == std::vector<double>{1, 1, 0, 0, 0, 0});
    // Even of minus infinities.
    const auto [low, gradient] = run<MaxPool1d<2>, shape<1, 4>>({-inf, -inf, -inf, 1});
    CHECK(low == std::vector<double>{-inf, 1});
    CHECK(gradient == std::vector<double>{1, 0, 0, 1});
}

TEST_CASE("maxima hand NaN on", "[ops]") {
    for (std::size_t at = 0; at < 4; ++at) {
        std::vector<double> numbers{1, 2, 3, 4, 1, 2, 3, 4};
        numbers[at] = not_a_number;
        const auto [y, dx] = run<MaxPool1d<4>, shape<1, 8>>(numbers);
        CHECK(std::isnan(y[0]));
        CHECK(y[1] == 4);
        CHECK(dx[at] == 1);
        Tape<Cpu<double>> tape;  // the same without recording
        CHECK(std::isnan(
            pool<MaxPool1d<4>::windows>(tape.input<shape<1, 8>>(numbers.data(), 1)).to_host()[0]));
    }
}

TEST_CASE("a window that sees only padding is empty", "[ops]") {
    // Its elements are at -3, behind the input and between.
    const auto [y, dx] = run<MaxPool1d<2, stride<1>, padding<3>, dilation<5>>, shape<1, 1>>({7});
    CHECK(y == std::vector<double>{-inf, -inf});
    CHECK(dx == std::vector<double>{0});
}

TEST_CASE("windows of 2 x 2 have a loop of their own with the same outcome", "[ops]") {
    // Equal elements, NaN and infinities in all places of a window; a row and a column too many.
    constexpr std::size_t height = 7, width = 35;
    const double some[] = {0, 1, 1, -1, not_a_number, inf, -inf};
    std::vector<double> numbers;
    for (std::size_t i = 0; i < height * width; ++i) numbers.push_back(some[i * i * 31 % 1009 % 7]);
    const auto [y, dx] = run<MaxPool2d<2>, shape<1, height, width>>(numbers);
    std::vector<double> slopes(numbers.size());
    std::size_t out = 0;
    for (std::size_t row = 0; row + 1 < height; row += 2)
        for (std::size_t column = 0; column + 1 < width; column += 2, ++out) {
            const std::size_t first = row * width + column;
            std::size_t winner = first;
            for (const std::size_t at : {first + 1, first + width, first + width + 1})
                if (numbers[at] > numbers[winner] || std::isnan(numbers[at])) winner = at;
            slopes[winner] += 1;
            CAPTURE(row, column);
            CHECK(
                (y[out] == numbers[winner] || (std::isnan(y[out]) && std::isnan(numbers[winner]))));
        }
    CHECK(out == y.size());
    CHECK(dx == slopes);
}

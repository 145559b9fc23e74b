// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/checks.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <cstdint>
#include <limits>
#include <vector>

using blue::Array;
using blue_test::message_of;
namespace detail = blue::metrics::detail;

namespace {

template <class T, class Label>
std::string shape_error(const Array<T>& p, const Array<Label>& labels) {
    return message_of<blue::ShapeError>([&] { detail::check_classification(p, labels, "m"); });
}
template <class T, class Label>
std::string value_error(const Array<T>& p, const Array<Label>& labels) {
    return message_of<blue::ValueError>([&] { detail::check_classification(p, labels, "m"); });
}

using Labels = Array<std::int32_t>;

}  // namespace

TEST_CASE("probabilities and labels of any number type pass") {
    const Array<float> p({2, 2}, {0.25f, 0.75f, 1, 0});
    detail::check_classification(p, Labels({2}, {0, 1}), "m");
    detail::check_classification(p, Array<std::uint8_t>({2}, {0, 1}), "m");
    detail::check_classification(p, Array<std::int64_t>({2}, {1, 1}), "m");
    detail::check_classification(Array<double>({1, 1}, {1}), Array<std::int8_t>({1}, {0}), "m");
}

TEST_CASE("wrong shapes are named") {
    const Labels labels({2}, {0, 1});
    CHECK(shape_error(Array<float>({4}), labels) ==
          "m: expected probabilities of shape (N, C) without empty axes, got (4)");
    CHECK(shape_error(Array<float>({0, 3}), Labels({0})) ==
          "m: expected probabilities of shape (N, C) without empty axes, got (0, 3)");
    CHECK(shape_error(Array<float>({2, 1}, {1, 1}), Labels({3})) ==
          "m: expected labels of shape (2) for probabilities of shape (2, 1), got (3)");
    CHECK(shape_error(Array<float>({2, 1}, {1, 1}), Labels({2, 1})) ==
          "m: expected labels of shape (2) for probabilities of shape (2, 1), got (2, 1)");
}

TEST_CASE("labels that are no classes are named") {
    const Array<double> p({1, 2}, {0.5, 0.5});
    CHECK(value_error(p, Labels({1}, {2})) ==
          "m: expected labels from 0 to 1, got 2 for example 0");
    CHECK(value_error(p, Labels({1}, {-1})) ==
          "m: expected labels from 0 to 1, got -1 for example 0");
    CHECK(value_error(p, Array<std::uint64_t>({1}, {1ull << 63})) ==
          "m: expected labels from 0 to 1, got 9223372036854775808 for example 0");
}

TEST_CASE("numbers that are no distribution are named") {
    const Labels label({1}, {0});
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto error = [&](double a, double b) {
        return value_error(Array<double>({1, 2}, {a, b}), label);
    };
    const std::string not_finite = "m: expected finite probabilities that are not negative, got ";
    CHECK(error(1 + 1e-9, -1e-9) == not_finite + "-1e-09 at element 1");
    CHECK(error(nan, 0.5) == not_finite + "nan at element 0");
    CHECK(error(infinity, 0) == not_finite + "inf at element 0");
    CHECK(error(0.5, 0.25) ==
          "m: expected probabilities that sum to 1 over the classes, got the sum 0.75 in row 0");
    // Both sides of the tolerance.
    CHECK(error(0.5, 0.5 + 0.9e-4).empty());
    CHECK(error(0.5, 0.5 - 0.9e-4).empty());
    CHECK_FALSE(error(0.5, 0.5 + 1.1e-4).empty());
    CHECK_FALSE(error(0.5, 0.5 - 1.1e-4).empty());
}

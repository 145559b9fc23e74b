// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/pack.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

using blue::math::NativePack;
using blue::math::Number;
using blue::math::Pack;

#define PACKS Number<float>, NativePack<float>, Number<double>, NativePack<double>

namespace {

template <class P>
struct Data {
    using T = typename P::scalar;
    std::vector<T> a, b;
    Data() {
        for (int i = 0; i < P::lanes; ++i) {
            a.push_back(static_cast<T>(i) - T(1.5));
            b.push_back(static_cast<T>(1 + i % 3));
        }
    }
    P x() const { return P::load(a.data()); }
    P y() const { return P::load(b.data()); }
};

/// Compares all lanes with a function of the two numbers in the lane.
template <class P, class F>
void check(P result, F expected) {
    const Data<P> data;
    for (int i = 0; i < P::lanes; ++i)
        CHECK(result[i] == expected(data.a[std::size_t(i)], data.b[std::size_t(i)]));
}

}  // namespace

TEMPLATE_TEST_CASE("arithmetic acts on every lane", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const P x = Data<P>().x(), y = Data<P>().y();
    check(x + y, [](T a, T b) { return a + b; });
    check(x - y, [](T a, T b) { return a - b; });
    check(x * y, [](T a, T b) { return a * b; });
    check(x / y, [](T a, T b) { return a / b; });
    check(-x, [](T a, T) { return -a; });
    check(0.5 * x + 2 * y - 1, [](T a, T b) { return T(0.5) * a + 2 * b - 1; });
    P z = x;
    z += y, z -= 2, z *= x, z /= 4;
    check(z, [](T a, T b) { return (a + b - 2) * a / 4; });
    // Small whole numbers: exact, so fused or not makes no difference.
    check(fma(x, y, 1), [](T a, T b) { return a * b + 1; });
    check(sqrt(x * x), [](T a, T) { return std::abs(a); });
    CHECK(std::signbit((-P(0))[0]));
    CHECK(std::signbit(P(T(-0.0))[0]));
}

TEMPLATE_TEST_CASE("packs are loaded and stored at any address", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const Data<P> data;
    std::vector<T> out(P::lanes + 1, T(-7));
    data.x().store(out.data() + 1);  // not aligned
    for (int i = 0; i < P::lanes; ++i) CHECK(out[std::size_t(i) + 1] == data.a[std::size_t(i)]);
}

TEMPLATE_TEST_CASE("comparisons select lane by lane", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const P x = Data<P>().x(), y = Data<P>().y();
    check(where(x < y, 1, 0), [](T a, T b) { return T(a < b); });
    check(where(x <= y, 1, 0), [](T a, T b) { return T(a <= b); });
    check(where(x > y, 1, 0), [](T a, T b) { return T(a > b); });
    check(where(x >= y, 1, 0), [](T a, T b) { return T(a >= b); });
    check(where(x == y, 1, 0), [](T a, T b) { return T(a == b); });
    check(where(x != y, 1, 0), [](T a, T b) { return T(a != b); });
    check(where((x < 0) | (x > 2), x, y), [](T a, T b) { return a < 0 || a > 2 ? a : b; });
    check(where((x > 0) & !(y == 2), x, y), [](T a, T b) { return a > 0 && b != 2 ? a : b; });
    // A lane that is not selected leaves nothing behind, not even a NaN.
    const T nan = std::numeric_limits<T>::quiet_NaN();
    check(where(x < 100, x, nan), [](T a, T) { return a; });
    const auto none = P(nan) < 0, also_none = P(nan) >= 0;
    CHECK_FALSE(any(none));
    CHECK_FALSE(any(also_none));
    CHECK(all(P(nan) != nan));
    CHECK(any(x == T(-1.5)));
    CHECK(all(x == x));
    CHECK(all(x == T(-1.5)) == (P::lanes == 1));
    for (int at = 0; at < P::lanes; ++at) {
        std::vector<T> lane(P::lanes, T(0));
        lane[std::size_t(at)] = 1;
        CHECK(any(P::load(lane.data()) == 1));
        CHECK_FALSE(all(P::load(lane.data()) == 0));
    }
}

TEMPLATE_TEST_CASE("min, max and clamp keep a NaN of the first argument", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const P x = Data<P>().x(), y = Data<P>().y();
    check(min(x, y), [](T a, T b) { return a < b ? a : b; });
    check(max(x, y), [](T a, T b) { return a < b ? b : a; });
    check(max(x, 0), [](T a, T) { return a > 0 ? a : T(0); });
    check(clamp(x, -1, 1), [](T a, T) { return a < -1 ? T(-1) : a > 1 ? T(1) : a; });
    const P nan = std::numeric_limits<T>::quiet_NaN();
    CHECK(std::isnan(max(nan, 0)[0]));
    CHECK(std::isnan(min(nan, 0)[0]));
    CHECK(std::isnan(clamp(nan, 0, 1)[0]));
    CHECK(max(P(0), nan)[0] == 0);
}

TEMPLATE_TEST_CASE("sums halve the lanes, whatever the registers", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    std::vector<T> lane;
    for (int i = 0; i < P::lanes; ++i) lane.push_back(T(1) / T(3 + 7 * i) * (i % 2 == 0 ? 1 : -3));
    const T total = sum(P::load(lane.data()));
    for (int half = P::lanes / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) lane[std::size_t(i)] += lane[std::size_t(i + half)];
    CHECK(total == lane[0]);  // bit for bit
}

TEMPLATE_TEST_CASE("the largest lane is found wherever it is", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    for (int at = 0; at < P::lanes; ++at) {
        std::vector<T> lane(P::lanes, T(-3));
        lane[std::size_t(at)] = T(-2.5);
        CHECK(largest(P::load(lane.data())) == T(-2.5));
    }
}

TEST_CASE("a pack is trivial and made of registers") {
    STATIC_REQUIRE(std::is_trivially_copyable_v<NativePack<float>>);
    STATIC_REQUIRE(std::is_trivially_default_constructible_v<NativePack<float>>);
    STATIC_REQUIRE(sizeof(Number<float>) == sizeof(float));
    STATIC_REQUIRE(sizeof(NativePack<float>) == sizeof(float) * blue::math::native_lanes<float>);
    STATIC_REQUIRE(2 * blue::math::native_lanes<double> == blue::math::native_lanes<float>);
    STATIC_REQUIRE(std::is_convertible_v<int, Number<float>>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Number<double>, Number<float>>);
}

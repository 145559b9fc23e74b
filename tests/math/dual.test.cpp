// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/dual.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <string>

using blue::math::Dual;
using blue::math::NativePack;
using blue::math::Number;

#define PACKS Number<double>, NativePack<double>

namespace {

/// The derivative by differences of fourth order: 1e-12 from the step and 1e-12 from rounding,
/// times higher derivatives of up to 1e3 here.
template <class S, class F>
double difference(F f, double x) {
    const double h = 1e-3;
    const auto at = [&](double p) { return f(Dual<S, 0>(p)).value[0]; };
    return (8 * (at(x + h) - at(x - h)) - (at(x + 2 * h) - at(x - 2 * h))) / (12 * h);
}
constexpr double tolerance = 1e-8;

double relative(double a, double b) {
    return std::abs(a - b) / std::max(1., std::abs(b));
}

/// The value must be that of the packs, and the derivative that of differences, also when the
/// argument depends on two directions with slopes 2 and -3.
template <class S, class F>
void check_slope(const std::string& name, F f, std::initializer_list<double> points) {
    for (double p : points) {
        INFO(name << " at " << p);
        using D = Dual<S, 3>;
        const D x = f(D::variable(p, 1));
        const double slope = difference<S>(f, p);
        CHECK(x.value[S::lanes - 1] == f(S(p))[S::lanes - 1]);
        CHECK(relative(x.derivative(1)[S::lanes - 1], slope) < tolerance);
        CHECK(x.derivative(0)[0] == 0);
        CHECK(x.derivative(2)[0] == 0);
        const D u = D::variable(p / 2, 0), v = D::variable(p / 3, 2);
        const D y = f(2 * u - 3 * v + p);
        CHECK(relative(y.derivative(0)[0], 2 * slope) < tolerance);
        CHECK(relative(y.derivative(2)[0], -3 * slope) < tolerance);
    }
}
#define CHECK_SLOPE(f, ...) check_slope<S>(#f, [](auto x) { return f; }, {__VA_ARGS__})

template <class S, class F>
void check_slopes(const std::string& name, F f, double a, double b) {
    INFO(name << " at " << a << ", " << b);
    using D = Dual<S, 2>;
    const double by_a = difference<S>([&](auto x) { return f(x, decltype(x)(b)); }, a);
    const double by_b = difference<S>([&](auto x) { return f(decltype(x)(a), x); }, b);
    const auto close = [](D x, int k, double d) {
        return relative(x.derivative(k)[0], d) < tolerance;
    };
    const D first = f(D::variable(a, 0), D(b)), second = f(D(a), D::variable(b, 1));
    const D both = f(D::variable(a, 0), D::variable(b, 1));
    const D same = f(D::variable(a, 0), D::variable(b, 0));
    CHECK((close(first, 0, by_a) && close(first, 1, 0)));
    CHECK((close(second, 0, 0) && close(second, 1, by_b)));
    CHECK((close(both, 0, by_a) && close(both, 1, by_b)));
    CHECK((close(same, 0, by_a + by_b) && close(same, 1, 0)));
    CHECK(relative(first.value[0], f(S(a), S(b))[0]) < 1e-15);  // a/b may be a times 1/b
    CHECK(f(D(a), D(b)).active == 0);
    CHECK(f(D(a), D(b)).value[0] == f(S(a), S(b))[0]);
}
#define CHECK_SLOPES(f)                                   \
    check_slopes<S>(                                      \
        #f, [](auto x, auto y) { return f; }, 1.3, -0.7); \
    check_slopes<S>(                                      \
        #f, [](auto x, auto y) { return f; }, 0.4, 2.1)

}  // namespace

TEMPLATE_TEST_CASE("slopes of functions are those of differences", "", PACKS) {
    using S = TestType;
    CHECK_SLOPE(-x, -1, 0, 2);
    CHECK_SLOPE(abs(x), -1, 2);
    CHECK_SLOPE(sign(x), -1, 2);
    CHECK_SLOPE(square(x), -1, 0, 2);
    CHECK_SLOPE(exp(x), -3, 0, 2);
    CHECK_SLOPE(expm1(x), -3, 0, 2);
    CHECK_SLOPE(log(x), 0.3, 1, 7);
    CHECK_SLOPE(log1p(x), -0.5, 0, 7);
    CHECK_SLOPE(sqrt(x), 0.3, 1, 7);
    CHECK_SLOPE(rsqrt(x), 0.3, 1, 7);
    CHECK_SLOPE(pow(x, 3), -2, 0, 2);
    CHECK_SLOPE(pow(x, 0), -2, 0, 2);
    CHECK_SLOPE(pow(x, 1.7), 0.3, 1, 7);
    CHECK_SLOPE(pow(x, -2), -2, 0.5);
    CHECK_SLOPE(tanh(x), -2, 0, 0.7);
    CHECK_SLOPE(sigmoid(x), -2, 0, 0.7);
    CHECK_SLOPE(softplus(x), -2, 0, 0.7);
    CHECK_SLOPE(erf(x), -2, 0, 0.7);
    CHECK_SLOPE(sin(x), -2, 0, 0.7);
    CHECK_SLOPE(cos(x), -2, 0, 0.7);
    CHECK_SLOPE(atan(x), -2, 0, 0.7);
    CHECK_SLOPE(lgamma(x), 0.3, 1, 7);
    CHECK_SLOPE(digamma(x), 0.5, 1, 12);
    CHECK_SLOPE(0.5 * x + x * 2 - 1 / x + x / 3 - (1 - x), -1, 2);
    CHECK_SLOPE(fma(2, x, 1) + fma(x, x, x), -1, 2);
    CHECK_SLOPE(where(x > 0, log(abs(x)), square(x)), -1, 2);
    CHECK_SLOPE(clamp(x, -1, 1), -2, 0.5, 2);
    CHECK_SLOPE(log_add_exp(x, 1) + log_add_exp(1, x), -2, 1, 3);
}

TEMPLATE_TEST_CASE("slopes by two arguments are those of differences", "", PACKS) {
    using S = TestType;
    CHECK_SLOPES(x + y);
    CHECK_SLOPES(x - y);
    CHECK_SLOPES(x * y);
    CHECK_SLOPES(x / y);
    CHECK_SLOPES(min(x, y));
    CHECK_SLOPES(max(x, y));
    CHECK_SLOPES(fma(x, y, x));
    CHECK_SLOPES(log_add_exp(x, y));
    CHECK_SLOPES(where(x < y, x * y, x - y));
}

TEMPLATE_TEST_CASE("kinks have the usual slopes", "", PACKS) {
    using S = TestType;
    using D = Dual<S, 1>;
    const D zero = D::variable(0, 0);
    CHECK(abs(zero).derivative(0)[0] == 0);
    CHECK(max(zero, 0).derivative(0)[0] == 0);
    CHECK(min(zero, 0).derivative(0)[0] == 0);
    CHECK(sign(zero).derivative(0)[0] == 0);
    CHECK(max(D::variable(1, 0), 0).derivative(0)[0] == 1);
}

TEMPLATE_TEST_CASE("min, max and clamp keep a NaN of the first argument, as packs do", "", PACKS) {
    using D = Dual<TestType, 1>;
    const D nan = D::variable(std::nan(""), 0);
    CHECK(std::isnan(max(nan, 0).value[0]));
    CHECK(std::isnan(min(nan, 0).value[0]));
    CHECK(std::isnan(clamp(nan, 0, 1).value[0]));
}

TEMPLATE_TEST_CASE("a branch not taken leaves nothing behind", "", PACKS) {
    using S = TestType;
    using D = Dual<S, 1>;
    const D x = D::variable(-2, 0);
    const D y = where(x > 0, sqrt(x) + log(x), 3 * x);  // the first branch is NaN
    CHECK(y.value[0] == -6);
    CHECK(y.derivative(0)[0] == 3);
    const D constant = where(x > 0, x, 1);
    CHECK(constant.derivative(0)[0] == 0);
}

TEMPLATE_TEST_CASE("activity follows what a value depends on", "", PACKS) {
    using S = TestType;
    using D = Dual<S, 3>;
    const D c = 2, x = D::variable(1.5, 0), y = D::variable(2.5, 2);
    CHECK(c.active == 0);
    CHECK(x.active == 1);
    CHECK(y.active == 4);
    CHECK((x * c).active == 1);
    CHECK((x / y).active == 5);
    CHECK(exp(c).active == 0);
    CHECK(sign(x).active == 0);
    CHECK(x.derivative(0)[0] == 1);
    CHECK(x.derivative(1)[0] == 0);
    CHECK(D::variable(1, 3).active == 0);  // no such direction: a constant
    CHECK((x < y)[0]);
    CHECK(all(x == 1.5));
    CHECK(all(isfinite(x)));
    D z = x;
    z += y, z -= c, z *= y, z /= c;
    CHECK(z.value[0] == 2.5);
    CHECK(z.derivative(0)[0] == 1.25);
    CHECK(z.derivative(2)[0] == 2.25);
}

TEMPLATE_TEST_CASE("a known logarithm and inverse are used and not passed on", "", PACKS) {
    using S = TestType;
    using D = Dual<S, 1>;
    // Wrong on purpose: that they appear in the results shows that they are used.
    const D x = D::positive(2, S(10.0), S(0.25), 0);
    CHECK(log(x).value[0] == 10);
    CHECK(log(x).derivative(0)[0] == 0.25);
    CHECK((3 / x).value[0] == 0.75);
    CHECK((3 / x).derivative(0)[0] == -0.1875);
    CHECK((x + 0).has_known == false);
    CHECK((x * 1).has_known == false);
    CHECK((-x).has_known == false);
    CHECK(where(x > 0, x, 1).has_known == false);
    const Dual<S, 0> value = Dual<S, 0>::positive(2, S(10.0), S(0.25));
    CHECK(log(value).value[0] == 10);
    CHECK((3 / value).value[0] == 0.75);
    CHECK(sqrt(value * 2).value[0] == 2);
}

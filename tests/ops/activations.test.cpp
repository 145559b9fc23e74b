// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// Numbers on both sides of 0 and not within four steps of it, where some have a kink.
Values<shape<19>> away_from_zero() {
    auto values = random_values<shape<19>>(2, 5, Seed{1}, -3, 3);
    for (double& number : values.numbers) number += number < 0 ? -0.125 : 0.125;
    return values;
}
const auto x = away_from_zero();
const auto positive = random_values<shape<19>>(2, 5, Seed{2}, 0.25, 4);

/// Largest relative difference between f on a tape in T and a reference on doubles.
template <class T, class F, class Reference>
double difference(F f, Reference reference) {
    double worst = 0;
    for (double number : {-30.0, -3.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 3.0, 30.0}) {
        const T argument = static_cast<T>(number);
        Tape<Cpu<T>> tape;
        const double given =
            static_cast<double>(f(tape.template input<scalar_shape>(&argument, 1)).value());
        const double expected = reference(static_cast<double>(argument));
        worst = std::fmax(worst, std::abs(given - expected) / std::fmax(std::abs(expected), 1e-3));
    }
    return worst;
}
template <class F, class Reference>
void compare(F f, Reference reference) {
    // A few roundings; GELU in float loses digits of 1 + erf at -3, where the result is -4e-3.
    CHECK(difference<double>(f, reference) < 1e-13);
    CHECK(difference<float>(f, reference) < 5e-5);
}

}  // namespace

TEST_CASE("smooth activations keep the laws", "[ops]") {
    CHECK(operation_laws([](auto a) { return tanh(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return sigmoid(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return softplus(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return silu(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return gelu(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return exp(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return square(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return log(a); }, positive) == Failures{});
    CHECK(operation_laws([](auto a) { return mish(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return log_sigmoid(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return tanhshrink(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return gelu_tanh(a); }, x) == Failures{});
}

TEST_CASE("activations with a kink keep the laws", "[ops]") {
    CHECK(operation_laws([](auto a) { return relu(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return leaky_relu(a, 0.1); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return elu(a, 1.5); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return abs(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return selu(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return celu(a, 0.5); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return softsign(a); }, x) == Failures{});
    // Kinks at 0, where the numbers are not, and at numbers beyond them, or between them.
    CHECK(operation_laws([](auto a) { return hardtanh(a, -4, 0); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return relu6(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return hardsigmoid(a - 3.0); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return hardsigmoid(a + 3.0); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return hardswish(a - 3.0); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return hardswish(a + 3.0); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return hardshrink(a, 0.0625); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return softshrink(a, 0.0625); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return threshold(a, 0, -2); }, x) == Failures{});
}

TEST_CASE("activations compute what they say", "[ops]") {
    compare([](auto a) { return relu(a); }, [](double a) { return std::fmax(a, 0); });
    compare([](auto a) { return leaky_relu(a); }, [](double a) { return a > 0 ? a : 0.01 * a; });
    compare([](auto a) { return elu(a, 2); },
            [](double a) { return a > 0 ? a : 2 * std::expm1(a); });
    compare([](auto a) { return tanh(a); }, [](double a) { return std::tanh(a); });
    compare([](auto a) { return sigmoid(a); }, [](double a) { return 1 / (1 + std::exp(-a)); });
    compare([](auto a) { return softplus(a); },
            [](double a) { return std::fmax(a, 0) + std::log1p(std::exp(-std::abs(a))); });
    compare([](auto a) { return silu(a); }, [](double a) { return a / (1 + std::exp(-a)); });
    compare([](auto a) { return gelu(a); },
            [](double a) { return a * 0.5 * std::erfc(-a / std::sqrt(2)); });
    compare([](auto a) { return exp(a); }, [](double a) { return std::exp(a); });
    compare([](auto a) { return square(a); }, [](double a) { return a * a; });
    compare([](auto a) { return abs(a); }, [](double a) { return std::abs(a); });
    compare([](auto a) { return hardtanh(a, -2, 0.5); },
            [](double a) { return std::fmin(std::fmax(a, -2), 0.5); });
    compare([](auto a) { return relu6(a); },
            [](double a) { return std::fmin(std::fmax(a, 0), 6); });
    const auto hard = [](double a) { return std::fmin(std::fmax(a / 6 + 0.5, 0), 1); };
    compare([](auto a) { return hardsigmoid(a); }, hard);
    compare([](auto a) { return hardswish(a); }, [&](double a) { return a * hard(a); });
    compare([](auto a) { return selu(a); },
            [](double a) {
                return 1.0507009873554804934193 *
                       (a > 0 ? a : 1.6732632423543772848170 * std::expm1(a));
            });
    compare([](auto a) { return celu(a, 2); },
            [](double a) { return a > 0 ? a : 2 * std::expm1(a / 2); });
    const auto softplus_of = [](double a) {
        return std::fmax(a, 0) + std::log1p(std::exp(-std::abs(a)));
    };
    compare([](auto a) { return mish(a); },
            [&](double a) { return a * std::tanh(softplus_of(a)); });
    compare([](auto a) { return log_sigmoid(a); }, [&](double a) { return -softplus_of(-a); });
    compare([](auto a) { return softsign(a); }, [](double a) { return a / (1 + std::abs(a)); });
    compare([](auto a) { return tanhshrink(a); }, [](double a) { return a - std::tanh(a); });
    compare([](auto a) { return hardshrink(a); },
            [](double a) { return std::abs(a) <= 0.5 ? 0 : a; });
    compare([](auto a) { return softshrink(a); },
            [](double a) { return std::abs(a) <= 0.5 ? 0 : a - std::copysign(0.5, a); });
    compare([](auto a) { return threshold(a, 0.5, 20); },
            [](double a) { return a > 0.5 ? a : 20; });
    // The sum with tanh loses digits where the result is near 0, as 1 + erf does.
    compare([](auto a) { return gelu_tanh(a); },
            [](double a) {
                const double inner = std::sqrt(2 / std::acos(-1.0)) * (a + 0.044715 * a * a * a);
                return 0.5 * a * (1 + std::tanh(inner));
            });
}

TEST_CASE("NaN stays NaN, so that training notices it", "[ops]") {
    Tape<Cpu<float>> tape;
    const float number = std::nanf("");
    const auto a = tape.leaf<scalar_shape>(&number, 1);
    const auto is_nan = [](auto y) { return std::isnan(y.value()); };
    CHECK(is_nan(relu(a)));
    CHECK(is_nan(leaky_relu(a)));
    CHECK(is_nan(elu(a)));
    CHECK(is_nan(selu(a)));
    CHECK(is_nan(celu(a)));
    CHECK(is_nan(tanh(a)));
    CHECK(is_nan(sigmoid(a)));
    CHECK(is_nan(softplus(a)));
    CHECK(is_nan(silu(a)));
    CHECK(is_nan(gelu(a)));
    CHECK(is_nan(gelu_tanh(a)));
    CHECK(is_nan(mish(a)));
    CHECK(is_nan(log_sigmoid(a)));
    CHECK(is_nan(softsign(a)));
    CHECK(is_nan(relu6(a)));
    CHECK(is_nan(hardsigmoid(a)));
    CHECK(is_nan(hardswish(a)));
    CHECK(is_nan(hardshrink(a)));
    CHECK(is_nan(softshrink(a)));
    CHECK(is_nan(tanhshrink(a)));
    CHECK(is_nan(threshold(a, 0, -2)));
}

TEST_CASE("what is clipped hands NaN on and has no slope at its bounds", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{std::nan(""), -1, 1, 0.5};
    const auto a = tape.leaf<shape<4>>(numbers.data(), 1);
    const auto y = hardtanh(a);
    tape.backward(sum(y));
    CHECK(std::isnan(y.to_host()[0]));
    CHECK(tape.gradient_of(a.node)[1] == 0);
    CHECK(tape.gradient_of(a.node)[2] == 0);
    CHECK(tape.gradient_of(a.node)[3] == 1);
}

TEST_CASE("the slope of relu at its kink is 0", "[ops]") {
    Tape<Cpu<float>> tape;
    const float zero = 0;
    const auto a = tape.leaf<scalar_shape>(&zero, 1);
    tape.backward(relu(a));
    CHECK(tape.gradient_of(a.node)[0] == 0);
}

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
}

TEST_CASE("activations with a kink keep the laws", "[ops]") {
    CHECK(operation_laws([](auto a) { return relu(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return leaky_relu(a, 0.1); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return elu(a, 1.5); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return abs(a); }, x) == Failures{});
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
}

TEST_CASE("the slope of relu at its kink is 0", "[ops]") {
    Tape<Cpu<float>> tape;
    const float zero = 0;
    const auto a = tape.leaf<scalar_shape>(&zero, 1);
    tape.backward(relu(a));
    CHECK(tape.gradient_of(a.node)[0] == 0);
}

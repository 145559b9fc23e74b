// SPDX-License-Identifier: BSD-3-Clause
// The operations behind the layers are tested in tests/ops.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using B = blue::Cpu<double>;

namespace {

const std::vector<double> points{-2, -0.5, 0, 0.25, 3};

template <class Layer, class F>
void compare(const Layer& layer, F&& expected) {
    blue::Tape<B> tape;
    const auto y = blue::forward(layer, tape, tape.input<blue::shape<1>>(points.data(), 5)).samples;
    const std::vector<double> values = y.to_host();
    for (std::size_t i = 0; i < points.size(); ++i)
        // A few ulp of the functions in double.
        CHECK(std::abs(values[i] - expected(points[i])) < 1e-14);
}

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

}  // namespace

TEST_CASE("activations are the functions of their names") {
    compare(blue::ReLU{}, [](double x) { return x > 0 ? x : 0; });
    compare(blue::LeakyReLU{.slope = 0.2}, [](double x) { return x > 0 ? x : 0.2 * x; });
    compare(blue::ELU{.alpha = 1.5}, [](double x) { return x > 0 ? x : 1.5 * std::expm1(x); });
    compare(blue::Tanh{}, [](double x) { return std::tanh(x); });
    compare(blue::Sigmoid{}, sigmoid);
    compare(blue::Softplus{}, [](double x) { return std::log1p(std::exp(x)); });
    compare(blue::SiLU{}, [](double x) { return x * sigmoid(x); });
    compare(blue::GELU{}, [](double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); });
    compare(blue::GELUTanh{}, [](double x) {
        const double inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
        return 0.5 * x * (1 + std::tanh(inner));
    });
    compare(blue::Hardtanh{.low = -0.75},
            [](double x) { return std::fmin(std::fmax(x, -0.75), 1); });
    compare(blue::ReLU6{}, [](double x) { return std::fmin(std::fmax(x, 0), 6); });
    compare(blue::Hardsigmoid{}, [](double x) { return std::fmin(std::fmax(x / 6 + 0.5, 0), 1); });
    compare(blue::Hardswish{},
            [](double x) { return x * std::fmin(std::fmax(x / 6 + 0.5, 0), 1); });
    compare(blue::SELU{}, [](double x) {
        return 1.0507009873554804934193 * (x > 0 ? x : 1.6732632423543772848170 * std::expm1(x));
    });
    compare(blue::CELU{.alpha = 2}, [](double x) { return x > 0 ? x : 2 * std::expm1(x / 2); });
    compare(blue::Mish{}, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); });
    compare(blue::LogSigmoid{}, [](double x) { return -std::log1p(std::exp(-x)); });
    compare(blue::Softsign{}, [](double x) { return x / (1 + std::abs(x)); });
    compare(blue::Tanhshrink{}, [](double x) { return x - std::tanh(x); });
    compare(blue::Hardshrink{.lambda = 1}, [](double x) { return std::abs(x) <= 1 ? 0 : x; });
    compare(blue::Softshrink{.lambda = 1},
            [](double x) { return std::abs(x) <= 1 ? 0 : x - std::copysign(1, x); });
    compare(blue::Threshold{.threshold = 0.1, .value = 7},
            [](double x) { return x > 0.1 ? x : 7; });
}

TEST_CASE("softmax layers work on the last axis") {
    blue::Tape<B> tape;
    const std::vector<double> x{1, 2, 3, 0, 0, 0};
    const auto in = tape.input<blue::shape<3>>(x.data(), 2);
    const auto p = blue::forward(blue::Softmax{}, tape, in).samples.to_host();
    CHECK(std::abs(p[0] + p[1] + p[2] - 1) < 1e-15);
    CHECK(std::abs(p[1] / p[0] - std::exp(1)) < 1e-14);
    CHECK(std::abs(p[4] - 1.0 / 3) < 1e-15);
    tape.reset();
    const auto q = blue::forward(blue::LogSoftmax{}, tape, tape.input<blue::shape<3>>(x.data(), 2))
                       .samples.to_host();
    for (std::size_t i = 0; i < 6; ++i) CHECK(std::abs(std::exp(q[i]) - p[i]) < 1e-14);
    tape.reset();
    const auto least = blue::forward(blue::Softmin{}, tape, tape.input<blue::shape<3>>(x.data(), 2))
                           .samples.to_host();
    for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(least[i] - p[2 - i]) < 1e-15);
    const auto gated =
        blue::forward(blue::GLU{}, tape, tape.input<blue::shape<2>>(x.data(), 3)).samples.to_host();
    CHECK(std::abs(gated[0] - sigmoid(2)) < 1e-15);
}

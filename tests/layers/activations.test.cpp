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
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/estimators/normal_moments.hpp>

#include <blue/backends/cpu/backend.hpp>
#include <blue/estimators/moments.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

namespace {

using B = blue::Cpu<double>;
using blue::Index;
using blue::Moments;

/// E[f(x)] and var f(x) for x ~ N(mean, std^2) by the midpoint rule on 400,000 cells over 12
/// standard deviations to both sides, with cells that end at 0, where functions may bend.
struct Reference {
    double mean = 0, variance = 0;

    template <class F>
    Reference(const F& f, double m, double std) {
        double total = 0, square = 0;
        for (const double side : {-1.0, 1.0}) {
            const double begin = side < 0 ? m - 12 * std : std::fmax(0, m - 12 * std);
            const double end = side < 0 ? std::fmin(0, m + 12 * std) : m + 12 * std;
            const int cells = 200000;
            const double width = (end - begin) / cells;
            if (width <= 0) continue;
            for (int i = 0; i < cells; ++i) {
                const double x = begin + (i + 0.5) * width, z = (x - m) / std;
                const double weight = width * std::exp(-0.5 * z * z) / (std * std::sqrt(2 * M_PI));
                const double y = f(x);
                total += weight * y;
                square += weight * y * y;
            }
        }
        mean = total;
        variance = square - total * total;
    }
};

const std::vector<double> means{-3, -0.4, 0, 0.7, 2.5}, stds{0.01, 0.3, 1, 2};

struct Step {
    template <class T>
    static T apply(T x) {
        return where(x > T(0), T(1), T(0));
    }
};

/// The moments of f(x) for all pairs of means and stds, compared with the reference.
template <class F, class Plain>
void compare(const F& f, const Plain& plain, double tolerance) {
    std::vector<double> m, v;
    for (double mean : means)
        for (double std : stds) {
            m.push_back(mean);
            v.push_back(std * std);
        }
    blue::Tape<B> tape;
    tape.recording = false;
    const Index n = static_cast<Index>(m.size());
    const Moments<B, blue::shape<1>> x{tape.input<blue::shape<1>>(m.data(), n),
                                       tape.input<blue::shape<1>>(v.data(), n)};
    const auto y = elementwise(f, x);
    const auto mean = y.mean.to_host(), variance = y.variance.to_host();
    for (std::size_t i = 0; i < m.size(); ++i) {
        const Reference expected(plain, m[i], std::sqrt(v[i]));
        CAPTURE(m[i], v[i], mean[i], expected.mean, variance[i], expected.variance);
        CHECK(std::abs(mean[i] - expected.mean) < tolerance * (1 + std::abs(expected.mean)));
        CHECK(std::abs(variance[i] - expected.variance) < tolerance * (1 + expected.variance));
    }
}

}  // namespace

// Of the reference: cells of 24 std / 400,000 give errors of the order of 1e-9.
constexpr double closed_form = 1e-7;

TEST_CASE("moments of activations in closed form") {
    compare(
        blue::ops::Relu{}, [](double x) { return std::fmax(x, 0); }, closed_form);
    compare(
        blue::ops::LeakyRelu{0.2}, [](double x) { return x > 0 ? x : 0.2 * x; }, closed_form);
    compare(
        blue::ops::LeakyRelu{-1}, [](double x) { return std::abs(x); }, closed_form);
    compare(
        blue::ops::Affine{-2, 3}, [](double x) { return 3 - 2 * x; }, closed_form);
    compare(
        blue::ops::Square{}, [](double x) { return x * x; }, closed_form);
    compare(
        blue::ops::Exp{}, [](double x) { return std::exp(x); }, closed_form);
}

// Smooth on the scale of a standard deviation: the rule's error falls faster than any power of its
// step, and what is left is the 2e-9 of probability beyond 6 standard deviations. Measured: 8e-9 in
// means and 9e-8 in variances; the bound is twice that.
TEST_CASE("moments of other activations by quadrature") {
    compare(
        blue::ops::Tanh{}, [](double x) { return std::tanh(x); }, 1.8e-7);
    compare(
        blue::ops::Sigmoid{}, [](double x) { return 1 / (1 + std::exp(-x)); }, 1.8e-7);
    compare(
        blue::ops::Softplus{}, [](double x) { return std::log1p(std::exp(x)); }, 1.8e-7);
    compare(
        blue::ops::Silu{}, [](double x) { return x / (1 + std::exp(-x)); }, 1.8e-7);
    compare(
        blue::ops::Gelu{}, [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2)); }, 1.8e-7);
}

// ELU has a second derivative that jumps, at 0. Measured: 1.4e-4; the bound is twice that.
TEST_CASE("moments of a function that bends") {
    compare(
        blue::ops::Elu{1}, [](double x) { return x > 0 ? x : std::expm1(x); }, 2.8e-4);
}

// At a jump the rule is wrong by up to half a step of 3/16 times the density of 0.399 there.
TEST_CASE("moments of a function that jumps") {
    compare(
        Step{}, [](double x) { return x > 0 ? 1.0 : 0.0; }, 0.0375);
}

TEST_CASE("far from 0 a rectifier is a line, and next to nothing") {
    using F = blue::Cpu<float>;
    blue::Tape<F> tape;
    tape.recording = false;
    const std::vector<float> mean{1000, -1000, 0, 5}, variance{1e-4f, 1e-4f, 0, 0};
    const Moments<F, blue::shape<4>> x{tape.input<blue::shape<4>>(mean.data(), 1),
                                       tape.input<blue::shape<4>>(variance.data(), 1)};
    const auto y = relu(x);
    // A variance of 0 counts as 1e-30.
    const std::vector<float> expected_mean{1000, 0, 0, 5}, expected_variance{1e-4f, 0, 0, 0};
    for (std::size_t i = 0; i < mean.size(); ++i) {
        CHECK(std::abs(y.mean.to_host()[i] - expected_mean[i]) < 1e-14f);
        CHECK(std::abs(y.variance.to_host()[i] - expected_variance[i]) < 1e-10f);
    }
}

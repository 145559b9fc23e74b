// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers without parameters that work elementwise or on the last axis.
#pragma once

#include <blue/ops/activations.hpp>
#include <blue/ops/gated.hpp>
#include <blue/ops/softmax.hpp>

namespace blue {

/// max(x, 0).
struct ReLU {
    auto operator()(auto&, auto x) const { return relu(x); }
};

namespace detail {

/// Whether a layer and the one behind it are one operation, `forward_relu`: not where the pass
/// observes the value between them.
template <class Layer, class Next, class Pass>
inline constexpr bool fuses_relu = false;
template <class Layer, class Pass>
requires requires {
    Layer::fuses_relu;
}
inline constexpr bool fuses_relu<Layer, ReLU, Pass> = !requires {
    typename Pass::observer;
};

}  // namespace detail

/// x for x > 0, else slope x.
struct LeakyReLU {
    double slope = 0.01;
    auto operator()(auto&, auto x) const { return leaky_relu(x, slope); }
};
/// x for x > 0, else alpha (exp(x) - 1).
struct ELU {
    double alpha = 1;
    auto operator()(auto&, auto x) const { return elu(x, alpha); }
};
/// The hyperbolic tangent, between -1 and 1.
struct Tanh {
    auto operator()(auto&, auto x) const { return tanh(x); }
};
/// 1 / (1 + exp(-x)), between 0 and 1.
struct Sigmoid {
    auto operator()(auto&, auto x) const { return sigmoid(x); }
};
/// log(1 + exp(x)), a smooth max(x, 0).
struct Softplus {
    auto operator()(auto&, auto x) const { return softplus(x); }
};
/// x sigmoid(x), also known as swish.
struct SiLU {
    auto operator()(auto&, auto x) const { return silu(x); }
};
/// x Phi(x) (Hendrycks and Gimpel 2016), the form with erf.
struct GELU {
    auto operator()(auto&, auto x) const { return gelu(x); }
};
/// The same with Phi by tanh, PyTorch's approximate="tanh".
struct GELUTanh {
    auto operator()(auto&, auto x) const { return gelu_tanh(x); }
};
/// x between two bounds.
struct Hardtanh {
    double low = -1, high = 1;
    auto operator()(auto&, auto x) const { return hardtanh(x, low, high); }
};
/// x between 0 and 6.
struct ReLU6 {
    auto operator()(auto&, auto x) const { return relu6(x); }
};
/// x / 6 + 1 / 2 between 0 and 1.
struct Hardsigmoid {
    auto operator()(auto&, auto x) const { return hardsigmoid(x); }
};
/// x Hardsigmoid(x).
struct Hardswish {
    auto operator()(auto&, auto x) const { return hardswish(x); }
};
/// Scaled ELU with the constants of Klambauer et al. 2017.
struct SELU {
    auto operator()(auto&, auto x) const { return selu(x); }
};
/// x for x > 0, else alpha (exp(x / alpha) - 1).
struct CELU {
    double alpha = 1;
    auto operator()(auto&, auto x) const { return celu(x, alpha); }
};
/// x tanh(softplus(x)).
struct Mish {
    auto operator()(auto&, auto x) const { return mish(x); }
};
/// log(1 / (1 + exp(-x))).
struct LogSigmoid {
    auto operator()(auto&, auto x) const { return log_sigmoid(x); }
};
/// x / (1 + |x|).
struct Softsign {
    auto operator()(auto&, auto x) const { return softsign(x); }
};
/// x - tanh(x).
struct Tanhshrink {
    auto operator()(auto&, auto x) const { return tanhshrink(x); }
};
/// 0 for |x| <= lambda, else x.
struct Hardshrink {
    double lambda = 0.5;
    auto operator()(auto&, auto x) const { return hardshrink(x, lambda); }
};
/// x, by lambda nearer to 0.
struct Softshrink {
    double lambda = 0.5;
    auto operator()(auto&, auto x) const { return softshrink(x, lambda); }
};
/// x for x > threshold, else a value.
struct Threshold {
    double threshold = 0, value = 0;
    auto operator()(auto&, auto x) const { return blue::threshold(x, threshold, value); }
};
/// The first half of the last axis times the sigmoid of the second half.
struct GLU {
    auto operator()(auto&, auto x) const { return glu(x); }
};
/// Probabilities over the last axis.
struct Softmax {
    auto operator()(auto&, auto x) const { return softmax(x); }
};
/// Probabilities over the last axis, the largest for the smallest number.
struct Softmin {
    auto operator()(auto&, auto x) const { return softmax(-x); }
};
/// Log probabilities over the last axis.
struct LogSoftmax {
    auto operator()(auto&, auto x) const { return log_softmax(x); }
};

}  // namespace blue

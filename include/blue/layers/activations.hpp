// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers without parameters that work elementwise or on the last axis.
#pragma once

#include <blue/ops/activations.hpp>
#include <blue/ops/softmax.hpp>

namespace blue {

/// max(x, 0).
struct ReLU {
    auto operator()(auto&, auto x) const { return relu(x); }
};
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
struct Tanh {
    auto operator()(auto&, auto x) const { return tanh(x); }
};
struct Sigmoid {
    auto operator()(auto&, auto x) const { return sigmoid(x); }
};
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
/// Probabilities over the last axis.
struct Softmax {
    auto operator()(auto&, auto x) const { return softmax(x); }
};
/// Log probabilities over the last axis.
struct LogSoftmax {
    auto operator()(auto&, auto x) const { return log_softmax(x); }
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The workloads that `bench_runtime` knows. Each is compiled in a translation unit of its own.
#pragma once

#include "protocol.hpp"

#include <blue/config.hpp>

#include <map>

namespace bench {

/// The network 784-width-...-width-10 with `Hidden` hidden layers and ReLU: one step of training on
/// one batch.
template <blue::Index Width, std::size_t Hidden = 2>
std::unique_ptr<Workload> make_mlp_train(const Parameters&);

/// The same network with two hidden layers: class probabilities of one batch, the mean over the
/// samples.
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_predict(const Parameters&);

using MakeWorkload = std::unique_ptr<Workload> (*)(const Parameters&);
using Workloads = std::map<std::string, MakeWorkload>;

/// The network of width 512: training with estimators that need no drawn weights and a divergence
/// in closed form, and prediction by moments.
extern const Workloads mlp_estimators;

/// The network of width 512: training with other variational distributions.
extern const Workloads mlp_distributions;

/// The network of width 512 with products in bfloat16: the same two as of the plain one.
extern const Workloads mlp_bfloat16;

/// LeNet-5 on images of 28 x 28 pixels: the same two.
std::unique_ptr<Workload> make_lenet_train(const Parameters&);
std::unique_ptr<Workload> make_lenet_predict(const Parameters&);

/// A transformer encoder for sequences of length 32: one step of training on one batch.
std::unique_ptr<Workload> make_transformer_train(const Parameters&);

/// An LSTM for sequences of length 32: one step of training on one batch.
std::unique_ptr<Workload> make_lstm_train(const Parameters&);

/// Kernels, on one thread: `samples` times `width` normals.
std::unique_ptr<Workload> make_normals(const Parameters&);

/// Kernels, on one thread: `samples` draws of a variable with `width` elements, with both log
/// probs; variational distributions beside the normal prior, and priors beside one of them.
extern const Workloads draw_and_score_distributions;
extern const Workloads draw_and_score_priors;

}  // namespace bench

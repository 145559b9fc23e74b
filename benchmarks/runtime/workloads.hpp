// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The workloads that `bench_runtime` knows. Each is compiled in a translation unit of its own.
#pragma once

#include "protocol.hpp"

#include <blue/config.hpp>

#include <map>

namespace bench {

/// The network 784-width-width-10 with ReLU: one step of training on one batch.
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_train(const Parameters&);

/// The same network: class probabilities of one batch, the mean over the samples.
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_predict(const Parameters&);

using MakeWorkload = std::unique_ptr<Workload> (*)(const Parameters&);

/// The network of width 512: training with estimators that need no drawn weights and a divergence
/// in closed form, with other distributions, and prediction by moments.
extern const std::map<std::string, MakeWorkload> mlp_variants;

/// LeNet-5 on images of 28 x 28 pixels: the same two.
std::unique_ptr<Workload> make_lenet_train(const Parameters&);
std::unique_ptr<Workload> make_lenet_predict(const Parameters&);

/// A transformer encoder for sequences of length 32: one step of training on one batch.
std::unique_ptr<Workload> make_transformer_train(const Parameters&);

/// An LSTM for sequences of length 32: one step of training on one batch.
std::unique_ptr<Workload> make_lstm_train(const Parameters&);

}  // namespace bench

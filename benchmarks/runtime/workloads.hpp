// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The workloads that `bench_runtime` knows. Each is compiled in a translation unit of its own.
#pragma once

#include "protocol.hpp"

#include <blue/config.hpp>

namespace bench {

/// The network 784-width-width-10 with ReLU: one step of training on one batch.
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_train(const Parameters&);

/// The same network: class probabilities of one batch, the mean over the samples.
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_predict(const Parameters&);

/// A transformer encoder for sequences of length 32: one step of training on one batch.
std::unique_ptr<Workload> make_transformer_train(const Parameters&);

}  // namespace bench

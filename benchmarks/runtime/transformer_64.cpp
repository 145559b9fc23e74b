// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A transformer encoder of 2 layers with 4 heads that gives a class to each element of a sequence:
/// a training step.
#include "network.hpp"
#include "workloads.hpp"

namespace {

using Layer = blue::TransformerEncoderLayer<64, 4, 128>;
using Net = blue::Sequential<blue::Reshape<32, 64>, blue::TransformerEncoder<2, Layer>,
                             blue::Linear<64, 10>>;

}  // namespace

std::unique_ptr<bench::Workload> bench::make_transformer_train(const Parameters& parameters) {
    return std::make_unique<Train<Net>>(parameters);
}

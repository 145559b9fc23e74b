// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A transformer encoder of 2 layers with 4 heads that gives a class to each element of a sequence:
/// a training step.
#include "network.hpp"
#include "workloads.hpp"

namespace {

using EncoderLayer = blue::TransformerEncoderLayer<64, 4, 128>;
using Transformer =
    blue::Sequential<blue::Reshape<32, 64>, blue::TransformerEncoder<2, EncoderLayer>,
                     blue::Linear<64, 10>>;

const bench::Registered transformer{
    {"transformer-train", 64, bench::make<bench::Train<Transformer>>}};

}  // namespace

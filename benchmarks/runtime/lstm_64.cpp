// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// An LSTM with 64 hidden units that gives a class to sequences: a training step.
#include "network.hpp"
#include "workloads.hpp"

namespace {

using Lstm =
    blue::Sequential<blue::LSTM<16, 64, blue::final_output, blue::steps<32>>, blue::Linear<64, 10>>;

const bench::Registered lstm{{"lstm-train", 64, bench::make<bench::Train<Lstm>>}};

}  // namespace

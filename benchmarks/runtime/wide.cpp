// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The network 4096-4096-4096-1000 with ReLU, in which the matrix products are nearly everything: a
/// training step.
#include "network.hpp"
#include "workloads.hpp"

namespace {

using Wide = blue::Sequential<blue::Linear<4096, 4096>, blue::ReLU, blue::Linear<4096, 4096>,
                              blue::ReLU, blue::Linear<4096, 1000>>;

const bench::Registered wide{{"wide-train", 4096, bench::make<bench::Train<Wide>>}};

}  // namespace

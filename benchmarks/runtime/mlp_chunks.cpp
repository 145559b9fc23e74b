// SPDX-License-Identifier: BSD-3-Clause
// The network of width 512 with little memory: weights of two samples at a time, drawn again for
// backward.
#include "mlp.hpp"

using Loss = blue::KullbackLeiblerLoss<blue::Categorical>;

static const bench::Registered mlp_chunks{
    {"mlp-train-chunks", 512, bench::make<bench::Train<bench::Mlp<512>, Loss, 2>>}};

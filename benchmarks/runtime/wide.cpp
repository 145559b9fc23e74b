// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The network 4096-4096-4096-1000 with ReLU, in which the matrix products are nearly everything: a
/// training step.
#include "mlp.hpp"

static const bench::Registered wide{{"wide-train", 4096, bench::make<bench::Train<bench::Wide>>}};

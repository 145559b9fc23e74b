// SPDX-License-Identifier: BSD-3-Clause
// Deeper networks of width 512, for the growth of a step with its layers.
#include "mlp.hpp"

template <std::size_t Hidden>
using TrainDeep = bench::Train<bench::Mlp<512, blue::MeanFieldNormal, Hidden>>;

static const bench::Registered mlp_deep{
    {"mlp-train", 512, bench::make<TrainDeep<4>>, 4},
    {"mlp-train", 512, bench::make<TrainDeep<8>>, 8},
};

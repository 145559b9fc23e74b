// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks whose work is started as CUDA graphs, and those with products in bfloat16.
#include "mlp.hpp"

namespace {

using Graphs = blue::Cuda<float, blue::cuda::Graphs<bench::CountingDevice>>;
using Bfloat16 = blue::Cuda<float, blue::cuda::Bfloat16Products<bench::CountingDevice>>;

template <class Net, class B>
constexpr bench::MakeWorkload train =
    bench::make<bench::Train<blue::with_policies<Net, blue::keep_policy, blue::keep_policy, B>>>;

const bench::Registered device_variants{
    {"mlp-train-graphs", 512, train<bench::Mlp<512>, Graphs>},
    {"mlp-train-bfloat16", 512, train<bench::Mlp<512>, Bfloat16>},
    {"wide-train-bfloat16", 4096, train<bench::Wide, Bfloat16>},
};

}  // namespace

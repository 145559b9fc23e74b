// SPDX-License-Identifier: BSD-3-Clause
// The network of width 512 with products in bfloat16.
#include "mlp.hpp"

#include <blue/backends/cpu/bfloat16.hpp>

namespace {

using Normal = blue::MeanFieldNormal;
using Bfloat16 =
    boost::mp11::mp_rename<bench::detail::mlp_layers<512, 2, Normal, Normal, blue::CpuBfloat16>,
                           blue::Sequential>;

const bench::Registered mlp_bfloat16{
    {"mlp-train-bfloat16", 512, bench::make<bench::Train<Bfloat16>>},
    {"mlp-predict-bfloat16", 512, bench::make<bench::Predict<Bfloat16>>},
};

}  // namespace

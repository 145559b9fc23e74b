// SPDX-License-Identifier: BSD-3-Clause
// Deeper networks of width 512, for the growth of a step with its layers.
#include "mlp.hpp"

template std::unique_ptr<bench::Workload> bench::make_mlp_train<512, 4>(const Parameters&);
template std::unique_ptr<bench::Workload> bench::make_mlp_train<512, 8>(const Parameters&);

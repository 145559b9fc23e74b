// SPDX-License-Identifier: BSD-3-Clause
#include "mlp.hpp"

template std::unique_ptr<bench::Workload> bench::make_mlp_train<1200, 2>(const Parameters&);
template std::unique_ptr<bench::Workload> bench::make_mlp_predict<1200>(const Parameters&);

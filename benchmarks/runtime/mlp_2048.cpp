// SPDX-License-Identifier: BSD-3-Clause
#include "mlp.hpp"

static const bench::Registered mlp_2048 = bench::mlp_of_width<2048>();

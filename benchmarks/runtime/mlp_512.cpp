// SPDX-License-Identifier: BSD-3-Clause
#include "mlp.hpp"

static const bench::Registered mlp_512 = bench::mlp_of_width<512>();

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The flat prior.
#pragma once

#include <blue/config.hpp>

namespace blue {

/// The improper uniform prior: log density 0 everywhere. The divergence from it is the negative
/// entropy of the variational distribution.
struct UniformPrior {
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T) {
        return T(0);
    }
};

}  // namespace blue

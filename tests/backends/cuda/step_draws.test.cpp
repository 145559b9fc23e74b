// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Draws for each step of a sequence on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/layers/lstm.hpp>

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
template <class B>
using Fresh = LSTM<4, 3, fresh_draws, N, N, B>;

}  // namespace

TEST_CASE("cuda step draws: log probs, divergences and gradients", "[cuda]") {
    // Rounding grows from step to step.
    for (Index input_samples : {1, 3}) {
        const ModuleRun how{input_samples, 4, 3};
        CHECK(compare_module<Fresh, shape<5, 4>>(how) < 16 * rounding<double>);
        CHECK(compare_module<Fresh, shape<5, 4>, double, Scores::divergence>(how) <
              16 * rounding<double>);
    }
    CHECK(compare_module<Fresh, shape<1, 4>>({1, 4, 3}) < 16 * rounding<double>);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Some steps of training with any pair of distributions.
#pragma once

#include <blue/blue.hpp>

#include "train/toys.hpp"

#include <cmath>
#include <limits>

namespace blue_test {

/// Some steps of training; the loss of the last one, or NaN when a parameter of the weights stands
/// still.
template <class Q, class P>
double trained_loss() {
    using namespace blue;
    const float inputs[] = {0.5f, -1, 2, 1, 0.25f, -0.5f};
    const std::int32_t classes[] = {0, 1};
    auto layer = make<Linear<3, 2, Q, P>>(Seed{1});
    const auto before = parameters_of(layer);
    auto optimizer = make_optimizer(layer, Adam{.learning_rate = 1e-2});
    Tape<Cpu<float>> tape;
    const Elbo objective{Categorical{}};
    double value = 0;
    for (std::uint64_t step = 0; step < 5 && std::isfinite(value); ++step) {
        tape.reset();
        const auto x = tape.template input<shape<3>>(inputs, 2);
        const auto result = forward<Scores::divergence>(
            layer, tape, x, {.samples = 3, .seed = Seed{2}, .pass = step});
        const auto loss = objective(result, make_labels(tape, classes, 2, 2), DatasetSize{2});
        backward(loss);
        optimizer.step(layer, tape);
        value = static_cast<double>(loss.total.value());
    }
    const auto after = parameters_of(layer);
    for (std::size_t i = 0; i < after.size(); ++i)
        if (after[i] == before[i]) return std::numeric_limits<double>::quiet_NaN();
    return value;
}

}  // namespace blue_test

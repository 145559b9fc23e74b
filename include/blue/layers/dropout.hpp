// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Dropout, also as Monte Carlo dropout.
#pragma once

#include <blue/layers/pass.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/noise.hpp>

namespace blue {

/// Sets numbers to 0 at random and scales the others by 1 / (1 - probability) (Srivastava et al.
/// 2014), in training, and with `at_prediction` also in predictions: Monte Carlo dropout (Gal and
/// Ghahramani 2016), whose samples differ by their masks even when no weight is random. Each sample
/// of a pass and each call has masks of its own, which follow from the seed. Throws ValueError
/// unless the probability is in [0, 1), and for `at_prediction` in a pass without samples, such as
/// that of `MomentPropagation`.
struct Dropout {
    double probability = 0.5;
    bool at_prediction = false;

    template <class Pass, class X>
    X operator()(Pass& pass, X x) const {
        if (!(probability >= 0 && probability < 1))
            throw ValueError("Dropout: expected a probability in [0, 1), got ", probability);
        if constexpr (requires { pass.new_noise(); }) {
            if (probability == 0 || !(pass.training() || at_prediction)) return x;
            auto* const mask =
                detail::noise_values(*x.tape, noise::Mask{probability}, pass.new_noise(), false,
                                     pass.samples(), x.node->batch, x.node->item);
            return x * X{x.tape, mask};
        } else {  // a pass without draws, such as that of MomentPropagation
            if (at_prediction)
                throw ValueError("Dropout: expected a pass with samples for at_prediction = true");
            return x;
        }
    }
};

}  // namespace blue

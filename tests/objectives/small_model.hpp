// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A small classifier and a fixed batch for it.
#pragma once

#include <blue/blue.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace blue_test {

/// 3 features, 5 hidden units, 4 classes.
template <class Q, class P, class B = blue::Cpu<double>>
using SmallModel =
    blue::Sequential<blue::Linear<3, 5, Q, P, B>, blue::Tanh, blue::Linear<5, 4, Q, P, B>>;

inline constexpr blue::Index small_batch = 6;
inline constexpr blue::Index small_samples = 3;

inline const std::vector<double>& small_inputs() {
    static const std::vector<double> inputs = [] {
        std::vector<double> numbers;
        for (int i = 0; i < 3 * small_batch; ++i) numbers.push_back(std::sin(i + 1.0));
        return numbers;
    }();
    return inputs;
}
inline const std::vector<std::int32_t>& small_labels() {
    static const std::vector<std::int32_t> labels{0, 1, 2, 3, 1, 0};
    return labels;
}

/// A pass over the batch with fixed noise.
template <blue::Scores Wanted, class M>
auto small_pass(const M& model, blue::Tape<blue::Cpu<double>>& tape, bool norm_constants = true) {
    const auto x = tape.input<blue::shape<3>>(small_inputs().data(), small_batch);
    return blue::forward<Wanted>(
        model, tape, x,
        {.samples = small_samples, .seed = blue::Seed{5}, .norm_constants = norm_constants});
}
/// The loss of that pass.
template <blue::Scores Wanted, class M, class Objective>
auto small_loss(const M& model, blue::Tape<blue::Cpu<double>>& tape, Objective&& objective,
                bool norm_constants = true) {
    const auto result = small_pass<Wanted>(model, tape, norm_constants);
    return objective(result, blue::make_labels(tape, small_labels().data(), small_batch, 4));
}

}  // namespace blue_test

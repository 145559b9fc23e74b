// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Training with all samples at once and in chunks.
#pragma once

#include <blue/blue.hpp>

#include "train/toys.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace blue_test {

/// The parameters after a short training run, and the losses on the way.
template <class M, class Objective, class Data, class Change>
auto short_run(Objective objective, const Data& data, Index samples, Index samples_per_chunk,
               Change change) {
    M net{blue::Seed{1}};
    change(net);
    const auto report = blue::fit(net, objective, data,
                                  {.epochs = 2,
                                   .batch_size = 8,
                                   .samples = samples,
                                   .samples_per_chunk = samples_per_chunk,
                                   .seed = blue::Seed{2},
                                   .progress = blue::Progress::none},
                                  blue::Adam{.learning_rate = 1e-2});
    auto numbers = parameters_of(net);
    using T = typename decltype(numbers)::value_type;
    for (const auto& epoch : report.epochs) {
        numbers.push_back(static_cast<T>(epoch.loss));
        for (double divergence : epoch.divergences) numbers.push_back(static_cast<T>(divergence));
    }
    return numbers;
}

/// Whether chunks of 1, 2, 3 and 4 samples (the last one of a pass is smaller) on one and two
/// threads give the bits of a run with all samples at once.
template <class M, class Objective, class Data, class Change = void (*)(M&)>
bool is_the_same_in_chunks(
    const Objective& objective, const Data& data, Index samples = 6, Change change = [](M&) {}) {
    const int threads = blue::num_threads();
    blue::set_num_threads(1);
    const auto at_once = short_run<M>(objective, data, samples, 0, change);
    bool same = true;
    for (Index n : {1, 2, 3, 4}) {
        blue::set_num_threads(static_cast<int>(1 + n % 2));
        same = same && same_bits(short_run<M>(objective, data, samples, n, change), at_once);
    }
    blue::set_num_threads(threads);
    return same;
}

/// The gradients of one step with 5 samples.
template <class M>
struct Chunked {
    using B = blue::backend_of<M>;
    M net{blue::Seed{1}};
    blue::Tape<B> tape;

    template <class Objective, class Change = void (*)(M&)>
    Chunked(
        Objective objective, Index samples_per_chunk, Change change = [](M&) {}) {
        change(net);
        const Index batch = 7;
        std::vector<typename B::scalar> inputs;
        std::vector<std::int32_t> labels;
        for (Index i = 0; i < 2 * batch; ++i) inputs.push_back(number(3, i));
        for (Index i = 0; i < batch; ++i) labels.push_back(static_cast<std::int32_t>(i % 3));
        blue::SampleChunks chunks(net, samples_per_chunk);
        chunks.template backward<Objective::scores>(
            net, tape, {.samples = 5, .seed = blue::Seed{4}},
            [&](auto& tape) { return tape.template input<blue::shape<2>>(inputs.data(), batch); },
            [&](const auto& result) {
                return objective(result, blue::make_labels(tape, labels.data(), batch, 3),
                                 blue::DatasetSize{20});
            });
    }

    /// Of each variable.
    std::vector<std::vector<double>> gradients() const {
        std::vector<std::vector<double>> all;
        for (const blue::Draw<B>& draw : tape.draws()) {
            const Index n = draw.gradient_live ? blue::parameter_numbers(draw) : 0;
            all.emplace_back(draw.gradient, draw.gradient + n);
        }
        return all;
    }
};

/// The largest difference of a gradient in chunks of 1 to 4 samples from that of all at once,
/// relative to the largest gradient of the variable.
template <class M, class Objective, class Change = void (*)(M&)>
double worst_difference(
    const Objective& objective, Change change = [](M&) {}) {
    const auto at_once = Chunked<M>(objective, 5, change).gradients();
    double worst = 0;
    for (Index n : {1, 2, 3, 4}) {
        const auto in_chunks = Chunked<M>(objective, n, change).gradients();
        for (std::size_t slot = 0; slot < at_once.size(); ++slot) {
            if (in_chunks[slot].size() != at_once[slot].size()) return HUGE_VAL;
            double largest = 0, difference = 0;
            for (std::size_t i = 0; i < at_once[slot].size(); ++i) {
                largest = std::max(largest, std::abs(at_once[slot][i]));
                difference = std::max(difference, std::abs(in_chunks[slot][i] - at_once[slot][i]));
            }
            if (largest == 0 && !at_once[slot].empty() && difference == 0) continue;
            if (!at_once[slot].empty()) worst = std::max(worst, difference / largest);
        }
    }
    return worst;
}

}  // namespace blue_test

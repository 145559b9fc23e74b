// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reductions on the CPU. Sums run in a fixed order, in double where they are long.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/ops/reduce.hpp>

#include <cmath>

namespace blue {

template <class T, class Isa>
void reduce_forward(Tape<Cpu<T, Isa>>&, const detail::ReduceArgs<Cpu<T, Isa>>& args) {
    const auto& x = *args.x;
    T* const y = args.y->value;
    const Index samples = x.samples, n = x.per_sample();
    switch (args.kind) {
        case detail::Reduction::sum: {
            double total = 0;
            for (Index e = 0; e < x.size(); ++e) total += static_cast<double>(x.value[e]);
            *y = static_cast<T>(total);
            return;
        }
        case detail::Reduction::sum_last:
            for (Index row = 0; row < x.size() / args.inner; ++row) {
                double total = 0;
                for (Index e = 0; e < args.inner; ++e)
                    total += static_cast<double>(x.value[row * args.inner + e]);
                y[row] = static_cast<T>(total);
            }
            return;
        default:
            cpu::parallel_blocks(n, 1, x.size(), [&](Index, Index begin, Index end) {
                for (Index e = begin; e < end; ++e) {
                    double mean = 0;
                    for (Index s = 0; s < samples; ++s)
                        mean += static_cast<double>(x.value[s * n + e]);
                    mean /= static_cast<double>(samples);
                    double squares = 0;
                    if (args.kind == detail::Reduction::std_samples)
                        for (Index s = 0; s < samples; ++s) {
                            const double deviation = static_cast<double>(x.value[s * n + e]) - mean;
                            squares += deviation * deviation;
                        }
                    y[e] =
                        static_cast<T>(args.kind == detail::Reduction::std_samples
                                           ? std::sqrt(squares / static_cast<double>(samples - 1))
                                           : mean);
                }
            });
    }
}

template <class T, class Isa>
void reduce_backward(Tape<Cpu<T, Isa>>&, const detail::ReduceArgs<Cpu<T, Isa>>& args,
                     GradientTarget<T> dx) {
    const auto& x = *args.x;
    const T* const dy = args.y->grad;
    const Index samples = x.samples, n = x.per_sample();
    const auto put = [&](Index e, T value) { dx.data[e] = dx.add ? dx.data[e] + value : value; };
    switch (args.kind) {
        case detail::Reduction::sum:
            for (Index e = 0; e < x.size(); ++e) put(e, *dy);
            return;
        case detail::Reduction::sum_last:
            for (Index e = 0; e < x.size(); ++e) put(e, dy[e / args.inner]);
            return;
        case detail::Reduction::mean_samples: {
            const T scale = T(1) / static_cast<T>(samples);
            cpu::parallel_blocks(n, samples, x.size(), [&](Index s, Index begin, Index end) {
                for (Index e = begin; e < end; ++e) put(s * n + e, dy[e] * scale);
            });
            return;
        }
        case detail::Reduction::std_samples:
            for (Index e = 0; e < n; ++e) {
                double mean = 0;
                for (Index s = 0; s < samples; ++s) mean += static_cast<double>(x.value[s * n + e]);
                mean /= static_cast<double>(samples);
                const double deviation = static_cast<double>(args.y->value[e]);
                const double scale = deviation > 0
                                         ? static_cast<double>(dy[e]) /
                                               (deviation * static_cast<double>(samples - 1))
                                         : 0;
                for (Index s = 0; s < samples; ++s)
                    put(s * n + e,
                        static_cast<T>((static_cast<double>(x.value[s * n + e]) - mean) * scale));
            }
    }
}

template <class T, class Isa>
void pick_forward(Tape<Cpu<T, Isa>>&, const detail::PickArgs<Cpu<T, Isa>>& args) {
    const Index rows = args.y->per_sample();
    for (Index i = 0; i < args.y->size(); ++i)
        args.y->value[i] = args.x->value[i * args.classes + args.labels[i % rows]];
}

template <class T, class Isa>
void pick_backward(Tape<Cpu<T, Isa>>&, const detail::PickArgs<Cpu<T, Isa>>& args,
                   GradientTarget<T> dx) {
    const Index rows = args.y->per_sample();
    if (!dx.add) std::fill_n(dx.data, args.x->size(), T(0));
    for (Index i = 0; i < args.y->size(); ++i)
        dx.data[i * args.classes + args.labels[i % rows]] += args.y->grad[i];
}

}  // namespace blue

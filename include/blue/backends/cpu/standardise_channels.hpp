// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Channels with mean 0 and variance 1 over a batch on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/standardise_channels.hpp>

#include <array>
#include <cmath>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::standardise_channels, Cpu<T, Isa>> = true;

namespace cpu {

/// Some channels of one sample of a batch.
template <class B>
struct ChannelBlock {
    using T = typename B::scalar;
    /// Channels that are summed together: a cache line of float, when `inner` is 1.
    static constexpr Index most = 16;
    using Sums = std::array<double, most>;

    const blue::detail::StandardiseChannelsArgs<B>& args;
    Index s, first, count;

    double numbers() const { return static_cast<double>(args.x->batch * args.inner); }
    /// Where the statistics of the k-th of these channels lie.
    Index at(Index k) const { return s * args.channels + first + k; }

    /// Calls body(k, offset) for all rows of `inner` numbers.
    template <class Body>
    void for_each_row(Body body) const {
        for (Index b = 0; b < args.x->batch; ++b)
            for (Index k = 0; k < count; ++k)
                body(k, ((s * args.x->batch + b) * args.channels + first + k) * args.inner);
    }
    /// The mean of f(offset, k, pack loader) over the numbers of each channel.
    template <class F>
    BLUE_FLATTEN Sums means(F f) const {
        using S = math::NativePack<T>;
        Sums total{};
        for_each_row([&](Index k, Index offset) BLUE_INLINE_LAMBDA {
            if (args.inner == 1) {  // packs of one number are slow
                total[static_cast<std::size_t>(k)] += static_cast<double>(
                    f(k, [&](const T* data) BLUE_INLINE_LAMBDA { return data[offset]; }));
                return;
            }
            Sum<S> row;
            for_each_pack<S>(0, args.inner, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
                row.add(f(k, [&](const T* data)
                                 BLUE_INLINE_LAMBDA { return load<S>(data + offset + e, n); }),
                        n);
            });
            row.flush();
            total[static_cast<std::size_t>(k)] += row.total;
        });
        for (double& sum : total) sum /= numbers();
        return total;
    }
};

/// Calls body(block) for all channels of `samples` samples, in blocks.
template <class B, class Body>
void for_each_channel_block(const blue::detail::StandardiseChannelsArgs<B>& args, Body body) {
    constexpr Index most = ChannelBlock<B>::most;
    const Index blocks = (args.channels + most - 1) / most;
    parallel_units(args.x->samples * blocks, args.x->size(), [&](Index unit, int) {
        const Index first = unit % blocks * most;
        body(ChannelBlock<B>{args, unit / blocks, first, std::min(most, args.channels - first)});
    });
}

}  // namespace cpu

template <class T, class Isa>
void standardise_channels_forward(Tape<Cpu<T, Isa>>&,
                                  const detail::StandardiseChannelsArgs<Cpu<T, Isa>>& args) {
    using Block = cpu::ChannelBlock<Cpu<T, Isa>>;
    const T* const x = args.x->value;
    T* const y = args.y->value;
    cpu::for_each_channel_block(args, [&](const Block& block) {
        const auto means = block.means([&](Index, auto load) { return load(x); });
        for (Index k = 0; k < block.count; ++k)
            args.means[block.at(k)] = static_cast<T>(means[static_cast<std::size_t>(k)]);
        const auto variances = block.means([&](Index k, auto load) {
            const auto deviation = load(x) - args.means[block.at(k)];
            return deviation * deviation;
        });
        for (Index k = 0; k < block.count; ++k)
            args.scales[block.at(k)] =
                static_cast<T>(1 / std::sqrt(variances[static_cast<std::size_t>(k)] + args.eps));
        block.for_each_row([&](Index k, Index offset) {
            const T mean = args.means[block.at(k)], scale = args.scales[block.at(k)];
            for (Index e = offset; e < offset + args.inner; ++e) y[e] = (x[e] - mean) * scale;
        });
    });
    // Of all samples together, for the running statistics.
    const double n = static_cast<double>(args.x->batch * args.inner);
    const double samples = static_cast<double>(args.x->samples);
    for (Index c = 0; c < args.channels; ++c) {
        double mean = 0, variance = 0;
        for (Index s = 0; s < args.x->samples; ++s) {
            const double scale = static_cast<double>(args.scales[s * args.channels + c]);
            mean += static_cast<double>(args.means[s * args.channels + c]);
            // Rounding may take a constant channel below 0.
            variance += std::fmax(1 / (scale * scale) - args.eps, 0) * n / (n - 1);
        }
        args.statistics.mean[c] = static_cast<T>(mean / samples);
        args.statistics.variance[c] = static_cast<T>(variance / samples);
    }
}

template <class T, class Isa>
void standardise_channels_backward(Tape<Cpu<T, Isa>>&,
                                   const detail::StandardiseChannelsArgs<Cpu<T, Isa>>& args,
                                   GradientTarget<T> dx) {
    using Block = cpu::ChannelBlock<Cpu<T, Isa>>;
    const T* const y = args.y->value;
    const T* const dy = args.y->grad;
    cpu::for_each_channel_block(args, [&](const Block& block) {
        const auto means = block.means([&](Index, auto load) { return load(dy); });
        const auto along = block.means([&](Index, auto load) { return load(dy) * load(y); });
        block.for_each_row([&](Index k, Index offset) {
            const T scale = args.scales[block.at(k)];
            const T mean = static_cast<T>(means[static_cast<std::size_t>(k)]);
            const T mean_along = static_cast<T>(along[static_cast<std::size_t>(k)]);
            for (Index e = offset; e < offset + args.inner; ++e) {
                const T slope = scale * (dy[e] - mean - y[e] * mean_along);
                dx.data[e] = dx.add ? dx.data[e] + slope : slope;
            }
        });
    });
}

}  // namespace blue

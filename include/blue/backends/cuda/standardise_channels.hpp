// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Channels with mean 0 and variance 1 over a batch on the device: one block of threads per channel
/// and sample.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/moments.hpp>
#include <blue/ops/standardise_channels.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::standardise_channels, Cuda<T, E>> = true;

namespace cuda {

/// Where the numbers of the channels lie.
struct ChannelLayout {
    Index channels, inner, batch;

    BLUE_HOST_DEVICE Index count() const { return batch * inner; }
    /// Number i of a channel; `group` counts the channels of all samples.
    BLUE_HOST_DEVICE Index at(Index group, Index i) const {
        const auto [s, channel] = divide(group, channels);
        const auto [b, e] = divide(i, inner);
        return ((s * batch + b) * channels + channel) * inner + e;
    }
};

template <class T>
struct StandardiseChannelsForward : Adding<2> {
    using result = Sums<2>;
    ChannelLayout layout;
    const T* x;
    T* y;
    T* means;
    T* scales;
    double eps;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const T origin = x[layout.at(group, 0)];
        result sum{};
        for (Index i = lane; i < layout.count(); i += block_lanes)
            add_distance(sum, x[layout.at(group, i)], origin);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        const StandardScore<T> channel(sum, x[layout.at(group, 0)], layout.count(), eps);
        if (lane == 0) {
            means[group] = channel.mean;
            scales[group] = channel.scale;
        }
        for (Index i = lane; i < layout.count(); i += block_lanes)
            y[layout.at(group, i)] = channel(x[layout.at(group, i)]);
    }
};

/// Statistics of all samples together, one thread per channel.
template <class T>
struct JoinChannelStatistics {
    const T* means;
    const T* scales;
    ChannelStatistics<T> statistics;
    Index samples, channels, count;
    double eps;

    BLUE_HOST_DEVICE void operator()(Index c) const {
        const double n = static_cast<double>(count);
        double mean = 0, variance = 0;
        for (Index s = 0; s < samples; ++s) {
            const double scale = static_cast<double>(scales[s * channels + c]);
            mean += static_cast<double>(means[s * channels + c]);
            // Rounding may take a constant channel below 0.
            const double of_sample = 1 / (scale * scale) - eps;
            variance += (of_sample > 0 ? of_sample : 0) * n / (n - 1);
        }
        statistics.mean[c] = static_cast<T>(mean / static_cast<double>(samples));
        statistics.variance[c] = static_cast<T>(variance / static_cast<double>(samples));
    }
};

template <class T>
struct StandardiseChannelsBackward : Adding<2> {
    using result = Sums<2>;  ///< of dy, and of y dy
    ChannelLayout layout;
    const T* y;
    const T* dy;
    const T* scales;
    GradientTarget<T> dx;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        result sum{};
        for (Index i = lane; i < layout.count(); i += block_lanes)
            add_slope(sum, y[layout.at(group, i)], dy[layout.at(group, i)]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        const StandardScoreSlope<T> slope(sum, layout.count(), scales[group]);
        for (Index i = lane; i < layout.count(); i += block_lanes) {
            const Index at = layout.at(group, i);
            put(dx.data + at, slope(y[at], dy[at]), dx.add);
        }
    }
};

}  // namespace cuda

template <class T, class E>
void standardise_channels_forward(Tape<Cuda<T, E>>&,
                                  const detail::StandardiseChannelsArgs<Cuda<T, E>>& args) {
    const cuda::ChannelLayout layout{args.channels, args.inner, args.x->batch};
    E::template reduce<cuda::block_lanes>(
        args.x->samples * args.channels,
        cuda::StandardiseChannelsForward<T>{
            {}, layout, args.x->value, args.y->value, args.means, args.scales, args.eps});
    E::for_each(args.channels, cuda::JoinChannelStatistics<T>{
                                   args.means, args.scales, args.statistics, args.x->samples,
                                   args.channels, layout.count(), args.eps});
}

template <class T, class E>
void standardise_channels_backward(Tape<Cuda<T, E>>&,
                                   const detail::StandardiseChannelsArgs<Cuda<T, E>>& args,
                                   GradientTarget<T> dx) {
    E::template reduce<cuda::block_lanes>(
        args.x->samples * args.channels,
        cuda::StandardiseChannelsBackward<T>{{},
                                             {args.channels, args.inner, args.x->batch},
                                             args.y->value,
                                             args.y->grad,
                                             args.scales,
                                             dx});
}

}  // namespace blue

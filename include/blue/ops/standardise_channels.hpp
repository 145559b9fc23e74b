// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Channels with mean 0 and variance 1 over a batch: the first half of batch normalisation.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/error.hpp>
#include <blue/tensor/tape.hpp>

namespace blue {

namespace operation {
struct standardise_channels;
}

/// Statistics of the channels of a batch, in the backend's memory until the tape is reset.
template <class T>
struct ChannelStatistics {
    T* mean;      ///< (C), the mean over samples, examples and positions
    T* variance;  ///< (C), the mean over samples of the unbiased variance within each
};

namespace detail {

/// y = (x - mean) / sqrt(variance + eps) of each channel and sample. An item is `channels` x
/// `inner` numbers.
template <class B>
struct StandardiseChannelsArgs {
    using T = typename B::scalar;
    Node<B>* x;
    Node<B>* y;
    T* means;   ///< samples x channels
    T* scales;  ///< 1 / sqrt(variance + eps), samples x channels
    ChannelStatistics<T> statistics;
    Index channels, inner;
    double eps;
};

template <class B>
struct StandardiseChannelsRecord : Record<B> {
    StandardiseChannelsArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) standardise_channels_backward(tape, args, tape.gradient(args.x));
    }
};

template <class B>
StandardiseChannelsArgs<B> standardise_channels(Tape<B>& tape, Node<B>* x, Index channels,
                                                double eps) {
    using T = typename B::scalar;
    require_not_negative("normalisation", "eps", eps);
    const Index inner = x->item / channels;
    if (x->batch * inner < 2)
        throw ShapeError("BatchNorm: expected at least 2 numbers per channel in training, got ",
                         x->batch, " examples of ", inner,
                         "; a batch_size may leave a last batch of 1: choose another one, or "
                         "drop_last in fit");
    T* const numbers = tape.template device_memory<T>(2 * (x->samples + 1) * channels);
    StandardiseChannelsArgs<B> args{
        x,
        tape.node(x->samples, x->batch, x->item, x->needs_grad),
        numbers,
        numbers + x->samples * channels,
        {numbers + 2 * x->samples * channels, numbers + (2 * x->samples + 1) * channels},
        channels,
        inner,
        eps};
    constexpr bool known = has_kernel<operation::standardise_channels, B>;
    static_assert(requirement::kernel<known, operation::standardise_channels, B>{});
    if constexpr (known) {
        standardise_channels_forward(tape, args);
        if (args.y->needs_grad) tape.record(StandardiseChannelsRecord<B>{{}, args}, args.y);
    }
    return args;
}

}  // namespace detail

/// Numbers and the statistics that they were standardised with.
template <class B, class Shape>
struct Standardised {
    Var<B, Shape> samples;
    ChannelStatistics<typename B::scalar> statistics;
};

/// (x - mean) / sqrt(variance + eps) of each channel, the first axis of an item: mean and variance
/// are those of one sample, over the batch and the other axes. x: (S, B, C, ...). Throws ShapeError
/// when a channel has fewer than 2 numbers in a sample, and ValueError unless eps is finite and not
/// negative.
template <class B, class Shape>
Standardised<B, Shape> standardise_channels(Var<B, Shape> x, double eps = 1e-5) {
    const auto args = detail::standardise_channels(*x.tape, x.node, first_extent<Shape>, eps);
    return {{x.tape, args.y}, args.statistics};
}

}  // namespace blue

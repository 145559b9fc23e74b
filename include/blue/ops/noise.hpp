// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Noise of operations: numbers on the tape that no random variable draws.
#pragma once

#include <blue/random/noise.hpp>
#include <blue/tensor/tape.hpp>

namespace blue::detail {

/// samples x batch x item numbers of a kind of noise. Number i of sample s is element i of the
/// sample's key, so neither threads nor the number of samples in a pass change it.
template <class B, class Noise>
Node<B>* noise_values(Tape<B>& tape, const Noise& kind, const random::Key& key, bool antithetic,
                      Index samples, Index batch, Index item) {
    Node<B>* const y = tape.node(samples, batch, item, false);
    fill_noise(tape, *y, kind, key, antithetic);
    return y;
}

/// One number for each channel of an example, in the place of all numbers of the channel: as many
/// as `like` has. \param channels_last whether the numbers of a channel lie apart from each other.
template <class B, class Noise>
Node<B>* channel_noise(Tape<B>& tape, const Noise& kind, const random::Key& key, bool antithetic,
                       Index samples, const Node<B>& like, Index channels, bool channels_last) {
    Node<B>* const x = noise_values(tape, kind, key, antithetic, samples, like.batch, channels);
    if (like.item == channels) return x;
    Node<B>* const y = tape.node(samples, like.batch, like.item, false);
    Node<B> pieces = *x;
    if (!channels_last) {
        pieces.batch *= channels;
        pieces.item = 1;
    }
    repeat_items(tape, pieces, like.item / channels, *y);
    return y;
}

}  // namespace blue::detail

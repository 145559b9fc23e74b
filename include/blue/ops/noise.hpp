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

/// The same with each example's numbers `times` times after each other: rows that share them.
template <class B, class Noise>
Node<B>* shared_noise_values(Tape<B>& tape, const Noise& kind, const random::Key& key,
                             bool antithetic, Index samples, Index batch, Index item, Index times) {
    Node<B>* const x = noise_values(tape, kind, key, antithetic, samples, batch, item);
    if (times == 1) return x;
    Node<B>* const y = tape.node(samples, batch, times * item, false);
    repeat_items(tape, *x, times, *y);
    return y;
}

}  // namespace blue::detail

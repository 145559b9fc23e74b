// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Gradients of what several samples or rows have in common: sums, in an order that does not depend
/// on the threads.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/math/math.hpp>
#include <blue/tensor/tape.hpp>

#include <algorithm>
#include <utility>

namespace blue::cpu {

/// Leaves the sum over `samples` arrays of n numbers.
template <class T>
void add_samples(const T* data, Index samples, Index n, GradientTarget<T> to) {
    using S = math::NativePack<T>;
    parallel_blocks(n, 1, samples * n, [&](Index, Index begin, Index end) {
        for_each_pack<S>(begin, end, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            S total = to.add ? load<S>(to.data + e, count) : S(0);
            for (Index s = 0; s < samples; ++s) total += load<S>(data + s * n + e, count);
            store(total, to.data + e, count);
        });
    });
}

/// Of factors and offsets per channel. Each unit of work has its own sums; the units of a sample
/// follow each other.
template <class B>
class ChannelSums {
public:
    using T = typename B::scalar;

    /// \param weight, bias may be nullptr, and need not want a gradient.
    ChannelSums(Tape<B>& tape, Index units, Index channels, Node<B>* weight, Node<B>* bias)
        : units_(units), channels_(channels), weight_(weight), bias_(bias) {
        for (const auto& [node, sums] : {std::pair{weight, &weights_}, {bias, &biases_}}) {
            if (!node || !node->needs_grad) continue;
            *sums = tape.template device_memory<T>(units * channels);
            std::fill_n(*sums, units * channels, T(0));
        }
    }

    /// The sums of a unit; nullptr for those that nobody wants.
    T* weight(Index unit) const { return weights_ ? weights_ + unit * channels_ : nullptr; }
    T* bias(Index unit) const { return biases_ ? biases_ + unit * channels_ : nullptr; }

    void add_up(Tape<B>& tape) const {
        if (weights_) add_up(*weight_, weights_, tape.gradient(weight_));
        if (biases_) add_up(*bias_, biases_, tape.gradient(bias_));
    }

private:
    void add_up(const Node<B>& node, const T* sums, GradientTarget<T> to) const {
        const Index together = units_ / node.samples;
        for (Index s = 0; s < node.samples; ++s)
            for (Index c = 0; c < channels_; ++c) {
                double total = 0;
                for (Index unit = s * together; unit < (s + 1) * together; ++unit)
                    total += static_cast<double>(sums[unit * channels_ + c]);
                T& gradient = to.data[s * channels_ + c];
                gradient = (to.add ? gradient : T(0)) + static_cast<T>(total);
            }
    }

    Index units_, channels_;
    Node<B>* weight_;
    Node<B>* bias_;
    T* weights_ = nullptr;
    T* biases_ = nullptr;
};

}  // namespace blue::cpu

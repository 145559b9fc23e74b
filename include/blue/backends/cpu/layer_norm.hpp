// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layer normalisation on the CPU: a row is read, normalised and scaled while it is in the cache.
#pragma once

#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/backends/cpu/sums.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/layer_norm.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::layer_norm, Cpu<T, Isa>> = true;

namespace cpu {

/// The rows of a layer norm: those of one sample after the other.
template <class B>
struct LayerNormRows {
    using T = typename B::scalar;
    using S = math::NativePack<T>;

    const blue::detail::LayerNormArgs<B>& args;
    Index n = args.count;
    Index per_sample = args.y->per_sample() / n;
    Index rows_per_unit = std::max<Index>(1, block_size / n);
    Index units_per_sample = (per_sample + rows_per_unit - 1) / rows_per_unit;

    /// Calls body(unit, s, first row of the sample, last row) for all units.
    template <class Body>
    void for_each_unit(Body body) const {
        const Index samples = args.y->samples;
        parallel_units(samples * units_per_sample, args.y->size(), [&](Index unit, int) {
            const Index s = unit / units_per_sample;
            const Index from = unit % units_per_sample * rows_per_unit;
            body(unit, s, from, std::min(per_sample, from + rows_per_unit));
        });
    }

    /// What a row is computed from.
    struct Row {
        const T* x;
        const T* other;  ///< nullptr without a second term
        const T* weight;
        const T* bias;

        BLUE_HOST_INLINE S sum(Index e, Count<S> count) const {
            const S term = load<S>(x + e, count);
            return other ? term + load<S>(other + e, count) : term;
        }
        BLUE_HOST_INLINE S factor(Index e, Count<S> count) const {
            return weight ? load<S>(weight + e, count) : S(1);
        }
    };
    Row row(Index s, Index at) const {
        const auto of = [&](const Node<B>* node, Index offset) -> const T* {
            if (!node) return nullptr;
            return node->value + (node->samples == 1 ? 0 : s) * node->per_sample() + offset;
        };
        return {of(args.terms[0], at * n), of(args.terms[1], at * n), of(args.weight, 0),
                of(args.bias, 0)};
    }

    BLUE_FLATTEN void forward(Index s, Index at) const {
        const Row in = row(s, at);
        const Index number = s * per_sample + at;
        T* const y = args.y->value + number * n;
        Sum<S> total, squares;
        for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S sum = in.sum(e, count);
            store(sum, y + e, count);
            total.add(sum, count);
        });
        total.flush();
        const T mean = static_cast<T>(total.total / static_cast<double>(n));
        for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S deviation = load<S>(y + e, count) - mean;
            squares.add(deviation * deviation, count);
        });
        squares.flush();
        const T scale =
            static_cast<T>(1 / std::sqrt(squares.total / static_cast<double>(n) + args.eps));
        for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            S value = (load<S>(y + e, count) - mean) * scale * in.factor(e, count);
            if (in.bias) value += load<S>(in.bias + e, count);
            store(value, y + e, count);
        });
        args.means[number] = mean;
        args.scales[number] = scale;
    }

    /// slope (+)= scale (g - mean(g) - z mean(g z)) for the standardised row z and g = weight dy,
    /// in each of the targets that has memory. Adds z dy and dy to the sums, unless nullptr.
    BLUE_FLATTEN void backward(Index s, Index at, const T* gradient,
                               const std::array<GradientTarget<T>, 2>& targets, T* weight_sums,
                               T* bias_sums) const {
        const Row in = row(s, at);
        const Index number = s * per_sample + at;
        const T* const dy = gradient + number * n;
        const T mean = args.means[number], scale = args.scales[number];
        Sum<S> total, along;
        for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S slope = load<S>(dy + e, count);
            const S z = (in.sum(e, count) - mean) * scale;
            const S g = slope * in.factor(e, count);
            total.add(g, count);
            along.add(g * z, count);
            if (weight_sums)
                store(load<S>(weight_sums + e, count) + slope * z, weight_sums + e, count);
            if (bias_sums) store(load<S>(bias_sums + e, count) + slope, bias_sums + e, count);
        });
        total.flush();
        along.flush();
        const T mean_g = static_cast<T>(total.total / static_cast<double>(n));
        const T mean_along = static_cast<T>(along.total / static_cast<double>(n));
        for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S z = (in.sum(e, count) - mean) * scale;
            const S slope =
                (load<S>(dy + e, count) * in.factor(e, count) - mean_g - z * mean_along) * scale;
            for (const auto& [data, add] : targets) {
                if (!data) continue;
                T* const to = data + number * n + e;
                store(add ? load<S>(to, count) + slope : slope, to, count);
            }
        });
    }
};

}  // namespace cpu

template <class T, class Isa>
void layer_norm_forward(Tape<Cpu<T, Isa>>&, const detail::LayerNormArgs<Cpu<T, Isa>>& args) {
    const cpu::LayerNormRows<Cpu<T, Isa>> rows{args};
    rows.for_each_unit([&](Index, Index s, Index from, Index to) {
        for (Index at = from; at < to; ++at) rows.forward(s, at);
    });
}

template <class T, class Isa>
void layer_norm_backward(Tape<Cpu<T, Isa>>& tape, const detail::LayerNormArgs<Cpu<T, Isa>>& args) {
    const cpu::LayerNormRows<Cpu<T, Isa>> rows{args};
    const Index samples = args.y->samples, per_sample = args.y->per_sample();
    const T* const dy = args.y->grad;
    // A term that samples share gets the sum over them, in order.
    std::array<GradientTarget<T>, 2> targets{}, shared{};
    for (std::size_t i = 0; i < targets.size(); ++i) {
        Node<Cpu<T, Isa>>* const term = args.terms[i];
        if (!term || !term->needs_grad) continue;
        if (term->samples == samples) {
            targets[i] = tape.gradient_in_place(term, args.y);
        } else {
            shared[i] = tape.gradient(term);
            targets[i] = {tape.template device_memory<T>(args.y->size()), false};
        }
    }
    const cpu::ChannelSums<Cpu<T, Isa>> sums(tape, samples * rows.units_per_sample, args.count,
                                             args.weight, args.bias);
    rows.for_each_unit([&](Index unit, Index s, Index from, Index to) {
        for (Index at = from; at < to; ++at)
            rows.backward(s, at, dy, targets, sums.weight(unit), sums.bias(unit));
    });
    sums.add_up(tape);
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (shared[i].data) cpu::add_samples(targets[i].data, samples, per_sample, shared[i]);
}

}  // namespace blue

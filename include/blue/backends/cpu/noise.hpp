// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Noise of operations on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/random/draw.hpp>
#include <blue/tensor/tape.hpp>

#include <algorithm>

namespace blue {

template <class T, class Isa, class Noise>
void fill_noise(Tape<Cpu<T, Isa>>&, const Node<Cpu<T, Isa>>& y, const Noise& kind,
                const random::Key& key, bool antithetic) {
    static_assert(cpu::block_size % random::tile == 0);
    const Index n = y.per_sample();
    cpu::parallel_blocks(n, y.samples, y.size(), [&](Index s, Index begin, Index end) {
        const random::SampleKey of_sample = random::sample_key(key, s, antithetic);
        T* const out = y.value + s * n;
        const Index first = begin / random::tile, tiles = (end - begin) / random::tile;
        random::draw_tiles(kind, of_sample.key, first, tiles, out + begin);
        const Index done = begin + tiles * random::tile;
        if (done < end) {
            T last[random::tile];
            random::draw_tiles(kind, of_sample.key, first + tiles, 1, last);
            std::copy_n(last, end - done, out + done);
        }
        if (of_sample.negated)
            for (Index e = begin; e < end; ++e) out[e] = -out[e];
    });
}

/// y = each item of x `times` times.
template <class T, class Isa>
void repeat_items(Tape<Cpu<T, Isa>>&, const Node<Cpu<T, Isa>>& x, Index times,
                  const Node<Cpu<T, Isa>>& y) {
    const Index items = x.size() / x.item;
    cpu::parallel_units(items, y.size(), [&](Index i, int) {
        if (x.item == 1)
            return static_cast<void>(std::fill_n(y.value + i * times, times, x.value[i]));
        for (Index k = 0; k < times; ++k)
            std::copy_n(x.value + i * x.item, x.item, y.value + (i * times + k) * x.item);
    });
}

}  // namespace blue

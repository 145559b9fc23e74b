// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Noise on the device: four elements from each block of random words.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/random/draw.hpp>

#include <cstdint>

namespace blue::cuda {

/// Elements whose noise comes from one block of words: the smallest amount of noise worth making.
inline constexpr int unit_size = 4;

/// A unit: one of the 16 blocks of a tile. Its elements are 16 apart, so that neighbouring threads
/// touch neighbouring numbers.
struct Unit {
    Index first;          ///< element 0
    std::uint32_t block;  ///< number of the block of words

    BLUE_HOST_DEVICE explicit Unit(Index number)
        : first(number / 16 * random::tile + number % 16),
          block(static_cast<std::uint32_t>(number)) {}
    BLUE_HOST_DEVICE Index element(int j) const { return first + 16 * j; }
};

/// Units that cover `size` elements; some elements of the last tile may be beyond the end.
constexpr Index unit_count(Index size) {
    return ceil_div(size, random::tile) * 16;
}

/// The noise of the four elements of a unit: the values of `random::draw_element`.
template <class T, class Noise>
BLUE_HOST_DEVICE void draw_unit(const Noise& noise, const random::Key& key, const Unit& unit,
                                T (&out)[unit_size]) {
    using W = blue::noise::Words<T, 1>;
    if constexpr (Noise::words == 0) {
        for (T& value : out) value = T(0);
    } else {
        const random::Block b = key.block(unit.block);
        if constexpr (Noise::words == 2) {
            random::Key second_key = key;
            second_key.purpose |= random::detail::second_stream;
            const random::Block second = second_key.block(unit.block);
            for (int j = 0; j < unit_size; ++j)
                out[j] = noise.template from_words<T, 1>(W(b[j]), W(second[j])).r[0];
        } else if constexpr (requires { noise.template from_word<T, 1>(W(b[0])); }) {
            for (int j = 0; j < unit_size; ++j)
                out[j] = noise.template from_word<T, 1>(W(b[j])).r[0];
        } else {
            for (int j = 0; j < unit_size; j += 2) {
                math::Number<T> z0, z1;
                noise.template from_pair<T, 1>(W(b[j]), W(b[j + 1]), z0, z1);
                out[j] = z0.r[0];
                out[j + 1] = z1.r[0];
            }
        }
    }
}

/// Four numbers of one sample of an operation's noise.
template <class T, class Noise>
struct FillNoise {
    Noise kind;
    random::Key key;
    bool antithetic;
    Index size, units;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, number] = divide(i, units);
        const Unit unit(number);
        const random::SampleKey of_sample = random::sample_key(key, s, antithetic);
        T noise[unit_size];
        draw_unit<T>(kind, of_sample.key, unit, noise);
        for (int j = 0; j < unit_size; ++j)
            if (unit.element(j) < size)
                y[s * size + unit.element(j)] = of_sample.negated ? -noise[j] : noise[j];
    }
};

template <class T>
struct RepeatItems {
    const T* x;
    Index item, times;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        y[e] = x[e / (item * times) * item + e % item];
    }
};

}  // namespace blue::cuda

namespace blue {

template <class T, class Executor, class Noise>
void fill_noise(Tape<Cuda<T, Executor>>&, const Node<Cuda<T, Executor>>& y, const Noise& kind,
                const random::Key& key, bool antithetic) {
    const Index n = y.per_sample(), units = cuda::unit_count(n);
    Executor::for_each(y.samples * units,
                       cuda::FillNoise<T, Noise>{kind, key, antithetic, n, units, y.value});
}

/// y = each item of x `times` times.
template <class T, class Executor>
void repeat_items(Tape<Cuda<T, Executor>>&, const Node<Cuda<T, Executor>>& x, Index times,
                  const Node<Cuda<T, Executor>>& y) {
    Executor::for_each(y.size(), cuda::RepeatItems<T>{x.value, x.item, times, y.value});
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Drawing noise: a value is a pure function of its key and its position.
///
/// Values are laid out in tiles of 64, made from 16 consecutive blocks of four words. Element j of
/// tile t takes word j / 16 of block 16 t + j % 16. Kinds that make pairs of values pair words (0,
/// 1) and (2, 3) of a block. Kinds of two words per value take the second from the block of the
/// same number with the upper bit of the purpose set. The layout is part of the library's promise
/// that results can be reproduced: it depends neither on the instruction set nor on threads or
/// chunks.
#pragma once

#include <blue/config.hpp>
#include <blue/random/noise.hpp>
#include <blue/random/threefry.hpp>

#include <cstdint>
#include <type_traits>

namespace blue::random {

/// Values per tile.
inline constexpr Index tile = 64;

/// Elements that one key can name: blocks are counted in 32 bits.
inline constexpr std::int64_t max_elements = std::int64_t{4} << 32;

inline namespace BLUE_ISA {

namespace detail {

inline constexpr std::uint32_t second_stream = 0x80000000u;

/// Tiles that are drawn in step. With AVX-512, where one word of all blocks is a register, the
/// rounds of a single tile would wait for each other: a normal takes 0.65 ns instead of 0.77.
inline constexpr int tiles_in_step = BLUE_REGISTER_BYTES == 64 ? 2 : 1;
/// A word of each of their blocks.
inline constexpr int step_lanes = 16 * tiles_in_step;
template <class T>
using StepPack = math::Pack<T, step_lanes>;

/// The words of neighbouring tiles, the first of which begins with `first_block`: word i of all
/// blocks in word[i].
struct StepWords {
    using Lanes = math::detail::Bits<float, step_lanes>;
    typename Lanes::Register word[4][Lanes::count];

    BLUE_INLINE StepWords(const Key& key, std::uint32_t first_block, std::uint32_t stream) {
        constexpr std::uint32_t block[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                             11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                             22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
        __builtin_memcpy(word[0], block, sizeof word[0]);
        const Block c = key.counter(first_block);
        const Lanes same[4] = {c[0], c[1], c[2], c[3] | stream};
        BLUE_UNROLL for (int r = 0; r < Lanes::count; ++r) {
            word[0][r] += same[0].r[r];
            BLUE_UNROLL for (int i = 1; i < 4; ++i) word[i][r] = same[i].r[r];
        }
        threefry_rounds(word, key.generator_key());
    }

    BLUE_INLINE Lanes operator[](int i) const {
        Lanes lanes;
        BLUE_EACH_REGISTER(r, Lanes::count, lanes.r[r] = word[i][r]);
        return lanes;
    }
    /// N words from position j of a tile on, widened to the lanes of doubles.
    template <int N>
    BLUE_INLINE math::detail::Bits<double, N> widened(int of_tile, int j) const {
        std::uint32_t narrow[N];
        const int first = j / 16 * step_lanes + 16 * of_tile + j % 16;
        __builtin_memcpy(narrow, reinterpret_cast<const char*>(word) + 4 * first, sizeof narrow);
        math::detail::Bits<double, N> w;
        BLUE_UNROLL for (int r = 0; r < w.count; ++r)
            math::detail::widen(narrow + r * math::detail::register_lanes<double>, w.r[r]);
        return w;
    }
};

/// Stores what the words i of the blocks became.
BLUE_INLINE void store_tiles(const StepPack<float>& values, int i, float* out) {
    constexpr int count = StepPack<float>::count, lanes = StepPack<float>::per_register;
    BLUE_EACH_REGISTER(
        r, count,
        math::detail::store(out + r * lanes / 16 * tile + 16 * i + r * lanes % 16, values.r[r]));
}

/// Tiles in float, from their words and, where values take two, those of the second stream.
template <class Noise>
BLUE_INLINE void draw_step(const Noise& noise, const StepWords& w, const StepWords& second,
                           float* out) {
    constexpr int N = step_lanes;
    if constexpr (Noise::words == 2) {
        BLUE_UNROLL for (int i = 0; i < 4; ++i)
            store_tiles(noise.template from_words<float, N>(w[i], second[i]), i, out);
    } else if constexpr (requires { noise.template from_word<float, N>(w[0]); }) {
        BLUE_UNROLL for (int i = 0; i < 4; ++i)
            store_tiles(noise.template from_word<float, N>(w[i]), i, out);
    } else {
        BLUE_UNROLL for (int i = 0; i < 4; i += 2) {
            StepPack<float> z0, z1;
            noise.template from_pair<float, N>(w[i], w[i + 1], z0, z1);
            store_tiles(z0, i, out);
            store_tiles(z1, i + 1, out);
        }
    }
}

/// Tiles in double, from the same words.
template <class Noise>
BLUE_INLINE void draw_step(const Noise& noise, const StepWords& w, const StepWords& second,
                           double* out) {
    constexpr int N = 8;
    for (int t = 0; t < tiles_in_step; ++t, out += tile)
        for (int j = 0; j < tile; j += N) {
            const auto first = w.template widened<N>(t, j);
            if constexpr (Noise::words == 2) {
                noise.template from_words<double, N>(first, second.template widened<N>(t, j))
                    .store(out + j);
            } else if constexpr (requires { noise.template from_word<double, N>(first); }) {
                noise.template from_word<double, N>(first).store(out + j);
            } else if (j / 16 % 2 == 0) {
                math::Pack<double, N> z0, z1;
                noise.template from_pair<double, N>(first, w.template widened<N>(t, j + 16), z0,
                                                    z1);
                z0.store(out + j);
                z1.store(out + j + 16);
            }
        }
}

}  // namespace detail

/// Draws `tiles` tiles from the given one on: 64 values each.
template <class Noise, class T>
BLUE_FLATTEN void draw_tiles(const Noise& noise, const Key& key, Index first_tile, Index tiles,
                             T* out) {
    if constexpr (Noise::words != 0) {
        constexpr int step = detail::tiles_in_step;
        const Key name = key;  // a copy, which writing to `out` cannot change
        const Noise kind = noise;
        T beyond[step * tile];
        for (Index t = 0; t < tiles; t += step) {
            const bool is_whole = t + step <= tiles;
            const auto block = static_cast<std::uint32_t>(16 * (first_tile + t));
            const detail::StepWords words(name, block, 0);
            const detail::StepWords second =
                Noise::words == 2 ? detail::StepWords(name, block, detail::second_stream) : words;
            detail::draw_step(kind, words, second, is_whole ? out + tile * t : beyond);
            if (!is_whole) __builtin_memcpy(out + tile * t, beyond, sizeof(T) * tile);
        }
    }
}

/// Draws one element: the same words as in draw_tiles, and the same value up to rounding.
template <class Noise, class T>
BLUE_HOST_DEVICE T draw_element(const Noise& noise, const Key& key, Index element) {
    if constexpr (Noise::words == 0) {
        return T(0);
    } else {
        using W = blue::noise::Words<T, 1>;
        const int j = static_cast<int>(element % tile);
        const auto block = static_cast<std::uint32_t>(16 * (element / tile) + j % 16);
        const int i = j / 16;
        const Block b = key.block(block);
        if constexpr (Noise::words == 2) {
            Key second = key;
            second.purpose |= detail::second_stream;
            return noise.template from_words<T, 1>(W(b[i]), W(second.block(block)[i])).r[0];
        } else if constexpr (requires { noise.template from_word<T, 1>(W(b[i])); }) {
            return noise.template from_word<T, 1>(W(b[i])).r[0];
        } else {
            math::Number<T> z0, z1;
            noise.template from_pair<T, 1>(W(b[i & 2]), W(b[i | 1]), z0, z1);
            return i % 2 == 0 ? z0.r[0] : z1.r[0];
        }
    }
}

/// A number in (0, 1).
template <class T>
BLUE_HOST_DEVICE T uniform(const Key& key, Index element) {
    return draw_element<noise::Uniform, T>({}, key, element);
}

}  // namespace BLUE_ISA
}  // namespace blue::random

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

/// The 64 words of a tile: word i of its 16 blocks in the lanes of word[i].
struct TileWords {
    math::detail::Bits<float, 16> word[4];

    BLUE_INLINE TileWords(const Key& key, std::uint32_t first_block, std::uint32_t stream) {
        constexpr std::uint32_t lane[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        const Block k = key.generator_key();
        const Block c = key.counter(first_block);
        math::detail::Bits<float, 16> lanes;
        __builtin_memcpy(&lanes, lane, sizeof lanes);
        word[0] = lanes + c[0];
        word[1] = c[1];
        word[2] = c[2];
        word[3] = c[3] | stream;
        BLUE_UNROLL for (int i = 0; i < lanes.count; ++i)
            threefry_rounds(word[0].r[i], word[1].r[i], word[2].r[i], word[3].r[i], k);
    }
};

/// Lanes that become normals at once: on AVX2 one register, as clang spills with two (1.10 ns
/// instead of 1.22 per normal), elsewhere all of the tile's 16.
inline constexpr int pair_lanes = BLUE_REGISTER_BYTES == 32 ? 8 : 16;

/// Part k of some words, of L lanes.
template <int L>
BLUE_INLINE math::detail::Bits<float, L> part(const math::detail::Bits<float, 16>& words, int k) {
    math::detail::Bits<float, L> w;
    BLUE_EACH_REGISTER(i, w.count, w.r[i] = words.r[k * w.count + i]);
    return w;
}

/// One tile in float.
template <class Noise>
BLUE_INLINE void draw_tile(const Noise& noise, const Key& key, std::uint32_t first_block,
                           float* out) {
    const TileWords w(key, first_block, 0);
    if constexpr (Noise::words == 2) {
        const TileWords second(key, first_block, second_stream);
        BLUE_UNROLL for (int i = 0; i < 4; ++i)
            noise.template from_words<float, 16>(w.word[i], second.word[i])
                .store(out + 16 * i);
    } else if constexpr (requires { noise.template from_word<float, 16>(w.word[0]); }) {
        BLUE_UNROLL for (int i = 0; i < 4; ++i) noise.template from_word<float, 16>(w.word[i])
            .store(out + 16 * i);
    } else {
        constexpr int L = pair_lanes;
        BLUE_UNROLL for (int part_of_pair = 0; part_of_pair < 32 / L; ++part_of_pair) {
            const int i = part_of_pair * L / 16 * 2, k = part_of_pair % (16 / L);
            math::Pack<float, L> z0, z1;
            noise.template from_pair<float, L>(part<L>(w.word[i], k), part<L>(w.word[i + 1], k), z0,
                                               z1);
            z0.store(out + 16 * i + k * L);
            z1.store(out + 16 * (i + 1) + k * L);
        }
    }
}

/// Words from position j on, widened to the lanes of doubles.
template <int N>
BLUE_INLINE math::detail::Bits<double, N> widen(const TileWords& words, int j) {
    std::uint32_t narrow[N];
    __builtin_memcpy(narrow, reinterpret_cast<const char*>(&words) + 4 * j, sizeof narrow);
    math::detail::Bits<double, N> w;
    BLUE_UNROLL for (int i = 0; i < w.count; ++i)
        math::detail::widen(narrow + i * math::detail::register_lanes<double>, w.r[i]);
    return w;
}

/// One tile in double, from the same words.
template <class Noise>
BLUE_INLINE void draw_tile(const Noise& noise, const Key& key, std::uint32_t first_block,
                           double* out) {
    constexpr int N = 8;
    const TileWords w(key, first_block, 0);
    const TileWords second(key, first_block, second_stream);
    for (int j = 0; j < tile; j += N) {
        if constexpr (Noise::words == 2) {
            noise.template from_words<double, N>(widen<N>(w, j), widen<N>(second, j))
                .store(out + j);
        } else if constexpr (requires { noise.template from_word<double, N>(widen<N>(w, j)); }) {
            noise.template from_word<double, N>(widen<N>(w, j)).store(out + j);
        } else if (j / 16 % 2 == 0) {
            math::Pack<double, N> z0, z1;
            noise.template from_pair<double, N>(widen<N>(w, j), widen<N>(w, j + 16), z0, z1);
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
    if constexpr (Noise::words != 0)
        for (Index t = 0; t < tiles; ++t)
            detail::draw_tile(noise, key, static_cast<std::uint32_t>(16 * (first_tile + t)),
                              out + tile * t);
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

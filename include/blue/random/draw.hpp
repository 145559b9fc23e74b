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

/// The words of N consecutive blocks, from `block` on.
template <int N>
struct BlockLanes {
    math::detail::Bits<float, N> word[4];

    BLUE_INLINE BlockLanes(const Key& key, std::uint32_t block, std::uint32_t stream) {
        constexpr std::uint32_t lane[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        static_assert(N <= 16);
        const Block k = key.generator_key();
        const Block c = key.counter(block);
        BLUE_UNROLL for (int i = 0; i < 4; ++i) word[i] = c[i];
        math::detail::Bits<float, N> lanes;
        __builtin_memcpy(&lanes, lane, sizeof lanes);
        word[0] = word[0] + lanes;
        word[3] = word[3] | stream;
        BLUE_UNROLL for (int i = 0; i < word[0].count; ++i)
            threefry_rounds(word[0].r[i], word[1].r[i], word[2].r[i], word[3].r[i], k);
    }
};

/// Blocks that are made at once: one native register of words, at least eight on SSE (two
/// chains to overlap).
inline constexpr int block_lanes = BLUE_REGISTER_BYTES == 64 ? 16 : 8;

/// One tile in float.
template <class Noise>
BLUE_INLINE void draw_tile(const Noise& noise, const Key& key, std::uint32_t first_block,
                           float* out) {
    constexpr int N = block_lanes;
    using P = math::Pack<float, N>;
    BLUE_UNROLL for (int c = 0; c < 16; c += N) {
        const BlockLanes<N> b(key, first_block + c, 0);
        if constexpr (Noise::words == 2) {
            const BlockLanes<N> second(key, first_block + c, second_stream);
            BLUE_UNROLL for (int i = 0; i < 4; ++i)
                noise.template from_words<float, N>(b.word[i], second.word[i])
                    .store(out + 16 * i + c);
        } else if constexpr (requires { noise.template from_word<float, N>(b.word[0]); }) {
            BLUE_UNROLL for (int i = 0; i < 4; ++i) noise.template from_word<float, N>(b.word[i])
                .store(out + 16 * i + c);
        } else {
            BLUE_UNROLL for (int i = 0; i < 4; i += 2) {
                P z0, z1;
                noise.template from_pair<float, N>(b.word[i], b.word[i + 1], z0, z1);
                z0.store(out + 16 * i + c);
                z1.store(out + 16 * (i + 1) + c);
            }
        }
    }
}

/// 16 words of 32 bits, widened to the lanes of doubles.
template <int N>
BLUE_INLINE math::detail::Bits<double, N> widen(const std::uint32_t* p) {
    std::uint64_t wide[N];
    for (int i = 0; i < N; ++i) wide[i] = p[i];
    math::detail::Bits<double, N> w;
    __builtin_memcpy(&w, wide, sizeof w);
    return w;
}

/// The 64 words of a tile, in the order of its elements.
BLUE_INLINE void tile_words(const Key& key, std::uint32_t first_block, std::uint32_t stream,
                            std::uint32_t* out) {
    BLUE_UNROLL for (int c = 0; c < 16; c += block_lanes) {
        const BlockLanes<block_lanes> b(key, first_block + c, stream);
        BLUE_UNROLL for (int i = 0; i < 4; ++i)
            __builtin_memcpy(out + 16 * i + c, &b.word[i], sizeof b.word[i]);
    }
}

/// One tile in double: the same words.
template <class Noise>
BLUE_INLINE void draw_tile(const Noise& noise, const Key& key, std::uint32_t first_block,
                           double* out) {
    constexpr int N = block_lanes / 2;
    using P = math::Pack<double, N>;
    std::uint32_t word[tile], second[tile];
    tile_words(key, first_block, 0, word);
    if constexpr (Noise::words == 2) tile_words(key, first_block, second_stream, second);
    for (int j = 0; j < tile; j += N) {
        const auto w = widen<N>(word + j);
        if constexpr (Noise::words == 2) {
            noise.template from_words<double, N>(w, widen<N>(second + j)).store(out + j);
        } else if constexpr (requires { noise.template from_word<double, N>(w); }) {
            noise.template from_word<double, N>(w).store(out + j);
        } else if (j / 16 % 2 == 0) {
            P z0, z1;
            noise.template from_pair<double, N>(w, widen<N>(word + j + 16), z0, z1);
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

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The counter-based generator Threefry4x32-20 and the keys that name draws.
#pragma once

#include <blue/config.hpp>

#include <cstdint>

namespace blue::random {

/// Four random words: what one call of the generator gives.
struct Block {
    std::uint32_t word[4];
    BLUE_HOST_DEVICE constexpr std::uint32_t operator[](int i) const { return word[i]; }
    BLUE_HOST_DEVICE friend constexpr bool operator==(const Block& a, const Block& b) {
        return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
    }
};

inline namespace BLUE_ISA {
namespace detail {

/// The twenty rounds, on R single words or vectors of words in step: each operation waits for the
/// one before, and R of them fill the time. x holds the counters and then the random words.
template <class V, int R>
BLUE_INLINE constexpr void threefry_rounds(V (&x)[4][R], const Block& k) {
    // Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC'11).
    constexpr int rotation[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5},
                                    {6, 20},  {17, 11}, {25, 10}, {18, 20}};
    const std::uint32_t parity = 0x1bd11bdau ^ k[0] ^ k[1] ^ k[2] ^ k[3];
    const std::uint32_t key[5] = {k[0], k[1], k[2], k[3], parity};
    BLUE_UNROLL for (int i = 0; i < 4; ++i) BLUE_UNROLL for (int r = 0; r < R; ++r) x[i][r] +=
        key[i];
    BLUE_UNROLL for (int round = 0; round < 20; ++round) {
        const int a = rotation[round % 8][0], b = rotation[round % 8][1];
        V(&y1)[R] = x[round % 2 == 0 ? 1 : 3];
        V(&y3)[R] = x[round % 2 == 0 ? 3 : 1];
        BLUE_UNROLL for (int r = 0; r < R; ++r) {
            x[0][r] += y1[r];
            x[2][r] += y3[r];
        }
        BLUE_UNROLL for (int r = 0; r < R; ++r) {
            y1[r] = y1[r] << a | y1[r] >> (32 - a);
            y3[r] = y3[r] << b | y3[r] >> (32 - b);
        }
        BLUE_UNROLL for (int r = 0; r < R; ++r) {
            y1[r] ^= x[0][r];
            y3[r] ^= x[2][r];
        }
        if (round % 4 == 3) {
            const int s = (round + 1) / 4;
            BLUE_UNROLL for (int r = 0; r < R; ++r) {
                x[0][r] += key[s % 5];
                x[1][r] += key[(s + 1) % 5];
                x[2][r] += key[(s + 2) % 5];
                x[3][r] += key[(s + 3) % 5] + static_cast<std::uint32_t>(s);
            }
        }
    }
}

}  // namespace detail
}  // namespace BLUE_ISA

/// Threefry4x32 with 20 rounds: the random words of one counter.
BLUE_HOST_DEVICE constexpr Block threefry4x32(Block counter, Block key) {
    std::uint32_t x[4][1] = {{counter[0]}, {counter[1]}, {counter[2]}, {counter[3]}};
    detail::threefry_rounds(x, key);
    return {{x[0][0], x[1][0], x[2][0], x[3][0]}};
}

/// What a draw is for: draws for different purposes are independent.
enum class purpose : std::uint32_t { weights, outputs, initial_values, shuffle, dropout, user };

/// The name of a sequence of draws. Equal keys give equal numbers on every machine, different keys
/// independent ones.
struct Key {
    std::uint64_t seed = 0;      ///< of the model or the run
    std::uint64_t pass = 0;      ///< number of the forward pass
    std::uint32_t variable = 0;  ///< which random variable
    std::uint32_t sample = 0;    ///< which of the samples of one pass
    std::uint32_t purpose =
        0;  ///< a value of random::purpose; the upper 24 bits are for the library

    BLUE_HOST_DEVICE friend constexpr bool operator==(const Key& a, const Key& b) {
        return a.seed == b.seed && a.pass == b.pass && a.variable == b.variable &&
               a.sample == b.sample && a.purpose == b.purpose;
    }
    /// The generator's key.
    BLUE_HOST_DEVICE constexpr Block generator_key() const {
        return {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                 static_cast<std::uint32_t>(pass), static_cast<std::uint32_t>(pass >> 32)}};
    }
    /// The generator's counter of a block.
    BLUE_HOST_DEVICE constexpr Block counter(std::uint32_t block) const {
        return {{block, sample, variable, purpose}};
    }
    BLUE_HOST_DEVICE constexpr Block block(std::uint32_t number) const {
        return threefry4x32(counter(number), generator_key());
    }
};

/// What names the noise of one sample: a key, and whether the noise is negated.
struct SampleKey {
    Key key;
    bool negated;
};

/// The noise of sample s of a sequence. In antithetic pairs the odd sample has the noise of the
/// even one before it, negated; which one is odd is counted from the first sample of all, so passes
/// that draw some of the samples each draw the same ones.
BLUE_HOST_DEVICE constexpr SampleKey sample_key(Key key, Index s, bool antithetic) {
    key.sample += static_cast<std::uint32_t>(s);
    const bool negated = antithetic && key.sample % 2 == 1;
    if (negated) --key.sample;
    return {key, negated};
}

}  // namespace blue::random

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Nanoseconds per word and per value of noise, one core, the least of many repeats on a buffer
/// that stays in the cache: the numbers in docs/rationale/003-random-numbers.md.
///
///     g++ -std=c++20 -O3 -march=native -Iinclude tests/random/speed.cpp -o speed && ./speed

#include <blue/random/draw.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

namespace {

constexpr blue::Index tiles = 64;  // 16 KiB of floats
alignas(64) float buffer[64 * tiles];
alignas(64) std::uint32_t out[64 * tiles];
alignas(64) double wide_buffer[64 * tiles];

template <class F>
double nanoseconds_per_value(F f) {
    double best = 1e9;
    for (int repeat = 0; repeat < 2000; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        f(repeat);
        const std::chrono::duration<double, std::nano> time =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, time.count() / double(64 * tiles));
    }
    return best;
}

template <class F>
void print(const char* name, F f) {
    std::printf("%-28s %6.3f\n", name, nanoseconds_per_value(f));
}

/// Philox4x32-10 for comparison: the 64 words of 16 blocks, written as loops for the compiler.
void philox_loops(std::uint32_t block, std::uint32_t k0, std::uint32_t* out) {
    std::uint32_t c[4][16];
    for (std::uint32_t i = 0; i < 16; ++i)
        c[0][i] = block + i, c[1][i] = 1, c[2][i] = 2, c[3][i] = 3;
    std::uint32_t k1 = 5;
    for (int round = 0; round < 10; ++round, k0 += 0x9e3779b9, k1 += 0xbb67ae85) {
        for (int i = 0; i < 16; ++i) {
            const std::uint64_t p0 = std::uint64_t{0xd2511f53} * c[0][i];
            const std::uint64_t p1 = std::uint64_t{0xcd9e8d57} * c[2][i];
            c[0][i] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1][i] ^ k0;
            c[2][i] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3][i] ^ k1;
            c[1][i] = static_cast<std::uint32_t>(p1);
            c[3][i] = static_cast<std::uint32_t>(p0);
        }
    }
    std::memcpy(out, c, sizeof c);
}

#if defined(BLUE_ISA_AVX512)
#define BLUE_SPEED_LANES 16
using Words = __m512i;
Words broadcast(std::uint32_t a) {
    return _mm512_set1_epi32(static_cast<int>(a));
}
Words add(Words a, Words b) {
    return _mm512_maskz_add_epi32(0xffff, a, b);
}
Words exclusive_or(Words a, Words b) {
    return _mm512_maskz_xor_epi32(0xffff, a, b);
}
/// The upper and the lower halves of the products of even and odd lanes.
void multiply(Words a, Words m, Words& high, Words& low) {
    const Words even = _mm512_maskz_mul_epu32(0xff, a, m);
    const Words odd = _mm512_maskz_mul_epu32(0xff, _mm512_maskz_srli_epi64(0xff, a, 32), m);
    high = _mm512_mask_mov_epi32(_mm512_maskz_srli_epi64(0xff, even, 32), 0xaaaa, odd);
    low = _mm512_mask_mov_epi32(even, 0xaaaa, _mm512_maskz_slli_epi64(0xff, odd, 32));
}
#elif defined(BLUE_ISA_AVX2)
#define BLUE_SPEED_LANES 8
using Words = __m256i;
Words broadcast(std::uint32_t a) {
    return _mm256_set1_epi32(static_cast<int>(a));
}
Words add(Words a, Words b) {
    return _mm256_add_epi32(a, b);
}
Words exclusive_or(Words a, Words b) {
    return _mm256_xor_si256(a, b);
}
void multiply(Words a, Words m, Words& high, Words& low) {
    const Words even = _mm256_mul_epu32(a, m), odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), m);
    high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
}
#endif

#if defined(BLUE_SPEED_LANES)
/// The same words with the widening multiplication of the instruction set.
void philox_intrinsics(std::uint32_t block, std::uint32_t key, std::uint32_t* out) {
    for (std::uint32_t lane = 0; lane < 16; lane += BLUE_SPEED_LANES) {
        static const std::uint32_t first[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                8, 9, 10, 11, 12, 13, 14, 15};
        Words x[4] = {Words{}, broadcast(1), broadcast(2), broadcast(3)};
        std::memcpy(&x[0], first + lane, sizeof x[0]);
        x[0] = add(x[0], broadcast(block));
        std::uint32_t k0 = key, k1 = 5;
        BLUE_UNROLL for (int round = 0; round < 10; ++round) {
            Words h0, h1, l0, l1;
            multiply(x[0], broadcast(0xd2511f53), h0, l0);
            multiply(x[2], broadcast(0xcd9e8d57), h1, l1);
            x[0] = exclusive_or(exclusive_or(h1, x[1]), broadcast(k0));
            x[2] = exclusive_or(exclusive_or(h0, x[3]), broadcast(k1));
            x[1] = l1;
            x[3] = l0;
            k0 += 0x9e3779b9, k1 += 0xbb67ae85;
        }
        for (int i = 0; i < 4; ++i) std::memcpy(out + 16 * i + lane, &x[i], sizeof x[i]);
    }
}
#endif

template <class F>
void print_philox(const char* name, F f) {
    std::uint32_t words[64], expected[64];
    f(7, 9, words);
    philox_loops(7, 9, expected);
    if (std::memcmp(words, expected, sizeof words) != 0) std::puts("Philox is wrong");
    print(name, [&](int pass) {
        for (blue::Index t = 0; t < tiles; ++t)
            f(static_cast<std::uint32_t>(16 * t), static_cast<std::uint32_t>(pass), out + 64 * t);
    });
}

template <class Noise>
void print_noise(const char* name, const Noise& kind) {
    const auto key = [](int pass) { return blue::random::Key{1, std::uint64_t(pass), 2, 3, 4}; };
    const double single = nanoseconds_per_value(
        [&](int pass) { blue::random::draw_tiles(kind, key(pass), 0, tiles, buffer); });
    const double full = nanoseconds_per_value(
        [&](int pass) { blue::random::draw_tiles(kind, key(pass), 0, tiles, wide_buffer); });
    std::printf("%-28s %6.3f %6.3f\n", name, single, full);
}

}  // namespace

int main() {
    print("Threefry4x32-20, words", [](int pass) {
        using namespace blue::random::detail;
        for (blue::Index t = 0; t < tiles; t += tiles_in_step) {
            const StepWords w({1, std::uint64_t(pass), 2, 3, 4}, static_cast<std::uint32_t>(16 * t),
                              0);
            __builtin_memcpy(buffer + 64 * t, w.word, sizeof w.word);
        }
    });
#if defined(BLUE_SPEED_LANES)
    print_philox("Philox4x32-10, intrinsics", philox_intrinsics);
#endif
    print_philox("Philox4x32-10, loops", philox_loops);
    std::puts("noise                         float double");
    print_noise("normal", blue::noise::Normal{});
    print_noise("uniform", blue::noise::Uniform{});
    print_noise("exponential", blue::noise::Exponential{});
    print_noise("Gumbel", blue::noise::Gumbel{});
    print_noise("Laplace", blue::noise::Laplace{});
    print_noise("logistic", blue::noise::Logistic{});
    print_noise("Cauchy", blue::noise::Cauchy{});
    print_noise("Student's t", blue::noise::StudentT{4});
    std::mt19937 generator;
    std::normal_distribution<float> normal;
    print("std::normal_distribution", [&](int) {
        for (float& x : buffer) x = normal(generator);
    });
}

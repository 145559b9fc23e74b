// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The only header with macros: compiler differences and host/device annotations.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __CUDACC__
#define BLUE_HOST_DEVICE __host__ __device__
#else
#define BLUE_HOST_DEVICE
#endif

/// Eigen is a library for the host also in .cu files. Without this nvcc compiles it for the device,
/// with errors, and its products are not vectorised.
#if defined(__CUDACC__) && !defined(EIGEN_NO_CUDA)
#define EIGEN_NO_CUDA
#endif

/// Defined by builds with sanitizers: inlined into sweeps, their checks make a file compile for
/// minutes. Programs are then much slower.
#if defined(BLUE_NO_FORCED_INLINING) || !defined(__GNUC__)
#define BLUE_FORCES_INLINING 0
#else
#define BLUE_FORCES_INLINING 1
#endif

/// Small functions on packs and duals: must disappear into the loop that calls them. (Spelled so
/// that it may follow `friend` and `static`, where a standard attribute may not stand.)
#if defined(__CUDACC__)
#define BLUE_INLINE BLUE_HOST_DEVICE __forceinline__
#elif BLUE_FORCES_INLINING
#define BLUE_INLINE __attribute__((always_inline)) inline
#else
#define BLUE_INLINE inline
#endif

/// The same for functions of the CPU backend, which take lambdas that no device can call.
#if BLUE_FORCES_INLINING
#define BLUE_HOST_INLINE __attribute__((always_inline)) inline
#else
#define BLUE_HOST_INLINE inline
#endif

/// The same for a lambda, written after its parameters: `[&](auto x) BLUE_INLINE_LAMBDA { ... }`.
#if BLUE_FORCES_INLINING
#define BLUE_INLINE_LAMBDA __attribute__((always_inline))
#else
#define BLUE_INLINE_LAMBDA
#endif

/// Sweeps over user formulas: everything that they call is inlined. Without it GCC leaves formulas
/// as calls and passes packs through memory (2 to 11 times slower).
#if BLUE_FORCES_INLINING
#define BLUE_FLATTEN [[gnu::flatten]]
#else
#define BLUE_FLATTEN
#endif

/// Full unrolling of a short loop with a constant number of turns. (Nothing in the host pass of
/// nvcc: its front end knows only its own spelling, and the host compiler behind it warns about
/// that one.)
#if defined(__CUDA_ARCH__)
#define BLUE_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__)
#define BLUE_UNROLL
#elif defined(__clang__)
#define BLUE_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define BLUE_UNROLL _Pragma("GCC unroll 64")
#else
#define BLUE_UNROLL
#endif

/// The statement for i = 0, 1, ..., count - 1, for the registers of a pack. The first two, of which
/// nearly all packs consist, are written out: unrolling a loop for each operation gives the same
/// code, and took a twelfth of the time that programs take to compile.
#define BLUE_EACH_REGISTER(i, count, ...)                 \
    do {                                                  \
        {                                                 \
            constexpr int i = 0;                          \
            __VA_ARGS__;                                  \
        }                                                 \
        if constexpr (count > 1) {                        \
            constexpr int i = 1;                          \
            __VA_ARGS__;                                  \
        }                                                 \
        if constexpr (count > 2) {                        \
            BLUE_UNROLL for (int i = 2; i < count; ++i) { \
                __VA_ARGS__;                              \
            }                                             \
        }                                                 \
    } while (false)

/// Instruction set of this translation unit. Packs and everything that computes with them live in
/// an inline namespace of this name: translation units with different flags then have different
/// symbols instead of one symbol with two meanings.
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define BLUE_ISA avx512
#define BLUE_ISA_AVX512 1
#define BLUE_REGISTER_BYTES 64
#elif defined(__AVX2__) && defined(__FMA__)
#define BLUE_ISA avx2
#define BLUE_ISA_AVX2 1
#define BLUE_REGISTER_BYTES 32
#elif defined(__SSE2__)
#define BLUE_ISA sse2
#define BLUE_ISA_SSE2 1
#define BLUE_REGISTER_BYTES 16
#else
#define BLUE_ISA generic
#define BLUE_REGISTER_BYTES 16
#endif

/// Whether the intrinsics of x86-64 are used. Not while nvcc compiles for the device: there vector
/// types are errors.
#if !defined(__CUDA_ARCH__) && \
    (defined(BLUE_ISA_AVX512) || defined(BLUE_ISA_AVX2) || defined(BLUE_ISA_SSE2))
#define BLUE_X86_INTRINSICS 1
#endif

namespace blue {

/// Sizes and positions. Signed, as in Eigen, so that differences are numbers.
using Index = std::ptrdiff_t;

}  // namespace blue

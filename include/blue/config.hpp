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

/// Small functions on packs and duals: must disappear into the loop that calls them.
#if defined(__CUDACC__)
#define BLUE_INLINE BLUE_HOST_DEVICE __forceinline__
#elif defined(__GNUC__)
#define BLUE_INLINE [[gnu::always_inline]] inline
#else
#define BLUE_INLINE inline
#endif

/// Sweeps over user formulas: everything that they call is inlined. Without it GCC leaves formulas
/// as calls and passes packs through memory (2 to 11 times slower).
#if defined(__GNUC__)
#define BLUE_FLATTEN [[gnu::flatten]]
#else
#define BLUE_FLATTEN
#endif

/// Full unrolling of a short loop with a constant number of turns.
#if defined(__CUDACC__)
#define BLUE_UNROLL _Pragma("unroll")
#elif defined(__clang__)
#define BLUE_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define BLUE_UNROLL _Pragma("GCC unroll 64")
#else
#define BLUE_UNROLL
#endif

namespace blue {

/// Sizes and positions. Signed, as in Eigen, so that differences are numbers.
using Index = std::ptrdiff_t;

}  // namespace blue

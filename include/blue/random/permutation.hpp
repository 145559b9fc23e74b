// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Random whole numbers and permutations, for shuffling.
#pragma once

#include <blue/random/threefry.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace blue::random {

/// A whole number in [0, n), each with exactly the same probability. The pure function of (key, i)
/// that D. Lemire describes in ACM Trans. Model. Comput. Simul. 29 (2019) 3: a multiplication, and
/// another word in the rare case that the product falls into the uneven rest. Needs i < 2^32, n >
/// 0.
BLUE_HOST_DEVICE constexpr std::uint32_t below(Key key, Index i, std::uint32_t n) {
    const std::uint32_t rest = (0u - n) % n;  // 2^32 mod n
    for (;; key.purpose += 1u << 8) {         // bits 8 to 30: a new block per four rejections
        const Block b = key.block(static_cast<std::uint32_t>(i));
        for (int attempt = 0; attempt < 4; ++attempt) {
            const std::uint64_t product = std::uint64_t{b[attempt]} * n;
            if (static_cast<std::uint32_t>(product) >= rest)
                return static_cast<std::uint32_t>(product >> 32);
        }
    }
}

/// A random order of 0 ... n - 1 (n < 2^32), all orders with the same probability: Fisher and
/// Yates.
inline std::vector<Index> permutation(const Key& key, Index n) {
    std::vector<Index> order(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) order[static_cast<std::size_t>(i)] = i;
    for (Index i = n - 1; i > 0; --i)
        std::swap(order[static_cast<std::size_t>(i)],
                  order[below(key, i, static_cast<std::uint32_t>(i + 1))]);
    return order;
}

}  // namespace blue::random

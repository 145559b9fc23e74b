// SPDX-License-Identifier: BSD-3-Clause

#include <blue/random/threefry.hpp>

#include "support/catch.hpp"

#include <bit>
#include <cstdint>
#include <set>
#include <vector>

using blue::random::Block;
using blue::random::Key;
using blue::random::threefry4x32;

TEST_CASE("Threefry4x32-20 gives the known answers") {
    // kat_vectors of Random123: zeros, ones, and the digits of pi.
    STATIC_REQUIRE(threefry4x32(Block{{0, 0, 0, 0}}, Block{{0, 0, 0, 0}}) ==
                   Block{{0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8}});
    STATIC_REQUIRE(threefry4x32(Block{{~0u, ~0u, ~0u, ~0u}}, Block{{~0u, ~0u, ~0u, ~0u}}) ==
                   Block{{0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732}});
    const Block pi_counter{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
    const Block pi_key{{0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89}};
    CHECK(threefry4x32(pi_counter, pi_key) ==
          Block{{0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84}});
}

TEST_CASE("a key becomes the generator's key and counter") {
    constexpr Key key{0x0123456789abcdef, 0xfedcba9876543210, 11, 22, 33};
    STATIC_REQUIRE(key.generator_key() == Block{{0x89abcdef, 0x01234567, 0x76543210, 0xfedcba98}});
    STATIC_REQUIRE(key.counter(44) == Block{{44, 22, 11, 33}});
    STATIC_REQUIRE(key.block(44) == threefry4x32(key.counter(44), key.generator_key()));
}

TEST_CASE("every part of a key changes the words") {
    const Key key{1, 2, 3, 4, 5};
    std::vector<Key> keys{key};
    for (int bit = 0; bit < 64; ++bit) {
        keys.push_back(key), keys.back().seed ^= std::uint64_t{1} << bit;
        keys.push_back(key), keys.back().pass ^= std::uint64_t{1} << bit;
    }
    for (int bit = 0; bit < 32; ++bit) {
        keys.push_back(key), keys.back().variable ^= 1u << bit;
        keys.push_back(key), keys.back().sample ^= 1u << bit;
        keys.push_back(key), keys.back().purpose ^= 1u << bit;
    }
    std::set<std::uint64_t> seen;
    int flipped = 0;
    for (const Key& k : keys) {
        const Block b = k.block(0), original = key.block(0);
        seen.insert(std::uint64_t{b[0]} << 32 | b[1]);
        for (int i = 0; i < 4; ++i) flipped += std::popcount(b[i] ^ original[i]);
    }
    CHECK(seen.size() == keys.size());
    // One changed bit flips half of the 128 bits: 14336 of 28672, standard deviation 84.7; six of
    // them would be exceeded by chance once in 5e8.
    CHECK(std::abs(flipped - 14336) < 508);
}

TEST_CASE("antithetic samples share a key in pairs, counted from the first of all") {
    using blue::random::sample_key;
    const Key first{1, 2, 3, 40, 5}, odd{1, 2, 3, 41, 5};
    for (const blue::Index s : {0, 1, 2, 3}) {
        Key alone = first;
        alone.sample += static_cast<std::uint32_t>(s);
        CHECK(sample_key(first, s, false).key == alone);
        CHECK_FALSE(sample_key(first, s, false).negated);
        CHECK(sample_key(first, s, true).negated == (s % 2 == 1));
        CHECK(sample_key(first, s, true).key == sample_key(first, s - s % 2, false).key);
        CHECK(sample_key(odd, s, true).key == sample_key(first, s + 1, true).key);
        CHECK(sample_key(odd, s, true).negated == (s % 2 == 0));
    }
}

TEST_CASE("key equality compares all parts") {
    CHECK(Key{1, 2, 3, 4, 5} == Key{1, 2, 3, 4, 5});
    CHECK_FALSE(Key{1, 2, 3, 4, 5} == Key{1, 2, 3, 4, 6});
    CHECK_FALSE(Key{1, 2, 3, 4, 5} == Key{0, 2, 3, 4, 5});
}

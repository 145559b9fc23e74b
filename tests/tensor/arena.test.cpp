// SPDX-License-Identifier: BSD-3-Clause
#include <blue/tensor/arena.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <vector>

namespace {

struct CountingMemory : blue::HostMemory {
    static inline int blocks = 0;
    static void* allocate(std::size_t bytes) {
        ++blocks;
        return HostMemory::allocate(bytes);
    }
    static void deallocate(void* data) noexcept {
        --blocks;
        HostMemory::deallocate(data);
    }
};

}  // namespace

TEST_CASE("memory of an arena is aligned and does not overlap") {
    blue::Arena<blue::HostMemory> arena;
    std::vector<std::pair<char*, blue::Index>> pieces;
    for (blue::Index size : {1, 63, 64, 65, 1000, 300000, 7}) {
        char* data = arena.allocate<char>(size);
        CHECK(reinterpret_cast<std::uintptr_t>(data) % 64 == 0);
        for (blue::Index i = 0; i < size; ++i) data[i] = static_cast<char>(pieces.size());
        pieces.emplace_back(data, size);
    }
    for (std::size_t k = 0; k < pieces.size(); ++k)
        for (blue::Index i = 0; i < pieces[k].second; ++i)
            if (pieces[k].first[i] != static_cast<char>(k))
                FAIL("piece " << k << " was written over");
}

TEST_CASE("a repeated pass gets the same memory and allocates nothing") {
    {
        blue::Arena<CountingMemory> arena;
        std::vector<void*> first;
        int blocks = 0;
        for (int pass = 0; pass < 3; ++pass) {
            arena.reset();
            std::vector<void*> pieces;
            for (blue::Index size : {10, 500000, 20, 400000, 30})
                pieces.push_back(arena.allocate<double>(size));
            if (pass == 0) {
                first = pieces;
                blocks = CountingMemory::blocks;
            }
            CHECK(pieces == first);
            CHECK(CountingMemory::blocks == blocks);
        }
        CHECK(arena.capacity() >= sizeof(double) * 900060);
    }
    CHECK(CountingMemory::blocks == 0);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Memory that is handed out once per pass and taken back all at once.
#pragma once

#include <blue/config.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace blue {

/// Host memory aligned for any vector register.
struct HostMemory {
    static constexpr std::size_t alignment = 64;
    static void* allocate(std::size_t bytes) {
        void* const data = ::operator new (bytes, std::align_val_t{alignment});
        prefer_huge_pages(data, bytes);
        return data;
    }
    static void deallocate(void* data) noexcept {
        ::operator delete (data, std::align_val_t{alignment});
    }

private:
    /// A training step walks all drawn weights: with 4 KiB pages it waits for addresses (2 to 4 %
    /// of a step of the reference network). A hint only: nothing depends on its success.
    static void prefer_huge_pages([[maybe_unused]] void* data, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
        constexpr std::size_t page = std::size_t{1} << 12, worthwhile = std::size_t{1} << 22;
        if (bytes < worthwhile) return;
        const std::size_t lost = (page - reinterpret_cast<std::uintptr_t>(data) % page) % page;
        madvise(static_cast<std::byte*>(data) + lost, (bytes - lost) / page * page, MADV_HUGEPAGE);
#endif
    }
};

/// Hands out memory by advancing a pointer. `reset` makes all of it available again; the blocks are
/// kept and walked again in the same order, so a pass that repeats allocates nothing.
/// Nothing is ever destroyed: only trivially destructible objects live here.
template <class Memory>
class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() {
        for (const Block& block : blocks_) Memory::deallocate(block.data);
    }

    /// Uninitialised memory for `count` objects, aligned to 64 bytes.
    template <class T>
    T* allocate(Index count) {
        return reinterpret_cast<T*>(take(static_cast<std::size_t>(count) * sizeof(T)));
    }

    /// Takes everything back; the memory stays.
    void reset() {
        current_ = 0;
        used_ = 0;
    }

    /// Bytes held from the system.
    std::size_t capacity() const {
        std::size_t bytes = 0;
        for (const Block& block : blocks_) bytes += block.size;
        return bytes;
    }

private:
    struct Block {
        std::byte* data;
        std::size_t size;
    };
    /// Not inlined: it is called for every value of a pass, from every operation.
    [[gnu::noinline]] std::byte* take(std::size_t count) {
        const std::size_t bytes = (count + alignment - 1) / alignment * alignment;
        while (current_ < blocks_.size() && used_ + bytes > blocks_[current_].size) {
            ++current_;
            used_ = 0;
        }
        if (current_ == blocks_.size()) {
            const std::size_t size = bytes > minimum_block ? bytes : minimum_block;
            blocks_.reserve(blocks_.size() + 1);
            blocks_.push_back({static_cast<std::byte*>(Memory::allocate(size)), size});
            used_ = 0;
        }
        return blocks_[current_].data + std::exchange(used_, used_ + bytes);
    }

    static constexpr std::size_t alignment = 64;
    static constexpr std::size_t minimum_block = std::size_t{1} << 18;

    std::vector<Block> blocks_;
    std::size_t current_ = 0, used_ = 0;
};

}  // namespace blue

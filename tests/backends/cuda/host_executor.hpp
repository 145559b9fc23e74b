// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs the CUDA backend on the host: everything but the launches, the copies and cuBLAS itself.
#pragma once

#include <blue/backends/cuda/gemm.hpp>
#include <blue/backends/cuda/parallel.hpp>
#include <blue/backends/cuda/team.hpp>
#include <blue/error.hpp>

#include <sys/mman.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <new>
#include <vector>

namespace blue_test {

/// A stand-in for `blue::cuda::Device`. Its memory can be touched only while the executor works:
/// host code that reads or writes device memory ends with a segmentation fault, as it does with a
/// device. Fresh memory holds NaNs.
struct HostExecutor {
    /// Whether loops run backwards: shows results that depend on the order of threads.
    static inline bool reverse = false;
    /// Whether copies beside the computation are made as late as is allowed.
    static inline bool late = false;

    static void* allocate(std::size_t bytes) {
        Pool& p = pool();
        const std::size_t rounded = (bytes + 255) / 256 * 256 + 256;
        if (p.used + rounded > capacity) throw std::bad_alloc();
        std::byte* const data = p.base + p.used;
        p.used += rounded;
        p.live += 1;
        const Open open;
        std::memset(data, 0xff, rounded);
        return data;
    }
    static void deallocate(void*) noexcept {
        submit_others();
        if (--pool().live == 0) pool().used = 0;
    }
    static void copy(void* to, const void* from, std::size_t bytes) {
        const Open open;
        if (bytes > 0) std::memcpy(to, from, bytes);  // pointers to nothing may be null
    }
    static void copy_to_host(void* to, const void* from, std::size_t bytes) {
        ++waits();
        copy(to, from, bytes);
    }
    static void copy_from_host(void* to, const void* from, std::size_t bytes) {
        ++waits();
        copy(to, from, bytes);
    }
    static void fill_zero(void* data, std::size_t bytes) {
        const Open open;
        std::memset(data, 0, bytes);
    }

    static void* allocate_pinned(std::size_t bytes) {
        bytes = (bytes + 4095) / 4096 * 4096;
        void* const data =
            mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data == MAP_FAILED) throw std::bad_alloc();
        pinned()[data] = bytes;
        return data;
    }
    static void deallocate_pinned(void* data) noexcept {
        munmap(data, pinned()[data]);
        pinned().erase(data);
    }
    struct Event {
        void *to = nullptr, *from = nullptr;  ///< of a copy that the host has not waited for
        std::size_t bytes = 0;
        bool is_made = true;
    };
    /// Until somebody waits for the copy, the host cannot write to the pinned memory: that ends
    /// with a segmentation fault. The numbers are there at once or, when `late`, not before
    /// something follows them.
    static void copy_beside(void* to, void* pinned_memory, std::size_t bytes, const Event&,
                            Event& copied) {
        ++copies_beside();
        copied = {to, pinned_memory, bytes, false};
        mprotect(pinned_memory, pinned()[pinned_memory], PROT_READ);
        if (!late) make(copied);
    }
    static void mark(Event&) { submit_others(); }
    static void follow(Event& event) {
        submit_others();
        make(event);
    }
    static void wait(Event& event) {
        make(event);
        if (event.from) mprotect(event.from, pinned()[event.from], PROT_READ | PROT_WRITE);
        event.from = nullptr;
    }

    template <class Body>
    static void for_each(blue::Index n, const Body& body) {
        const Open open;
        ++launches();
        for (blue::Index i = 0; i < n; ++i) body(reverse ? n - 1 - i : i);
    }
    template <int Lanes, class Body>
    static void reduce(blue::Index groups, const Body& body) {
        const Open open;
        ++launches();
        for (blue::Index i = 0; i < groups; ++i) {
            const blue::Index group = reverse ? groups - 1 - i : i;
            typename Body::result sums[Lanes];
            for (int k = 0; k < Lanes; ++k) {
                const int lane = reverse ? Lanes - 1 - k : k;
                sums[lane] = body.part(group, lane);
            }
            for (int half = Lanes / 2; half > 0; half /= 2)
                for (int lane = 0; lane < half; ++lane)
                    sums[lane] = Body::combine(sums[lane], sums[lane + half]);
            const auto total = sums[0];
            for (int lane = 0; lane < Lanes; ++lane) body.finish(group, lane, total);
        }
    }
    /// All lanes of a block, one after the other between two barriers.
    struct Lanes {
        double* numbers;
        bool backwards;

        template <class U>
        struct own {
            U of_lanes[blue::cuda::block_lanes];
            BLUE_HOST_DEVICE U& operator[](int lane) { return of_lanes[lane]; }
        };
        BLUE_HOST_DEVICE double* shared() const { return numbers; }
        template <class F>
        BLUE_HOST_DEVICE void all(F f) const {
            constexpr int count = blue::cuda::block_lanes;
            for (int k = 0; k < count; ++k) f(backwards ? count - 1 - k : k);
        }
    };
    template <class Body>
    static void teams(blue::Index groups, const Body& body) {
        const Open open;
        ++launches();
        for (blue::Index i = 0; i < groups; ++i) {
            double numbers[blue::cuda::block_lanes];
            body(reverse ? groups - 1 - i : i, blue::cuda::Team<Lanes>{{numbers, reverse}});
        }
    }
    /// By the definition of column-major BLAS, in double.
    template <class T, class Factor>
    static void gemm(const blue::cuda::GemmArgs<T, Factor>& g) {
        const Open open;
        ++launches();
        for (blue::Index i = 0; i < g.count; ++i)
            for (blue::Index row = 0; row < g.m; ++row)
                for (blue::Index column = 0; column < g.n; ++column) {
                    const Factor* const a = g.a + i * g.stride_a;
                    const Factor* const b = g.b + i * g.stride_b;
                    double sum = 0;
                    for (blue::Index k = 0; k < g.k; ++k)
                        sum += static_cast<double>(g.transpose_a ? a[k + row * g.lda]
                                                                 : a[row + k * g.lda]) *
                               static_cast<double>(g.transpose_b ? b[column + k * g.ldb]
                                                                 : b[k + column * g.ldb]);
                    T& c = g.c[i * g.stride_c + row + column * g.ldc];
                    c = static_cast<T>(sum) + (g.beta == 0 ? T(0) : g.beta * c);
                }
    }

    /// Blocks of memory in use, and of pinned memory of the host.
    static int blocks() { return pool().live; }
    static int pinned_blocks() { return static_cast<int>(pinned().size()); }

    /// `submit` is called before anything is done; nullptr for nothing.
    static void before_all_else(void (*submit)()) { submit_first() = submit; }

    /// Stands in for a CUDA graph.
    class Graph {
    public:
        /// How many graphs may be made before one fails.
        static inline int left = 1 << 30;

        Graph() {
            if (left-- == 0) throw blue::Error("no more graphs");
        }
        template <class Work>
        void add(const Work& work) {
            nodes_.push_back([work] { work.template start<HostExecutor>(); });
        }
        template <class Work>
        void update(std::size_t node, const Work& work) {
            nodes_[node] = [work] { work.template start<HostExecutor>(); };
        }
        void finish() {}
        void launch() const {
            for (const auto& node : nodes_) node();
        }

    private:
        std::vector<std::function<void()>> nodes_;
    };

    /// Loops, reductions and products started so far.
    static long& launches() {
        static long count = 0;
        return count;
    }
    /// Copies to and from the host so far for which the host waited, and those for which it did
    /// not.
    static long& waits() {
        static long count = 0;
        return count;
    }
    static long& copies_beside() {
        static long count = 0;
        return count;
    }

protected:
    /// Lets the memory be used until the end of a block.
    struct Open {
        Open() {
            submit_others();
            mprotect(pool().base, capacity, PROT_READ | PROT_WRITE);
        }
        ~Open() { mprotect(pool().base, capacity, PROT_NONE); }
    };

private:
    static std::map<void*, std::size_t>& pinned() {
        static std::map<void*, std::size_t> sizes;
        return sizes;
    }
    static void make(Event& event) {
        if (!event.is_made) copy(event.to, event.from, event.bytes);
        event.is_made = true;
    }
    static constexpr std::size_t capacity = std::size_t{1} << 28;
    struct Pool {
        std::byte* base;
        std::size_t used = 0;
        int live = 0;
        Pool()
            : base(static_cast<std::byte*>(mmap(nullptr, capacity, PROT_NONE,
                                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                                                0))) {}
    };
    static Pool& pool() {
        static Pool instance;
        return instance;
    }
    static void (*&submit_first())() {
        static void (*submit)() = nullptr;
        return submit;
    }
    static void submit_others() {
        if (submit_first()) submit_first()();
    }
};

}  // namespace blue_test

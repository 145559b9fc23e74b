// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Threads that share out the units of an operation.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#if defined(__x86_64__) || defined(__i386__)
#include <emmintrin.h>
#endif

namespace blue::cpu {

/// A small pool. The caller works too, and waits for finished units, not for threads: a worker that
/// the system does not schedule in time is simply not waited for (waiting for all workers cost a
/// scheduler quantum of 4 ms per operation on a busy machine).
///
/// Each thread begins with its own share of the units, always the same part of them, and then helps
/// others: what a thread wrote in one operation, the next one finds in that processor's cache.
///
/// Which thread runs a unit is never part of a result: units have sizes that depend on shapes only.
class Pool {
public:
    /// \param threads including the caller; at least 1.
    explicit Pool(int threads)
        : threads_(threads), shares_(std::make_unique<Share[]>(static_cast<std::size_t>(threads))) {
        workers_.reserve(static_cast<std::size_t>(threads - 1));
        for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        stopping_.store(true);
        generation_.fetch_add(1);
        generation_.notify_all();
        for (std::thread& worker : workers_) worker.join();
    }

    int threads() const { return threads_; }

    /// Calls `body(unit, worker)` for each unit in [0, units), worker in [0, threads()).
    /// An exception of a unit is thrown here after all units have ended. A call from within a unit,
    /// or while another thread uses the pool, runs all its units on the calling thread.
    template <class Body>
    void run(Index units, Body&& body) {
        using Callable = std::remove_reference_t<Body>;
        // One function for all bodies: they would be compiled twice in each place otherwise.
        run_units(
            units,
            [](const void* context, Index unit, int worker) {
                (*static_cast<Callable*>(const_cast<void*>(context)))(unit, worker);
            },
            &body);
    }

private:
    using Call = void (*)(const void* context, Index unit, int worker);

    void run_units(Index units, Call call, const void* context) {
        if (units <= 0) return;
        std::unique_lock lock(busy_, std::defer_lock);
        if (units == 1 || threads_ == 1 || inside() || !lock.try_lock()) {
            for (Index unit = 0; unit < units; ++unit) call(context, unit, 0);
            return;
        }
        inside() = true;
        call_ = call;
        context_ = context;
        units_ = units;
        failure_ = nullptr;
        finished_.store(0);
        const std::uint32_t generation = generation_.load() + 1;
        for (int share = 0; share < threads_; ++share)
            ticket(share).store(make_ticket(generation, first_of(share)));
        generation_.store(generation);
        generation_.notify_all();
        take_units(generation, 0);
        for (int spins = 0; finished_.load(std::memory_order_acquire) < units; ++spins)
            if (spins < spin_limit)
                pause();
            else
                std::this_thread::yield();
        // Closed: a worker that is late for this region must not take a unit while the next one is
        // being set up, when its number of units is already known but its ticket is not.
        for (int share = 0; share < threads_; ++share)
            ticket(share).store(make_ticket(generation, 0xffffffff));
        inside() = false;
        if (failure_) std::rethrow_exception(failure_);
    }

    static constexpr int spin_limit = 20000;

    static bool& inside() {
        thread_local bool flag = false;
        return flag;
    }
    static void pause() {
#if defined(__x86_64__) || defined(__i386__)
        _mm_pause();
#endif
    }

    /// (generation, next unit) of a thread's share: a worker that slept through a region cannot
    /// take a unit of the next one by mistake.
    std::atomic<std::uint64_t>& ticket(int share) {
        return shares_[static_cast<std::size_t>(share)].ticket;
    }
    static std::uint64_t make_ticket(std::uint32_t generation, Index unit) {
        return std::uint64_t{generation} << 32 | static_cast<std::uint64_t>(unit);
    }
    Index first_of(int share) const {
        return units_.load() * share / threads_;
    }

    void take_units(std::uint32_t generation, int worker) {
        for (int other = 0; other < threads_; ++other)
            take_share(generation, (worker + other) % threads_, worker);
    }

    /// Takes several units at once, as neighbours often share cache lines: an eighth of what is
    /// left, so that there is something to help with.
    void take_share(std::uint32_t generation, int share, int worker) {
        const Index end = first_of(share + 1);
        for (;;) {
            std::uint64_t next = ticket(share).load(std::memory_order_acquire);
            Index first, count;
            do {
                first = static_cast<Index>(next & 0xffffffff);
                if (next >> 32 != generation || first >= end) return;
                count = std::max<Index>(1, (end - first) / 8);
            } while (!ticket(share).compare_exchange_weak(
                next, next + static_cast<std::uint64_t>(count)));
            const Call call = call_.load();
            const void* const context = context_.load();
            for (Index unit = first; unit < first + count; ++unit) {
                try {
                    call(context, unit, worker);
                } catch (...) {
                    std::scoped_lock lock(failure_lock_);
                    if (!failure_) failure_ = std::current_exception();
                }
            }
            finished_.fetch_add(count, std::memory_order_release);
        }
    }

    void work(int worker) {
        inside() = true;
        std::uint32_t seen = 0;
        for (;;) {
            std::uint32_t generation = generation_.load(std::memory_order_acquire);
            for (int spins = 0; generation == seen && spins < spin_limit; ++spins) {
                pause();
                generation = generation_.load(std::memory_order_acquire);
            }
            while (generation == seen) {
                generation_.wait(generation);
                generation = generation_.load(std::memory_order_acquire);
            }
            if (stopping_.load()) return;
            seen = generation;
            take_units(seen, worker);
        }
    }

    struct alignas(64) Share {
        std::atomic<std::uint64_t> ticket{0};
    };

    const int threads_;
    const std::unique_ptr<Share[]> shares_;
    std::vector<std::thread> workers_;
    std::mutex busy_, failure_lock_;
    std::atomic<Call> call_{nullptr};
    std::atomic<const void*> context_{nullptr};
    std::atomic<Index> units_{0}, finished_{0};
    std::atomic<std::uint32_t> generation_{0};
    std::atomic<bool> stopping_{false};
    std::exception_ptr failure_;
};

namespace detail {

inline int default_threads() {
    if (const char* text = std::getenv("BLUE_NUM_THREADS")) {
        const int threads = std::atoi(text);
        if (threads < 1)
            throw ValueError("BLUE_NUM_THREADS: expected a positive number, got \"", text, "\"");
        return threads;
    }
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

inline std::unique_ptr<Pool>& pool_storage() {
    static std::unique_ptr<Pool> storage = std::make_unique<Pool>(default_threads());
    return storage;
}

}  // namespace detail

/// The pool of the process.
inline Pool& pool() {
    return *detail::pool_storage();
}

}  // namespace blue::cpu

namespace blue {

/// Sets the number of threads for the CPU backend. The default is BLUE_NUM_THREADS from the
/// environment, else the number of processors. Results do not depend on it, to the last bit.
/// Must not be called while another thread computes. Throws ValueError unless positive.
inline void set_num_threads(int threads) {
    if (threads < 1) throw ValueError("set_num_threads: expected a positive number, got ", threads);
    if (cpu::pool().threads() != threads)
        cpu::detail::pool_storage() = std::make_unique<cpu::Pool>(threads);
}

/// The number of threads that the CPU backend uses.
inline int num_threads() {
    return cpu::pool().threads();
}

}  // namespace blue

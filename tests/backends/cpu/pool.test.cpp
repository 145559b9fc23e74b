// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/pool.hpp>

#include "support/catch.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using blue::Index;

TEST_CASE("each unit runs once, on a worker of the pool") {
    for (int threads : {1, 2, 3, 5}) {
        blue::cpu::Pool pool(threads);
        for (Index units : {0, 1, 2, 7, 1000}) {
            std::vector<std::atomic<int>> runs(static_cast<std::size_t>(units));
            std::atomic<bool> known_worker{true};
            for (int repeat = 0; repeat < 20; ++repeat)
                pool.run(units, [&](Index unit, int worker) {
                    ++runs[static_cast<std::size_t>(unit)];
                    if (worker < 0 || worker >= threads) known_worker = false;
                });
            for (const auto& count : runs) CHECK(count == 20);
            CHECK(known_worker);
        }
    }
}

TEST_CASE("a thread begins with its own share of the units") {
    // Each unit waits until all threads have begun one. (Not for ever: a machine may be too busy to
    // run them all. Such a region says nothing.)
    constexpr int threads = 3;
    blue::cpu::Pool pool(threads);
    int seen = 0;
    for (int region = 0; region < 200 && seen < 20; ++region) {
        std::atomic<int> begun{0};
        std::array<std::atomic<int>, threads> worker_of{};
        std::atomic<bool> together{true};
        pool.run(threads, [&](Index unit, int worker) {
            worker_of[static_cast<std::size_t>(unit)] = worker;
            ++begun;
            const auto start = std::chrono::steady_clock::now();
            while (begun < threads)
                if (std::chrono::steady_clock::now() - start > std::chrono::milliseconds(100)) {
                    together = false;
                    return;
                }
        });
        if (!together) continue;
        ++seen;
        for (int unit = 0; unit < threads; ++unit)
            CHECK(worker_of[static_cast<std::size_t>(unit)] == unit);
    }
    CHECK(seen > 0);
}

TEST_CASE("an exception of a unit arrives after all units have ended, and the pool goes on") {
    blue::cpu::Pool pool(3);
    std::atomic<int> finished{0};
    CHECK_THROWS_WITH(pool.run(100,
                               [&](Index unit, int) {
                                   if (unit == 17) throw blue::ValueError("unit 17");
                                   ++finished;
                               }),
                      "unit 17");
    CHECK(finished == 99);
    std::atomic<int> after{0};
    pool.run(50, [&](Index, int) { ++after; });
    CHECK(after == 50);
}

TEST_CASE("workers that are late for a region leave the next one alone") {
    // More threads than processors, and short regions of changing sizes: most workers are late. A
    // pool that did not close its regions failed here in ten of ten runs.
    blue::cpu::Pool pool(8);
    Index wrong = 0;
    for (Index region = 0; region < 500000; ++region) {
        const Index units = 2 + region * 7 % 11;
        std::atomic<Index> count{0}, sum{0};
        pool.run(units, [&](Index unit, int) {
            ++count;
            sum += unit;
        });
        wrong += count != units || sum != units * (units - 1) / 2;
    }
    CHECK(wrong == 0);
}

TEST_CASE("a region inside a unit, and one of another thread, run on the thread that asks") {
    blue::cpu::Pool pool(3);
    std::atomic<Index> sum{0};
    pool.run(8, [&](Index, int) { pool.run(10, [&](Index unit, int) { sum += unit; }); });
    CHECK(sum == 8 * 45);
    std::atomic<int> both{0};
    std::thread other([&] {
        for (int i = 0; i < 200; ++i) pool.run(16, [&](Index, int) { ++both; });
    });
    for (int i = 0; i < 200; ++i) pool.run(16, [&](Index, int) { ++both; });
    other.join();
    CHECK(both == 2 * 200 * 16);
}

TEST_CASE("the number of threads is positive") {
    const int before = blue::num_threads();
    CHECK_THROWS_WITH(blue::set_num_threads(0),
                      "set_num_threads: expected a positive number, got 0");
    CHECK(blue::num_threads() == before);
    blue::set_num_threads(2);
    CHECK(blue::num_threads() == 2);
    blue::set_num_threads(before);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/parallel.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <vector>

using blue::Index;

TEST_CASE("blocks cover each row once, in pieces of fixed size") {
    for (Index n : {Index{1}, Index{100}, blue::cpu::block_size, 3 * blue::cpu::block_size + 5})
        for (Index rows : {1, 3}) {
            std::vector<std::atomic<int>> touched(static_cast<std::size_t>(n * rows));
            std::atomic<bool> fixed{true};
            blue::cpu::parallel_blocks(n, rows, n * rows, [&](Index row, Index begin, Index end) {
                if (begin % blue::cpu::block_size != 0 || end - begin > blue::cpu::block_size)
                    fixed = false;
                for (Index e = begin; e < end; ++e)
                    ++touched[static_cast<std::size_t>(row * n + e)];
            });
            CHECK(fixed);
            for (const auto& count : touched)
                if (count != 1) FAIL("an element was touched " << count << " times");
        }
}

TEST_CASE("little work stays on this thread") {
    const auto here = std::this_thread::get_id();
    bool same = true;
    blue::cpu::parallel_units(100, blue::cpu::serial_limit - 1, [&](Index, int worker) {
        same &= worker == 0 && std::this_thread::get_id() == here;
    });
    CHECK(same);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/packs.hpp>

#include "support/catch.hpp"

#include <numeric>
#include <vector>

using blue::Index;

TEMPLATE_TEST_CASE("packs cover a range once, write nothing beyond it, and sum it", "", float,
                   double) {
    using S = blue::math::NativePack<TestType>;
    for (Index begin : {0, 1, 5})
        for (Index count :
             {Index{0}, Index{1}, Index{S::lanes - 1}, Index{S::lanes}, Index{3 * S::lanes + 2}}) {
            std::vector<TestType> data(static_cast<std::size_t>(begin + count + S::lanes),
                                       TestType(2));
            blue::cpu::Sum<S> total;
            blue::cpu::for_each_pack<S>(begin, begin + count, [&](Index e, auto n) {
                const S x = blue::cpu::load<S>(data.data() + e, n);
                blue::cpu::store(x + 1, data.data() + e, n);
                total.add(x, n);
            });
            total.flush();
            CHECK(total.total == 2.0 * static_cast<double>(count));
            for (Index i = 0; i < static_cast<Index>(data.size()); ++i)
                CHECK(data[static_cast<std::size_t>(i)] ==
                      (i >= begin && i < begin + count ? TestType(3) : TestType(2)));
        }
}

TEMPLATE_TEST_CASE("lanes beyond the end of an array are what is asked for", "", float, double) {
    using S = blue::math::NativePack<TestType>;
    const std::vector<TestType> data(S::lanes, TestType(2));
    for (Index n = 1; n <= S::lanes; ++n)
        for (TestType rest : {TestType(0), TestType(1)}) {
            TestType lanes[S::lanes];
            blue::cpu::load<S>(data.data(), blue::cpu::Count<S>{n}, rest).store(lanes);
            for (int i = 0; i < S::lanes; ++i) CHECK(lanes[i] == (i < n ? TestType(2) : rest));
        }
}

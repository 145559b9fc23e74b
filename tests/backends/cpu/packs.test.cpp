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

TEST_CASE("lanes beyond the end are 1 where a formula divides") {
    using S = blue::math::NativePack<float>;
    const float two[2] = {2, 2};
    float lanes[S::lanes];
    blue::cpu::load_or_one<S>(two, Index{2}).store(lanes);
    for (int i = 0; i < S::lanes; ++i) CHECK(lanes[i] == (i < 2 ? 2.0f : 1.0f));
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: LowRankNormal needs a rank of 1 or more}}
// expected-error {{rank_of_covariance<false, blue::requirement::given<blue::requirement::count<0}}
// expected-error {{write LowRankNormal<2>, or use MeanFieldNormal}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::LowRankNormal<0>;
#else
using Q = blue::LowRankNormal<1>;
#endif

int main() {
    const Q q;
    return q.std > 2;
}

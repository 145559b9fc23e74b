// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a mask holds bool or unsigned char, 1 for what is ignored}}
// expected-error {{mask_numbers<false, blue::requirement::given<int>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#include <array>

#if BLUE_EXPECT_FAIL
using Number = int;
#else
using Number = bool;
#endif

int main() {
    const std::array<Number, 4> ignored{};
    const blue::AttentionOptions options{.mask = ignored};
    return options.mask.empty();
}

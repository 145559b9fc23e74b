// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an option of a layer is given twice}}
// expected-error {{option_once<false, blue::kdim<4>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Attention = blue::MultiheadAttention<8, 2, blue::kdim<4>, blue::kdim<6>>;
#else
using Attention = blue::MultiheadAttention<8, 2, blue::kdim<4>, blue::vdim<6>>;
#endif

int main() {
    return static_cast<int>(blue::make<Attention>(blue::Seed{1}).module_options.rescale_prior);
}

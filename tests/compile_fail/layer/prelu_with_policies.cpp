// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: PReLU takes a number where its slopes begin, such as fraction<1, 10>, and}}
// expected-error {{prelu_options<false, blue::requirement::given<}}
// expected-error {{for its slopes have no distribution}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Slopes = blue::PReLU<4, blue::MeanFieldNormal>;
#else
using Slopes = blue::PReLU<4, blue::fraction<1, 10>, blue::Cpu<float>>;
#endif

int main() {
    return static_cast<int>(Slopes().state<"weight">().size);
}

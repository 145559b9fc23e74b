// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the model has no layer at this position, see position and count in}}
// expected-error {{layer_position<false, blue::requirement::position<3>, blue::requirement::count<3>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr int last = 3;
#else
constexpr int last = 2;
#endif

int main() {
    using Net = blue::Sequential<blue::Linear<2, 3>, blue::ReLU, blue::Linear<3, 1>>;
    blue::bayesian_at<Net, last> net{blue::Seed{1}};
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: posterior sharpening moves draws of normal weights and needs their}}
// expected-error {{sharpened_weights<false, blue::spelled<'1', '.', 'w', 'e', 'i', 'g', 'h', 't'>,}}
// expected-error {{blue::Flipout<blue::MeanFieldNormal>, blue::MeanFieldNormal>}}
// expected-error {{use MeanFieldNormal without an estimator, or NonBayesian}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::Flipout<blue::MeanFieldNormal>;
#else
using Q = blue::NonBayesian;
#endif
using Net = blue::Sequential<blue::Linear<4, 3>, blue::Linear<3, 2, Q>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::PosteriorSharpening sharpening(net, {.std = 0.1});
    return static_cast<int>(sharpening.step_sizes(0).size());
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: ImportanceWeightedElbo and RenyiBound weigh whole draws, so they need}}
// expected-error {{joint_weights<false, blue::spelled<'0', '.', 'w', 'e', 'i', 'g', 'h', 't'>,}}
// expected-error {{blue::Flipout<blue::MeanFieldNormal>, blue::MeanFieldNormal>}}
// expected-error {{use Elbo, or no Flipout or StickingTheLanding}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Estimated = blue::Flipout<blue::MeanFieldNormal>;
#else
using Estimated = blue::Antithetic<blue::MeanFieldNormal>;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 3, Estimated>> net{blue::Seed{1}};
    const blue::Dataset<std::int32_t> data{blue::Array<float>({4, 2}),
                                           blue::Array<std::int32_t>({4})};
    blue::fit(net, blue::ImportanceWeightedElbo{blue::Categorical{}}, data);
}

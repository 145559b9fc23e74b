// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: per_variable needs one distribution for each random variable}}
// expected-error {{policy_count<false, blue::per_variable<blue::MeanFieldNormal}}
// expected-error {{blue::NonBayesian, blue::NonBayesian>, }}
// expected-error {{expected<blue::requirement::count<2>}}
// expected-error {{given<blue::requirement::count<3>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::per_variable<blue::MeanFieldNormal, blue::NonBayesian, blue::NonBayesian>;
#else
using Q = blue::per_variable<blue::MeanFieldNormal, blue::NonBayesian>;
#endif
using Net = blue::Sequential<blue::Linear<64, 10, Q>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}

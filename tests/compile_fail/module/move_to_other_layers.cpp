// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a model moves to one of the same layers and distributions}}
// expected-error {{same_layers<false, blue::Tanh, blue::ReLU>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>
#include <blue/models/to.hpp>

template <class Activation, class B>
using Net = blue::Sequential<blue::Linear<2, 3, blue::MeanFieldNormal, blue::MeanFieldNormal, B>,
                             Activation>;

#if BLUE_EXPECT_FAIL
using Target = Net<blue::Tanh, blue::Cpu<double>>;
#else
using Target = Net<blue::ReLU, blue::Cpu<double>>;
#endif

int main() {
    blue::to<Target>(Net<blue::ReLU, blue::Cpu<float>>{blue::Seed{1}});
}

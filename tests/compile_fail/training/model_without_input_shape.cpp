// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: fit and predict need to know the shape of one input}}
// expected-error {{input_shape<false, blue::requirement::given<blue::ReLU}}
// expected-error {{or add using input_shape = shape<...> to the model}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Net = blue::Sequential<blue::ReLU, blue::Linear<2, 1>>;
#else
using Net = blue::Sequential<blue::Linear<2, 2>, blue::ReLU, blue::Linear<2, 1>>;
#endif

int main() {
    const Net net{blue::Seed{1}};
    const blue::Array<float> inputs({1, 2});
    return predict(net, blue::Gaussian{.std = 1}, inputs).mean.size() > 1;
}

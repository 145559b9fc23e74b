// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the model has no layer here}}
// expected-error {{layer_path<false, blue::spelled<'d', 'e', 'c', 'o', 'd', 'e', 'r'>, }}
// expected-error {{known<blue::spelled<'e', 'n', 'c', 'o', 'd', 'e', 'r'>, blue::requirement::position<1>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::named<"encoder", blue::Linear<64, 32>>, blue::ReLU>;

int main() {
    const Net net{blue::Seed{1}};
#if BLUE_EXPECT_FAIL
    const auto& encoder = blue::layer<"decoder">(net);
#else
    const auto& encoder = blue::layer<"encoder">(net);
#endif
    return reinterpret_cast<const char*>(&encoder) == nullptr;
}

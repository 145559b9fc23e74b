// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the backend has no kernels for this joint distribution}}
// expected-error {{joint_draws<false, blue::MatrixNormal, Elsewhere>}}
// expected-error {{use Cpu, or a distribution of single elements such as MeanFieldNormal}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

/// It draws elements on their own.
struct Elsewhere {
    using scalar = float;
    using memory = blue::Cpu<float>::memory;
};

#if BLUE_EXPECT_FAIL
using Layer = blue::Linear<4, 3, blue::MatrixNormal, blue::MeanFieldNormal, Elsewhere>;
#else
using Layer = blue::Linear<4, 3, blue::MeanFieldNormal, blue::MeanFieldNormal, Elsewhere>;
#endif

int main() {
    const Layer layer;
    return layer.state<"weight">().size > 100;
}

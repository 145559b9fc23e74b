// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: moped cannot set the scales of the distribution}}
// expected-error {{or take keep_weights and centre_prior}}
// expected-error {{scaled_elements<false, Ridge>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Ridge : blue::MatrixNormal {
#if BLUE_EXPECT_FAIL
    static void scale_elements(int) {}
#endif
};

int main() {
    const blue::Linear<2, 3, blue::NonBayesian> point;
    blue::Linear<2, 3, Ridge, blue::CentredPrior<>> layer;
    moped(layer, point);
}

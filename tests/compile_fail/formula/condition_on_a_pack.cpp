// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a comparison of packs has one outcome per lane: write where(}}
// expected-lines g++ 16 clang 20
#include <blue/math/math.hpp>

template <class T>
T rectified(T x) {
#if BLUE_EXPECT_FAIL
    if (x > 0) return x;
    return 0;
#else
    return where(x > 0, x, 0);
#endif
}

int main() {
    using P = blue::math::NativePack<float>;
    return static_cast<int>(rectified(P(-1))[0]);
}

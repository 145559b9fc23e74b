// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the backend does not compute this operation}}
// expected-error {{kernel<false, blue::operation::pooling, Other>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

/// A backend without kernels of its own.
struct Other : blue::Cpu<float> {};

#if BLUE_EXPECT_FAIL
using B = Other;
#else
using B = blue::Cpu<float>;
#endif

int main() {
    blue::Tape<B> tape;
    const blue::Var<B, blue::shape<1, 4, 4>> x{&tape, tape.node(1, 1, 16, false)};
    return blue::pool<blue::MaxPool2d<2>::windows>(x).node == nullptr;
}

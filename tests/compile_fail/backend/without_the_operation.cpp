// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the backend does not compute this operation}}
// expected-error {{kernel<false, blue::operation::standardise, Elsewhere>}}
// expected-error {{use another backend, such as blue::Cpu<float>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Elsewhere {
    using scalar = float;
    using memory = blue::Cpu<float>::memory;
};

#if BLUE_EXPECT_FAIL
using B = Elsewhere;
#else
using B = blue::Cpu<float>;
#endif

int main() {
    blue::Tape<B> tape;
    const blue::Var<B, blue::shape<4>> x{&tape, tape.node(1, 1, 4, false)};
    return standardise(x).samples() > 1;
}

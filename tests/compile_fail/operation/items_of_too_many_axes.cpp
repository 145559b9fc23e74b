// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: itemwise and batchwise take items of at most 7 axes}}
// expected-error {{operation_axes<false, blue::requirement::given<blue::shape<1, 1, 1, 1, 1, 1, 2, 3}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Twice {
    void forward(auto x, auto y) const {
        for (blue::Index i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
    }
    void backward(auto, auto, auto dy, auto dx) const {
        for (blue::Index i = 0; i < dy.size(); ++i) dx[i] += 2 * dy[i];
    }
};

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<2, 3>>(numbers, 1);
#if BLUE_EXPECT_FAIL
    using Shape = blue::shape<1, 1, 1, 1, 1, 1, 2, 3>;
#else
    using Shape = blue::shape<1, 1, 1, 1, 1, 2, 3>;
#endif
    return static_cast<int>(itemwise(Twice{}, x.as<Shape>()).to_host().size());
}

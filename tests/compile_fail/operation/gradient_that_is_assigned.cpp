// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: backward of an operation adds to the gradients of its arguments}}
// expected-error {{added_gradient<false, float}}
// expected-lines g++ 35 clang 60
#include <blue/blue.hpp>

struct Twice {
    void forward(auto x, auto y) const {
        for (blue::Index i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
    }
    void backward(auto, auto, auto dy, auto dx) const {
        for (blue::Index i = 0; i < dy.size(); ++i)
#if BLUE_EXPECT_FAIL
            dx[i] = 2 * dy[i];
#else
            dx[i] += 2 * dy[i];
#endif
    }
};

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<2, 3>>(numbers, 1);
    return static_cast<int>(rowwise(Twice{}, x).to_host().size());
}

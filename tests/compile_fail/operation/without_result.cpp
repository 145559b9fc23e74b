// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an operation must give at least one number}}
// expected-error {{operation_outputs<false, Halves, blue::requirement::given<blue::shape<2, 3}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Halves {
#if BLUE_EXPECT_FAIL
    static constexpr blue::Index outputs(blue::Index n) {
        return n / 4;
    }
#else
    static constexpr blue::Index outputs(blue::Index n) {
        return n / 2;
    }
#endif
    void forward(auto x, auto y) const {
        for (blue::Index i = 0; i < y.size(); ++i) y[i] = x[2 * i];
    }
    void backward(auto, auto, auto dy, auto dx) const {
        for (blue::Index i = 0; i < dy.size(); ++i) dx[2 * i] += dy[i];
    }
};

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<2, 3>>(numbers, 1);
    return static_cast<int>(rowwise(Halves{}, x).to_host().size());
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: arguments of rowwise have a row for each row of the first one, or a}}
// expected-error {{operation_rows<false, blue::requirement::expected<blue::shape<2, 3}}
// expected-error {{given<blue::shape<3, 2}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct First {
    void forward(auto x, auto, auto y) const {
        for (blue::Index i = 0; i < x.size(); ++i) y[i] = x[i];
    }
    void backward(auto, auto, auto, auto dy, auto dx, auto) const {
        for (blue::Index i = 0; i < dy.size(); ++i) dx[i] += dy[i];
    }
};

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<2, 3>>(numbers, 1);
#if BLUE_EXPECT_FAIL
    const auto other = tape.input<blue::shape<3, 2>>(numbers, 1);
#else
    const auto other = tape.input<blue::shape<2, 1>>(numbers, 1);
#endif
    return static_cast<int>(rowwise(First{}, x, other).to_host().size());
}

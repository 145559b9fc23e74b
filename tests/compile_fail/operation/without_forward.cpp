// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an operation needs forward(x..., y) const, with one x per argument}}
// expected-error {{operation_forward<false, Twice, blue::requirement::count<1}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Twice {
#if BLUE_EXPECT_FAIL
    void forward(auto x, auto y){
#else
    void forward(auto x, auto y) const {
#endif
        for (blue::Index i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
} void backward(auto, auto, auto dy, auto dx) const {
    for (blue::Index i = 0; i < dy.size(); ++i) dx[i] += 2 * dy[i];
}
}
;

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<2, 3>>(numbers, 1);
    return static_cast<int>(rowwise(Twice{}, x).to_host().size());
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{a recurrence takes a sequence as an item, shape<length, width>}}
// expected-error {{expected<blue::shape<-1, 3>}}
// expected-error {{given<blue::shape<3>}}
// expected-error {{sequence_input<false}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Forecast : blue::Module<Forecast, blue::variables<>> {
    blue::LSTM<3, 4> lstm;
    using children = blue::children<&Forecast::lstm>;
    auto forward(auto& pass, auto x) const { return lstm(pass, x); }
};

int main() {
    const auto model = blue::make<Forecast>(blue::Seed{1});
    const float numbers[30] = {};
    blue::Tape<blue::Cpu<float>> tape;
#if BLUE_EXPECT_FAIL
    const auto x = tape.input<blue::shape<3>>(numbers, 10);
#else
    const auto x = tape.input<blue::shape<5, 3>>(numbers, 2);
#endif
    return static_cast<int>(blue::forward(model, tape, x).samples.batch());
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{the hidden weights of a recurrence have shape<gates x H, H>}}
// expected-error {{expected<blue::shape<12, 4>}}
// expected-error {{given<blue::shape<16, 4>}}
// expected-error {{hidden_weight<false}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
using Cell = blue::GRUCell;
#else
using Cell = blue::LSTMCell;
#endif

struct Recurrent : blue::Module<Recurrent, blue::variables<blue::variable<"weight", 16, 4>>> {
    auto forward(auto& pass, auto x) const {
        return blue::recurrence<Cell>(x, pass.sample(*this, "weight"_v));
    }
};

int main() {
    const auto model = blue::make<Recurrent>(blue::Seed{1});
    const float numbers[32] = {};
    blue::Tape<blue::Cpu<float>> tape;
    const auto x = tape.input<blue::shape<2, 16>>(numbers, 1);
    return static_cast<int>(blue::forward(model, tape, x).samples.batch());
}

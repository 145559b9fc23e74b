// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: rows takes Count rows from First on of a variable}}
// expected-error {{rows<false, 2, 3, blue::requirement::given<blue::shape<4, 2}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr blue::Index first = 2;
#else
constexpr blue::Index first = 1;
#endif

struct Part : blue::Module<Part, blue::variables<blue::variable<"weight", 4, 2>>> {
    using input_shape = blue::shape<2>;
    auto forward(auto& pass, auto x) const {
        using namespace blue::literals;
        return linear(x, blue::rows<first, 3>(pass.sample(*this, "weight"_v)));
    }
};

int main() {
    const auto net = blue::make<Part>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[2] = {};
    return blue::forward(net, tape, tape.input<blue::shape<2>>(numbers, 1)).samples.batch() > 1;
}

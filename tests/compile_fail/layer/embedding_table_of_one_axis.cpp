// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{embed(ids, table) needs a table of shape<rows, width>}}
// expected-error {{given<blue::shape<12>}}
// expected-error {{embedding_table<false}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
using Variables = blue::variables<blue::variable<"table", 12>>;
#else
using Variables = blue::variables<blue::variable<"table", 4, 3>>;
#endif

struct LookUp : blue::Module<LookUp, Variables> {
    auto forward(auto& pass, auto x) const { return embed(x, pass.sample(*this, "table"_v)); }
};

int main() {
    const auto model = blue::make<LookUp>(blue::Seed{1});
    const float ids[2] = {};
    blue::Tape<blue::Cpu<float>> tape;
    return static_cast<int>(
        blue::forward(model, tape, tape.input<blue::shape<2>>(ids, 1)).samples.batch());
}

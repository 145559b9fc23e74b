// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: all layers of a model need one backend}}
// expected-error {{same_backend<false, blue::spelled<'s', 'e', 'c', 'o', 'n', 'd'>, }}
// expected-error {{expected<blue::Cpu<double}}
// expected-error {{given<blue::Cpu<float}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Normal = blue::MeanFieldNormal;
using Precise = blue::Cpu<double>;

struct Net : blue::Module<Net, blue::variables<>, Normal, Normal, Precise> {
    blue::Linear<64, 32, Normal, Normal, Precise> first;
#if BLUE_EXPECT_FAIL
    blue::Linear<32, 10> second;
#else
    blue::Linear<32, 10, Normal, Normal, Precise> second;
#endif
    using children = blue::children<&Net::first, &Net::second>;

    auto forward(auto& pass, auto x) const {
        return second(pass, tanh(first(pass, x)));
    }
};

int main() {
    const auto net = blue::make<Net>(blue::Seed{1});
    blue::Tape<Precise> tape;
    const double features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}

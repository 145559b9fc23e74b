// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this layer has members that to cannot see, see the layer in}}
// expected-error {{known_members<false, Power<}}
// expected-error {{name them in using fields = blue::fields<&Layer::member>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>
#include <blue/models/to.hpp>

using namespace blue::literals;

template <class Q, class P, class B>
struct Power : blue::Module<Power<Q, P, B>, blue::variables<blue::variable<"factor", 3>>, Q, P, B> {
    double exponent = 2;
#if !BLUE_EXPECT_FAIL
    using fields = blue::fields<&Power::exponent>;
#endif
    auto forward(auto& pass, auto x) const {
        return x * pass.sample(*this, "factor"_v) * exponent;
    }
};

int main() {
    using Layer = Power<blue::MeanFieldNormal, blue::MeanFieldNormal, blue::Cpu<float>>;
    blue::to<blue::Cpu<double>>(blue::Sequential<blue::Linear<2, 3>, Layer>{blue::Seed{1}});
}

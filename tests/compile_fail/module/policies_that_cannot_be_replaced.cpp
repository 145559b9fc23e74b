// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the policies of this layer cannot be replaced, see the layer in}}
// expected-error {{replaceable_policies<false, Scale<}}
// expected-error {{template <class Q, class P, class B> using with_policies}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using namespace blue::literals;

/// Its only policy is the backend.
template <class Where>
struct Scale : blue::Module<Scale<Where>, blue::variables<blue::variable<"factor", 3>>,
                            blue::MeanFieldNormal, blue::MeanFieldNormal, Where> {
#if !BLUE_EXPECT_FAIL
    template <class Q, class P, class B>
    using with_policies = Scale;
#endif
    auto forward(auto& pass, auto x) const {
        return x * pass.sample(*this, "factor"_v);
    }
};

int main() {
    using Net = blue::Sequential<blue::Linear<2, 3>, Scale<blue::Cpu<float>>>;
    blue::with_policies<Net, blue::MeanFieldLaplace> net{blue::Seed{1}};
}

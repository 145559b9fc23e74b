// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{let its last template arguments be its policies and hand them to Module}}
// expected-error {{replaceable_policies<false, Scale<}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using namespace blue::literals;

using Variables = blue::variables<blue::variable<"factor", 3>>;

template <class Q = blue::MeanFieldNormal>
#if BLUE_EXPECT_FAIL
struct Scale : blue::Module<Scale<Q>, Variables> {
#else
struct Scale : blue::Module<Scale<Q>, Variables, Q> {
#endif
    auto forward(auto& pass, auto x) const {
        return x * pass.sample(*this, "factor"_v);
    }
};

int main() {
    using Net = blue::Sequential<blue::Linear<2, 3>, Scale<>>;
    blue::with_policies<Net, blue::MeanFieldLaplace> net{blue::Seed{1}};
}

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the policies of this layer cannot be replaced, see the layer in}}
// expected-error {{replaceable_policies<false, Scale<}}
// expected-error {{let its last template arguments be its policies and hand them to Module, or add}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>
#include <blue/models/to.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
template <class Q>
struct Scale : blue::Module<Scale<Q>, blue::variables<blue::variable<"factor", 3>>, Q> {
    template <class NewQ, class, class>
    using with_policies = Scale<NewQ>;
#else
template <class Q, class P = blue::MeanFieldNormal, class B = blue::Cpu<float>>
struct Scale : blue::Module<Scale<Q, P, B>, blue::variables<blue::variable<"factor", 3>>, Q, P, B> {
#endif
    auto forward(auto& pass, auto x) const {
        return x * pass.sample(*this, "factor"_v);
    }
};

int main() {
    using Net = blue::Sequential<blue::Linear<2, 3>, Scale<blue::NonBayesian>>;
    blue::to<blue::Cpu<double>>(Net{blue::Seed{1}});
}

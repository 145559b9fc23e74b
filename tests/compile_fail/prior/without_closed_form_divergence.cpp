// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the divergence of a variable has no closed form, see its path}}
// expected-error {{closed_form<false, blue::spelled<'1', '.', 'w', 'e', 'i', 'g', 'h', 't'>, blue::MeanFieldNormal, Sharp>}}
// expected-error {{use Elbo or KullbackLeiblerLoss, or write kl(q, p, parameters...)}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Sharp {
    template <class T>
    static T log_prob(T w) {
        return -abs(w);
    }
};
#if !BLUE_EXPECT_FAIL
template <class T>
T kl(const blue::MeanFieldNormal&, const Sharp&, T mean, T) {
    return abs(mean);
}
#endif

int main() {
    blue::Sequential<blue::Linear<2, 3>, blue::Linear<3, 3, blue::MeanFieldNormal, Sharp>> net{
        blue::Seed{1}};
    const blue::Dataset<std::int32_t> data{blue::Array<float>({4, 2}),
                                           blue::Array<std::int32_t>({4})};
    blue::fit(net, blue::AnalyticalKullbackLeiblerLoss{blue::Categorical{}}, data);
}

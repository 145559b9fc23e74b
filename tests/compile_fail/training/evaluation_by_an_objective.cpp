// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a likelihood, which says how targets follow from outputs}}
// expected-error {{likelihood<false, blue::requirement::given<blue::Elbo<blue::Gaussian>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    const blue::Sequential<blue::Linear<2, 1>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    const blue::Elbo objective{blue::Gaussian{}};
#if BLUE_EXPECT_FAIL
    const auto report = blue::evaluate(net, objective, data);
#else
    const auto report = blue::evaluate(net, objective.likelihood, data);
#endif
    return report.negative_log_likelihood > 0 ? 0 : 1;
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A program of a user that is compiled with blue_precompile: a network learns that a number is
/// positive.
#include <blue/blue.hpp>

#include <cstdio>

#ifndef BLUE_INSTANTIATE
#error "blue_precompile did not precompile the header"
#endif

using Net = blue::Sequential<blue::Linear<1, 8>, blue::ReLU, blue::Linear<8, 2>>;

int main() {
    blue::Dataset<std::int32_t> data{blue::Array<float>({64, 1}), blue::Array<std::int32_t>({64})};
    for (blue::Index i = 0; i < 64; ++i) {
        data.inputs[i] = static_cast<float>(i) / 32 - 1;
        data.targets[i] = data.inputs[i] > 0;
    }
    Net net{blue::Seed{1}};
    blue::fit(net, blue::Elbo{blue::Categorical{}}, data,
              {.epochs = 50, .progress = blue::Progress::none}, blue::Adam{.learning_rate = 0.03});
    const double accuracy = blue::evaluate(net, blue::Categorical{}, data).accuracy;
    std::printf("accuracy %.2f\n", accuracy);
    return accuracy > 0.9 ? 0 : 1;
}

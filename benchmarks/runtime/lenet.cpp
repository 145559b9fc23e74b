// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"
#include "workloads.hpp"

namespace {

/// LeNet-5 (LeCun et al. 1998) with ReLU and the largest number of each window.
using LeNet =
    blue::Sequential<blue::Reshape<1, 28, 28>, blue::Conv2d<1, 6, blue::kernel<5, 5>>, blue::ReLU,
                     blue::MaxPool2d<2>, blue::Conv2d<6, 16, blue::kernel<5, 5>>, blue::ReLU,
                     blue::MaxPool2d<2>, blue::Flatten<>, blue::Linear<256, 120>, blue::ReLU,
                     blue::Linear<120, 84>, blue::ReLU, blue::Linear<84, 10>>;

const bench::Registered lenet{
    {"lenet-train", 28, bench::make<bench::Train<LeNet>>},
    {"lenet-predict", 28, bench::make<bench::Predict<LeNet>>},
};

}  // namespace

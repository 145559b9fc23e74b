// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The network 784-width-width-10 with ReLU: a training step and a prediction.
#pragma once

#include "network.hpp"
#include "workloads.hpp"

#include <memory>

namespace bench {

template <blue::Index Width, class Q = blue::MeanFieldNormal>
using Mlp = blue::Sequential<blue::Linear<784, Width, Q>, blue::ReLU, blue::Linear<Width, Width, Q>,
                             blue::ReLU, blue::Linear<Width, 10, Q>>;

template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_train(const Parameters& parameters) {
    return std::make_unique<Train<Mlp<Width>>>(parameters);
}
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_predict(const Parameters& parameters) {
    return std::make_unique<Predict<Mlp<Width>>>(parameters);
}

}  // namespace bench

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The network 784-width-...-width-10 with ReLU: a training step and a prediction.
#pragma once

#include "network.hpp"
#include "workloads.hpp"

#include <boost/mp11.hpp>

#include <memory>

namespace bench {

namespace detail {
namespace mp = boost::mp11;
template <blue::Index Width, std::size_t Hidden, class... Policies>
using mlp_layers = mp::mp_append<
    mp::mp_list<blue::Linear<784, Width, Policies...>, blue::ReLU>,
    mp::mp_repeat_c<mp::mp_list<blue::Linear<Width, Width, Policies...>, blue::ReLU>, Hidden - 1>,
    mp::mp_list<blue::Linear<Width, 10, Policies...>>>;
}  // namespace detail

/// With `Hidden` hidden layers of the same width.
template <blue::Index Width, class Q = blue::MeanFieldNormal, std::size_t Hidden = 2>
using Mlp = boost::mp11::mp_rename<detail::mlp_layers<Width, Hidden, Q>, blue::Sequential>;

template <blue::Index Width, std::size_t Hidden>
std::unique_ptr<Workload> make_mlp_train(const Parameters& parameters) {
    return std::make_unique<Train<Mlp<Width, blue::MeanFieldNormal, Hidden>>>(parameters);
}
template <blue::Index Width>
std::unique_ptr<Workload> make_mlp_predict(const Parameters& parameters) {
    return std::make_unique<Predict<Mlp<Width>>>(parameters);
}

}  // namespace bench

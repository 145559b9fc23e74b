// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The networks 784-width-...-width-10 and 4096-4096-4096-1000 with ReLU.
#pragma once

#include "network.hpp"
#include "workloads.hpp"

#include <boost/mp11.hpp>

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

/// Its training step and, with two hidden layers, its prediction.
template <blue::Index Width>
Registered mlp_of_width() {
    return {{"mlp-train", Width, make<Train<Mlp<Width>>>},
            {"mlp-predict", Width, make<Predict<Mlp<Width>>>}};
}

/// A network in which the matrix products are nearly everything.
using Wide = blue::Sequential<blue::Linear<4096, 4096>, blue::ReLU, blue::Linear<4096, 4096>,
                              blue::ReLU, blue::Linear<4096, 1000>>;

}  // namespace bench

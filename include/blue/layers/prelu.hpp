// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rectification with learned slopes.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/ops/prelu.hpp>

namespace blue {

namespace detail {
/// Where the slopes of PReLU begin.
struct one_quarter {
    static constexpr double value = 0.25;
};
}  // namespace detail

/// PReLU (He et al. 2015): x for x > 0, else "weight" x, with one learned slope, or one per
/// channel, the first axis of an item. The slopes (Channels) are deterministic parameters and begin
/// at 0.25: `PReLU<>`, `PReLU<64>`, `PReLU<64, Cpu<double>>`.
template <Index Channels = 1, Backend BackendT = Cpu<float>>
struct PReLU : Module<PReLU<Channels, BackendT>,
                      variables<parameter<"weight", detail::one_quarter, Channels>>, NonBayesian,
                      UniformPrior, BackendT> {
    template <class Q, class P, class B>
    using with_policies = PReLU<Channels, std::conditional_t<Backend<B>, B, BackendT>>;
    template <class Shape>
    using expected_input = std::conditional_t<Channels == 1, Shape, replace_first<Shape, Channels>>;

    auto forward(auto& pass, auto x) const { return prelu(x, pass.sample(*this, "weight"_v)); }
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rectification with learned slopes.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/ops/prelu.hpp>

namespace blue {

namespace requirement {
/// The options of `PReLU`.
template <bool Ok, class Given>
struct prelu_options : check {
    static_assert(Ok,
                  "blue: PReLU takes a number where its slopes begin, such as fraction<1, 10>, and "
                  "then a backend, for its slopes have no distribution, see given in "
                  "prelu_options<...>: remove the others");
};
}  // namespace requirement

namespace detail {

/// Where slopes begin, then the backend.
template <class... Options>
struct prelu_options {
    static_assert(requirement::prelu_options<sizeof...(Options) == 0,
                                             requirement::given<prelu_options<Options...>>>{});
    using start = fraction<1, 4>;
    using backend = Cpu<float>;
};
template <Backend B>
struct prelu_options<B> : prelu_options<> {
    using backend = B;
};
template <class Start, class... Rest>
requires requires {
    static_cast<double>(Start::value);
}
struct prelu_options<Start, Rest...> : prelu_options<Rest...> {
    using start = Start;
};

}  // namespace detail

/// PReLU (He et al. 2015): x for x > 0, else "weight" x, with one learned slope, or one per
/// channel, the first axis of an item. The slopes (Channels) are deterministic parameters and begin
/// at 0.25: `PReLU<>`, `PReLU<64>`, `PReLU<64, fraction<1, 10>, Cpu<double>>`.
/// \tparam Options where slopes begin, as in `parameter`, then a backend.
template <Index Channels = 1, class... Options>
struct PReLU
    : Module<PReLU<Channels, Options...>,
             variables<
                 parameter<"weight", typename detail::prelu_options<Options...>::start, Channels>>,
             NonBayesian, UniformPrior, typename detail::prelu_options<Options...>::backend> {
    template <class Q, class P, class B>
    using with_policies =
        std::conditional_t<std::is_same_v<B, typename detail::prelu_options<Options...>::backend>,
                           PReLU,
                           PReLU<Channels, typename detail::prelu_options<Options...>::start, B>>;
    template <class Shape>
    using expected_input = std::conditional_t<Channels == 1, Shape, replace_first<Shape, Channels>>;

    auto forward(auto& pass, auto x) const { return prelu(x, pass.sample(*this, "weight"_v)); }
};

}  // namespace blue

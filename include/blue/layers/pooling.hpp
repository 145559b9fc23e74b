// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pooling layers: items of C channels, shape<C, L>, shape<C, H, W> or shape<C, D, H, W>, become
/// smaller along all axes but the first.
#pragma once

#include <blue/ops/pooling.hpp>

namespace blue {

namespace detail {

template <class Windows>
struct PoolLayer {
    using windows = Windows;
    /// Any extents, but as many as the layer has axes.
    template <class Shape>
    using expected_input = std::conditional_t<Shape::rank == 1 + Windows::axes, Shape,
                                              unknown_shape<1 + Windows::axes>>;

    auto operator()(auto&, auto x) const { return pool<Windows>(x); }
};

}  // namespace detail

/// The largest element of each window: `MaxPool2d<2>`, `MaxPool2d<3, stride<2>, padding<1>>`,
/// `MaxPool2d<window<3, 5>>`. As PyTorch's.
/// \tparam Kernel the extent of the window along all axes, or `window<...>`.
/// \tparam Options `stride<...>` (the window's extents when left out), `padding<...>` with what
///   counts as minus infinity, `dilation<...>`, `ceil_mode`.
template <auto Kernel, class... Options>
struct MaxPool1d
    : detail::PoolLayer<detail::pool_windows<detail::PoolKind::max, 1, Kernel, Options...>> {};
template <auto Kernel, class... Options>
struct MaxPool2d
    : detail::PoolLayer<detail::pool_windows<detail::PoolKind::max, 2, Kernel, Options...>> {};
template <auto Kernel, class... Options>
struct MaxPool3d
    : detail::PoolLayer<detail::pool_windows<detail::PoolKind::max, 3, Kernel, Options...>> {};

/// The mean of each window. As PyTorch's.
/// \tparam Kernel the extent of the window along all axes, or `window<...>`.
/// \tparam Options `stride<...>` (the window's extents when left out), `padding<...>` with zeros,
///   which count unless there is `count_include_pad<false>`, `ceil_mode`.
template <auto Kernel, class... Options>
struct AvgPool1d
    : detail::PoolLayer<detail::pool_windows<detail::PoolKind::mean, 1, Kernel, Options...>> {};
template <auto Kernel, class... Options>
struct AvgPool2d
    : detail::PoolLayer<detail::pool_windows<detail::PoolKind::mean, 2, Kernel, Options...>> {};
template <auto Kernel, class... Options>
struct AvgPool3d
    : detail::PoolLayer<detail::pool_windows<detail::PoolKind::mean, 3, Kernel, Options...>> {};

/// The largest element of each of so many windows that the output has the given extents, whatever
/// the input has: `AdaptiveMaxPool2d<7, 5>`, `AdaptiveMaxPool2d<1>`. Output o covers the elements
/// from floor(o in / out) to ceil((o + 1) in / out), as in PyTorch.
template <Index... Out>
struct AdaptiveMaxPool1d
    : detail::PoolLayer<detail::adaptive_windows<detail::PoolKind::max, 1, Out...>> {};
template <Index... Out>
struct AdaptiveMaxPool2d
    : detail::PoolLayer<detail::adaptive_windows<detail::PoolKind::max, 2, Out...>> {};
template <Index... Out>
struct AdaptiveMaxPool3d
    : detail::PoolLayer<detail::adaptive_windows<detail::PoolKind::max, 3, Out...>> {};

/// The means of the same windows.
template <Index... Out>
struct AdaptiveAvgPool1d
    : detail::PoolLayer<detail::adaptive_windows<detail::PoolKind::mean, 1, Out...>> {};
template <Index... Out>
struct AdaptiveAvgPool2d
    : detail::PoolLayer<detail::adaptive_windows<detail::PoolKind::mean, 2, Out...>> {};
template <Index... Out>
struct AdaptiveAvgPool3d
    : detail::PoolLayer<detail::adaptive_windows<detail::PoolKind::mean, 3, Out...>> {};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Padding and upsampling of items of C channels, shape<C, L>, shape<C, H, W> or shape<C, D, H, W>.
#pragma once

#include <blue/ops/resample.hpp>

namespace blue {

namespace detail {

template <class Map>
struct ResampleLayer {
    using map = Map;
    /// Any extents, but as many as the layer has axes.
    template <class Shape>
    using expected_input =
        std::conditional_t<Shape::rank == 1 + Map::axes, Shape, unknown_shape<1 + Map::axes>>;

    auto operator()(auto&, auto x) const { return resample<Map>(x); }
};

template <int Axes, Index... Numbers>
struct ConstantPad : ResampleLayer<padded_axes<Beyond::constant, Axes, Numbers...>> {
    double value = 0;
    ConstantPad() = default;
    explicit ConstantPad(double number) : value(number) {}
    auto operator()(auto&, auto x) const { return resample<typename ConstantPad::map>(x, value); }
};

}  // namespace detail

/// Zeros around an item: `ZeroPad2d<1>` on all sides, `ZeroPad2d<1, 2>` above and below, then left
/// and right, `ZeroPad2d<0, 1, 2, 3>` in front of and behind each axis, from the first axis on
/// (PyTorch begins with the last).
template <Index... Numbers>
struct ZeroPad1d : detail::ResampleLayer<detail::padded_axes<Beyond::constant, 1, Numbers...>> {};
template <Index... Numbers>
struct ZeroPad2d : detail::ResampleLayer<detail::padded_axes<Beyond::constant, 2, Numbers...>> {};
template <Index... Numbers>
struct ZeroPad3d : detail::ResampleLayer<detail::padded_axes<Beyond::constant, 3, Numbers...>> {};

/// The same with another number: `ConstantPad2d<1>{-1}`.
template <Index... Numbers>
struct ConstantPad1d : detail::ConstantPad<1, Numbers...> {
    using detail::ConstantPad<1, Numbers...>::ConstantPad;
};
template <Index... Numbers>
struct ConstantPad2d : detail::ConstantPad<2, Numbers...> {
    using detail::ConstantPad<2, Numbers...>::ConstantPad;
};
template <Index... Numbers>
struct ConstantPad3d : detail::ConstantPad<3, Numbers...> {
    using detail::ConstantPad<3, Numbers...>::ConstantPad;
};

/// The item mirrored at its border elements: 3 2 | 1 2 3 | 2 1. Less than its extent.
template <Index... Numbers>
struct ReflectionPad1d
    : detail::ResampleLayer<detail::padded_axes<Beyond::reflected, 1, Numbers...>> {};
template <Index... Numbers>
struct ReflectionPad2d
    : detail::ResampleLayer<detail::padded_axes<Beyond::reflected, 2, Numbers...>> {};
template <Index... Numbers>
struct ReflectionPad3d
    : detail::ResampleLayer<detail::padded_axes<Beyond::reflected, 3, Numbers...>> {};

/// Its border elements repeated: 1 1 | 1 2 3 | 3 3.
template <Index... Numbers>
struct ReplicationPad1d
    : detail::ResampleLayer<detail::padded_axes<Beyond::repeated, 1, Numbers...>> {};
template <Index... Numbers>
struct ReplicationPad2d
    : detail::ResampleLayer<detail::padded_axes<Beyond::repeated, 2, Numbers...>> {};
template <Index... Numbers>
struct ReplicationPad3d
    : detail::ResampleLayer<detail::padded_axes<Beyond::repeated, 3, Numbers...>> {};

/// What a ring has there: 2 3 | 1 2 3 | 1 2. At most its extent.
template <Index... Numbers>
struct CircularPad1d : detail::ResampleLayer<detail::padded_axes<Beyond::wrapped, 1, Numbers...>> {
};
template <Index... Numbers>
struct CircularPad2d : detail::ResampleLayer<detail::padded_axes<Beyond::wrapped, 2, Numbers...>> {
};
template <Index... Numbers>
struct CircularPad3d : detail::ResampleLayer<detail::padded_axes<Beyond::wrapped, 3, Numbers...>> {
};

/// Each element so many times along all axes, or along each: `Upsample2d<2>`, `Upsample2d<2, 3>`.
template <Index... Factors>
struct Upsample1d : detail::ResampleLayer<detail::upsampled_axes<false, 1, Factors...>> {};
template <Index... Factors>
struct Upsample2d : detail::ResampleLayer<detail::upsampled_axes<false, 2, Factors...>> {};
template <Index... Factors>
struct Upsample3d : detail::ResampleLayer<detail::upsampled_axes<false, 3, Factors...>> {};

/// So many times as many elements by linear interpolation along each axis (bilinear, trilinear), as
/// PyTorch with align_corners=False.
template <Index... Factors>
struct LinearUpsample1d : detail::ResampleLayer<detail::upsampled_axes<true, 1, Factors...>> {};
template <Index... Factors>
struct LinearUpsample2d : detail::ResampleLayer<detail::upsampled_axes<true, 2, Factors...>> {};
template <Index... Factors>
struct LinearUpsample3d : detail::ResampleLayer<detail::upsampled_axes<true, 3, Factors...>> {};

}  // namespace blue

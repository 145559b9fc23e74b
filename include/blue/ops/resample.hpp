// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Items on another grid: padding and upsampling.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/concepts/window.hpp>
#include <blue/ops/resample_args.hpp>

#include <algorithm>
#include <cmath>

namespace blue {

/// What stands beyond the ends of an axis.
enum class Beyond {
    constant,   ///< a number
    reflected,  ///< the elements behind the border, without that at the border
    repeated,   ///< the element at the border
    wrapped     ///< the elements from the other end
};

namespace operation {
struct resample;
}

namespace requirement {

/// The numbers of a padding layer.
template <bool Ok, class Axes, class Given>
struct pad_numbers : check {
    static_assert(
        Ok,
        "blue: padding takes one number for all sides, one for each axis, or two for each "
        "axis (in front and behind), from 0 on, see axes and given count in "
        "pad_numbers<...>: change the numbers");
};

/// Padding that is made of the input.
template <bool Fits, class Map, class Given>
struct pad_source : check {
    static_assert(Fits,
                  "blue: reflected padding must be less than the extent of its axis, wrapped "
                  "padding at most as much, see the padding and the given shape in "
                  "pad_source<...>: use less padding, or repeated padding");
};

}  // namespace requirement

namespace detail {

/// Padding of the axes behind the channels.
template <Beyond Kind, int Axes, Index... Given>
struct padded_axes {
    static constexpr int axes = Axes;
    static constexpr int given = sizeof...(Given);
    static constexpr bool is_valid =
        (given == 1 || given == Axes || given == 2 * Axes) && (true && ... && (Given >= 0));
    static_assert(requirement::pad_numbers<is_valid, requirement::axes<Axes>,
                                           requirement::given<requirement::count<given>>>{});

    /// Numbers in front of axis i (side 0) and behind it (side 1).
    static constexpr Index amount(std::size_t i, std::size_t side) {
        const std::array<Index, given + 1> all{Given..., 0};
        return !is_valid ? 0 : all[given == 1 ? 0 : given == Axes ? i : 2 * i + side];
    }
    static constexpr bool fits(std::size_t i, Index in) {
        const Index most = std::max(amount(i, 0), amount(i, 1));
        return Kind == Beyond::reflected ? most < in : Kind != Beyond::wrapped || most <= in;
    }
    static constexpr Index outputs(std::size_t i, Index in) {
        return in + amount(i, 0) + amount(i, 1);
    }
    static constexpr ResampleTap tap(std::size_t i, Index in, Index, Index o) {
        const Index at = o - amount(i, 0);
        const Index from = Kind == Beyond::reflected  ? (at < 0     ? -at
                                                         : at >= in ? 2 * (in - 1) - at
                                                                    : at)
                           : Kind == Beyond::repeated ? std::clamp<Index>(at, 0, in - 1)
                           : Kind == Beyond::wrapped  ? (at + in) % in
                           : at < in                  ? at
                                                      : -1;
        return {from, from, 0};
    }
    static constexpr bool interpolates = false;
};

/// Axes behind the channels that become so many times as long.
template <bool Linear, int Axes, Index... Factors>
struct upsampled_axes {
    static constexpr int axes = Axes;
    using numbers = axis_numbers<Axes, window_extents<Factors...>>;
    static_assert(typename numbers::check{});
    static constexpr bool is_valid = numbers::fits;

    static constexpr bool fits(std::size_t, Index) { return true; }
    static constexpr Index outputs(std::size_t i, Index in) { return numbers::value[i] * in; }
    static ResampleTap tap(std::size_t, Index in, Index out, Index o) {
        if constexpr (Linear) {
            // Both grids have their elements in the middle of cells.
            const double ratio = static_cast<double>(in) / static_cast<double>(out);
            const double at = std::fmax(0, (static_cast<double>(o) + 0.5) * ratio - 0.5);
            const Index low = std::min(static_cast<Index>(at), in - 1);
            return {low, std::min(low + 1, in - 1), at - static_cast<double>(low)};
        } else {
            return {o * in / out, o * in / out, 0};
        }
    }
    static constexpr bool interpolates = Linear;
};

template <class B>
struct ResampleRecord : Record<B> {
    ResampleArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) resample_backward(tape, args, tape.gradient(args.x));
    }
};

}  // namespace detail

/// Items of channels with their other axes on another grid. \tparam Map how: such as
/// `ReflectionPad2d<1>::map`. \param constant what stands beyond the ends with `Beyond::constant`.
template <class Map, class B, class Shape>
Var<B, typename detail::mapped_shape<Map, Shape>::type> resample(Var<B, Shape> x,
                                                                 double constant = 0) {
    using requirement::given;
    using Mapped = detail::mapped_shape<Map, Shape>;
    using Result = typename Mapped::type;
    constexpr bool computes = has_kernel<operation::resample, B>;
    // A shape that is not known follows from another error.
    constexpr bool follows =
        std::is_same_v<Shape, any_shape> || std::is_same_v<Shape, unknown_shape<Shape::rank>>;
    constexpr bool is_static = Shape::is_static || follows;
    constexpr bool has_axes = Mapped::has_axes || !is_static || follows;
    static_assert(requirement::fixed_extents<is_static, given<Shape>>{});
    static_assert(requirement::kernel<computes, operation::resample, B>{});
    static_assert(requirement::item_axes<has_axes, requirement::axes<Map::axes>, given<Shape>>{});
    static_assert(requirement::pad_source<Mapped::fits, Map, given<Shape>>{});
    if constexpr (computes && !std::is_same_v<Result, any_shape>) {
        Tape<B>& tape = *x.tape;
        detail::ResampleArgs<B> args{x.node, nullptr, {}, Map::interpolates, constant};
        for (std::size_t i = 0; i < Map::axes; ++i) {
            const Index in = Shape::extents[i + 1], out = Result::extents[i + 1];
            auto* const taps = tape.template host_memory<detail::ResampleTap>(out);
            for (Index o = 0; o < out; ++o) taps[o] = Map::tap(i, in, out, o);
            args.axes[3 - Map::axes + i] = {in, out, taps};
        }
        args.y = tape.node(x.samples(), x.batch(), Result::size, x.node->needs_grad);
        resample_forward(tape, args);
        if (args.y->needs_grad) tape.record(detail::ResampleRecord<B>{{}, args}, args.y);
        return {x.tape, args.y};
    } else {  // after an error
        return {x.tape, x.node};
    }
}

}  // namespace blue

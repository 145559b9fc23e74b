// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The largest element or the mean of windows that move over an item.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/concepts/window.hpp>
#include <blue/ops/pooling_args.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace blue {

/// The number of outputs is rounded up: windows may reach beyond the end of an axis.
struct ceil_mode {};
/// Whether the zeros of the padding count in means; they do unless this says otherwise.
template <bool Counts>
struct count_include_pad {};

namespace operation {
struct pooling;
}

namespace requirement {

/// The padding of a pooling layer.
template <bool Ok, class Windows>
struct pool_padding : check {
    static_assert(Ok,
                  "blue: the padding of a pooling layer is at most half of its window, see "
                  "pool_padding<...>: use less padding, or ZeroPad in front");
};

/// The windows of a pooling layer.
template <bool Fits, class Windows, class Given>
struct window_size : check {
    static_assert(
        Fits,
        "blue: the window of a pooling layer is larger than its padded input, see windows "
        "and given shape in window_size<...>: use a smaller window");
};

}  // namespace requirement

namespace detail {

/// Windows of one size along one axis.
struct EvenWindows {
    Index kernel, stride, padding, dilation;

    constexpr Index reach() const { return dilation * (kernel - 1) + 1; }
    /// As many as PyTorch has.
    constexpr Index outputs(Index in, bool ceil) const {
        const Index room = in + 2 * padding - reach();
        const Index out = (room + (ceil ? stride - 1 : 0)) / stride + 1;
        return ceil && (out - 1) * stride >= in + padding ? out - 1 : out;
    }
};

/// An axis with its tables.
template <class B>
PoolAxis with_tables(Tape<B>& tape, PoolAxis axis) {
    auto* const ranges = tape.template host_memory<PoolRange>(axis.out);
    auto* const counts = tape.template host_memory<double>(axis.out);
    for (Index o = 0; o < axis.out; ++o) {
        ranges[o] = axis.range(o);
        counts[o] = axis.count(o);
    }
    axis.ranges = ranges;
    axis.counts = counts;
    return axis;
}

template <class B>
PoolAxis even_axis(Tape<B>& tape, const EvenWindows& w, Index in, Index out, bool padding_counts) {
    PoolAxis axis{in, out, w.kernel, w.dilation, w.stride, w.padding};
    axis.padding_counts = padding_counts;
    return with_tables(tape, axis);
}

template <class B>
PoolAxis adaptive_axis(Tape<B>& tape, Index in, Index out) {
    if (in % out == 0) return even_axis(tape, {in / out, in / out, 0, 1}, in, out, true);
    return with_tables(tape, PoolAxis{in, out, in / out + 2, 1, 0, 0});
}

/// Windows that move over `Axes` axes, from the options of a layer.
template <PoolKind Kind, int Axes, auto Kernel, class... Options>
struct pool_windows {
    static constexpr PoolKind kind = Kind;
    static constexpr int axes = Axes;

    template <class Option>
    static constexpr bool is_known = is_option<stride, Option> || is_option<padding, Option> ||
                                     std::is_same_v<Option, ceil_mode> ||
                                     (Kind == PoolKind::max
                                          ? is_option<dilation, Option>
                                          : std::is_same_v<Option, count_include_pad<false>> ||
                                                std::is_same_v<Option, count_include_pad<true>>);
    static_assert((requirement::known_option<is_known<Options>, Options>{} && ...));

    template <template <Index...> class Option, class Default>
    using option = axis_numbers<Axes, typename option_of<Option, Default, Options...>::type>;
    using kernel_numbers = axis_numbers<Axes, typename extents_of<Kernel>::type>;
    using stride_numbers = option<stride, typename extents_of<Kernel>::type>;
    using padding_numbers = option<padding, padding<0>>;
    using dilation_numbers = option<dilation, dilation<1>>;
    static_assert(typename kernel_numbers::check{});
    static_assert(typename stride_numbers::check{});
    static_assert(typename padding_numbers::check{});
    static_assert(typename dilation_numbers::check{});

    static constexpr bool rounds_up = (std::is_same_v<Options, ceil_mode> || ...);
    static constexpr bool padding_counts =
        !(std::is_same_v<Options, count_include_pad<false>> || ...);

    static constexpr EvenWindows at(std::size_t i) {
        return {kernel_numbers::value[i], stride_numbers::value[i], padding_numbers::value[i],
                dilation_numbers::value[i]};
    }
    static constexpr bool padding_fits = [] {
        for (std::size_t i = 0; i < Axes; ++i)
            if (2 * at(i).padding > at(i).reach()) return false;
        return true;
    }();
    static_assert(requirement::pool_padding<padding_fits, pool_windows>{});

    static constexpr bool is_valid = (true && ... && is_known<Options>)&&padding_fits &&
                                     kernel_numbers::fits && stride_numbers::fits &&
                                     padding_numbers::fits && dilation_numbers::fits;

    static constexpr bool fits(std::size_t i, Index in) {
        return at(i).reach() <= in + 2 * at(i).padding;
    }
    static constexpr Index outputs(std::size_t i, Index in) { return at(i).outputs(in, rounds_up); }
    template <class B>
    static PoolAxis axis(Tape<B>& tape, std::size_t i, Index in) {
        return even_axis(tape, at(i), in, outputs(i, in), padding_counts);
    }
};

/// As many windows as there are outputs, of as equal a size as can be.
template <PoolKind Kind, int Axes, Index... Out>
struct adaptive_windows {
    static constexpr PoolKind kind = Kind;
    static constexpr int axes = Axes;
    using numbers = axis_numbers<Axes, window_extents<Out...>>;
    static_assert(typename numbers::check{});
    static constexpr bool is_valid = numbers::fits;

    static constexpr bool fits(std::size_t, Index) { return true; }
    static constexpr Index outputs(std::size_t i, Index) { return numbers::value[i]; }
    template <class B>
    static PoolAxis axis(Tape<B>& tape, std::size_t i, Index in) {
        return adaptive_axis(tape, in, numbers::value[i]);
    }
};

template <class B>
struct PoolRecord : Record<B> {
    PoolArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) pool_backward(tape, args, tape.gradient(args.x));
    }
};

}  // namespace detail

/// The largest element or the mean of each window: (S, B, C, ...) to (S, B, C, ...) with other
/// extents behind the channels. NaN counts as larger than all numbers; of equal elements the first
/// one gets the gradient. \tparam Windows how the windows move, such as `MaxPool2d<2>::windows`.
template <class Windows, class B, class Shape>
Var<B, typename detail::mapped_shape<Windows, Shape>::type> pool(Var<B, Shape> x) {
    using requirement::given;
    using Mapped = detail::mapped_shape<Windows, Shape>;
    using Result = typename Mapped::type;
    constexpr bool computes = has_kernel<operation::pooling, B>;
    // A shape that is not known follows from another error.
    constexpr bool follows =
        std::is_same_v<Shape, any_shape> || std::is_same_v<Shape, unknown_shape<Shape::rank>>;
    constexpr bool is_static = Shape::is_static || follows;
    constexpr bool has_axes = Mapped::has_axes || !is_static || follows;
    static_assert(requirement::fixed_extents<is_static, given<Shape>>{});
    static_assert(requirement::kernel<computes, operation::pooling, B>{});
    static_assert(
        requirement::item_axes<has_axes, requirement::axes<Windows::axes>, given<Shape>>{});
    static_assert(requirement::window_size<Mapped::fits, Windows, given<Shape>>{});
    if constexpr (computes && !std::is_same_v<Result, any_shape>) {
        Tape<B>& tape = *x.tape;
        const Node<B>& in = *x.node;
        detail::PoolArgs<B> args{x.node, nullptr, Windows::kind, nullptr, {}};
        for (std::size_t i = 0; i < Windows::axes; ++i)
            args.axes[3 - Windows::axes + i] = Windows::axis(tape, i, Shape::extents[i + 1]);
        args.y = tape.node(in.samples, in.batch, Result::size, in.needs_grad);
        if (args.y->needs_grad && Windows::kind == detail::PoolKind::max)
            args.winners = tape.template device_memory<std::int32_t>(args.y->size());
        pool_forward(tape, args);
        if (args.y->needs_grad) tape.record(detail::PoolRecord<B>{{}, args}, args.y);
        return {x.tape, args.y};
    } else {  // after an error
        return {x.tape, x.node};
    }
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What must hold for a convolution, and the sizes that follow.
#pragma once

#include <blue/meta/variables.hpp>
#include <blue/ops/convolution_options.hpp>

#include <algorithm>

namespace blue {

namespace requirement {

/// The rank of the input of a convolution.
template <bool Ok, class Layer, class Given>
struct image_axes : check {
    static_assert(
        Ok,
        "blue: a convolution takes inputs with channels first and then its axes, shape<C, L> for "
        "Conv1d, shape<C, H, W> for Conv2d, shape<C, D, H, W> for Conv3d, see the layer and the "
        "given shape of an example in image_axes<...>: gray images need a channel too, such as "
        "shape<1, 28, 28>, and Flatten comes after the convolutions");
};

/// The extents of the input of a convolution.
template <bool Known, class Layer, class Given>
struct known_extents : check {
    static_assert(
        Known,
        "blue: a convolution needs the extents of its input at compile time, see the layer and the "
        "given shape (-1 is blue::dynamic) in known_extents<...>: replace blue::dynamic by a "
        "number");
};

/// The channels of the input of a convolution.
template <bool Fits, class Layer, class Expected, class Given>
struct input_channels : check {
    static_assert(
        Fits,
        "blue: a convolution gets an input with another number of channels than it takes, see the "
        "layer, the expected channels and the given shape (channels first) in input_channels<...>: "
        "the "
        "first number of a convolution is the number of channels that the layer before it gives");
};

/// Channels in groups.
template <bool Divides, class Layer, class Groups>
struct channel_groups : check {
    static_assert(
        Divides,
        "blue: the groups of a convolution must divide its input channels and its output channels, "
        "see the layer and the count of groups in channel_groups<...>: change one of the three");
};

/// `same_padding`.
template <bool Ok, class Layer>
struct same_padding_stride : check {
    static_assert(Ok,
                  "blue: same_padding keeps the size of the input, which a stride, or a transposed "
                  "convolution, changes, see the layer in same_padding_stride<...>: give the "
                  "padding as a number, such as blue::padding<1>");
};

/// Windows and the padded input.
template <bool Fits, class Layer, class Given>
struct kernel_size : check {
    static_assert(
        Fits,
        "blue: the windows of a convolution are larger than its padded input, see the layer and "
        "the given shape in kernel_size<...>: take a smaller kernel or dilation, or more padding");
};

/// Padding that is made of the input.
template <bool Fits, class Layer, class Given>
struct padding_source : check {
    static_assert(
        Fits,
        "blue: the padding is larger than the input that it is made of, see the layer and the "
        "given shape in padding_source<...>: reflect_padding needs less than the extent, "
        "circular_padding at most the extent");
};

/// Options of a transposed convolution.
template <bool Ok, class Layer>
struct transposed_options : check {
    static_assert(
        Ok,
        "blue: a transposed convolution pads with zeros only, and its output_padding is less than "
        "its stride or dilation, see the layer in transposed_options<...>: leave the padding mode "
        "out, or reduce output_padding");
};

/// The result of a transposed convolution.
template <bool Ok, class Layer, class Given>
struct transposed_size : check {
    static_assert(Ok,
                  "blue: the padding of a transposed convolution leaves nothing of its result, see "
                  "the layer and the given shape in transposed_size<...>: take less padding");
};

/// Options of one operation only.
template <bool Ok, class Layer>
struct output_padding_use : check {
    static_assert(Ok,
                  "blue: output_padding belongs to transposed convolutions, see the layer in "
                  "output_padding_use<...>: use padding");
};

/// The weight of a convolution.
template <bool Ok, class Given>
struct convolution_weight : check {
    static_assert(
        Ok,
        "blue: convolution needs a weight of shape<Out, In / groups, kernel...> with one to three "
        "axes, see given in convolution_weight<...>: change the extents of the variable");
};

/// The bias of a convolution.
template <bool Ok, class Expected, class Given>
struct convolution_bias : check {
    static_assert(
        Ok,
        "blue: the bias of a convolution needs one number per output channel, see expected and "
        "given shape in convolution_bias<...>: change the extents of one of these variables");
};

}  // namespace requirement

namespace detail {

/// The rule that a convolution breaks, the first in this order.
enum class ConvolutionRule {
    none,
    weight,
    rank,
    extents,
    groups,
    channels,
    bias,
    output_padding,
    transposed,
    same,
    padding,
    kernel,
    result,
};

/// The geometry of a convolution over `Shape` and the rule that it breaks.
struct ConvolutionOutcome {
    ConvolutionGeometry geometry{};
    ConvolutionRule broken = ConvolutionRule::none;
};

/// \param x,weight the extents; of `rank` and `weight_rank` axes.
constexpr ConvolutionOutcome make_geometry(bool transposed, const Index* x, int rank,
                                           const Index* weight, int weight_rank,
                                           const ConvolutionOptions& options, Index bias) {
    using Rule = ConvolutionRule;
    ConvolutionOutcome outcome;
    const auto broken = [&](Rule rule) {
        outcome.broken = rule;
        return outcome;
    };
    const int axes = weight_rank - 2;
    if (axes < 1 || axes > 3) return broken(Rule::weight);
    if (rank != axes + 1) return broken(Rule::rank);
    for (int i = 0; i < rank; ++i)
        if (x[i] == dynamic) return broken(Rule::extents);
    ConvolutionGeometry& g = outcome.geometry;
    g.narrow_channels = weight[0];
    g.wide_channels = weight[1] * options.groups;
    g.groups = options.groups;
    g.mode = options.mode;
    if (g.narrow_channels % g.groups != 0) return broken(Rule::groups);
    if (x[0] != (transposed ? g.narrow_channels : g.wide_channels)) return broken(Rule::channels);
    if (bias != (transposed ? g.wide_channels : g.narrow_channels)) return broken(Rule::bias);
    for (int i = 0; i < axes; ++i) {
        const auto from = static_cast<std::size_t>(i);
        ConvolutionAxis& axis = g.axes[static_cast<std::size_t>(3 - axes + i)];
        const Index extent = x[i + 1], extra = options.output_padding[from];
        axis.kernel = weight[i + 2];
        axis.stride = options.stride[from];
        axis.dilation = options.dilation[from];
        axis.padding = options.padding[from];
        Index both = 2 * axis.padding;
        if (options.same) {
            if (axis.stride != 1 || transposed) return broken(Rule::same);
            both = axis.reach() - 1;
            axis.padding = both / 2;
        }
        if (transposed) {
            if (extra > 0 && extra >= std::max(axis.stride, axis.dilation))
                return broken(Rule::transposed);
            if (options.mode != PaddingMode::zeros) return broken(Rule::transposed);
            axis.narrow = extent;
            axis.wide = (extent - 1) * axis.stride - both + axis.reach() + extra;
            if (axis.wide < 1) return broken(Rule::result);
            continue;
        }
        if (extra != 0) return broken(Rule::output_padding);
        const Index behind = both - axis.padding;
        if ((options.mode == PaddingMode::reflect && behind >= extent) ||
            (options.mode == PaddingMode::circular && behind > extent))
            return broken(Rule::padding);
        axis.wide = extent;
        if (axis.reach() > extent + both) return broken(Rule::kernel);
        axis.narrow = (extent + both - axis.reach()) / axis.stride + 1;
    }
    return outcome;
}

/// A convolution of given shapes at compile time.
/// \tparam Caller is named in messages. \tparam BiasShape `absent` for one that fits, or none.
template <class Caller, bool Transposed, class XShape, class WeightShape, class BiasShape,
          class... Options>
struct ConvolutionSetup {
    static constexpr int axes = WeightShape::rank - 2;
    static constexpr ConvolutionOptions options =
        read_options<(axes >= 1 && axes <= 3 ? axes : 1), Options...>();
    static constexpr int groups = static_cast<int>(options.groups);
    /// Channels of the sides; 1 for a weight that is none.
    static constexpr Index wide = axes < 1 ? 1 : WeightShape::extents[axes < 1 ? 0 : 1] * groups;
    static constexpr Index narrow = axes < 1 ? 1 : WeightShape::extents[0];
    static constexpr Index out = Transposed ? wide : narrow;
    static constexpr int in = static_cast<int>(Transposed ? narrow : wide);
    using Bias = std::conditional_t<std::is_same_v<BiasShape, absent>, shape<out>, BiasShape>;

    static constexpr ConvolutionOutcome outcome =
        make_geometry(Transposed, XShape::extents.data(), XShape::rank, WeightShape::extents.data(),
                      WeightShape::rank, options, Bias::rank == 1 ? Bias::size : -1);
    static constexpr ConvolutionGeometry geometry = outcome.geometry;
    static constexpr ConvolutionRule broken = outcome.broken;
    static constexpr bool fits = broken == ConvolutionRule::none;
};

/// Says which rule is broken. Nothing is instantiated when none is, and nothing is said about what
/// follows from another error.
template <class Setup, class Caller, class XShape, class WeightShape,
          bool Fits = Setup::fits || std::is_same_v<XShape, any_shape>>
struct convolution_checks : requirement::check {};
template <class Setup, class Caller, class XShape, class WeightShape>
struct convolution_checks<Setup, Caller, XShape, WeightShape, false> : requirement::check {
    using Rule = ConvolutionRule;
    static constexpr Rule broken = Setup::broken;
    template <int N>
    using count = requirement::count<N>;
    template <class What>
    using expected = requirement::expected<What>;
    using Given = requirement::given<XShape>;
    static_assert(
        requirement::convolution_weight<broken != Rule::weight, requirement::given<WeightShape>>{});
    static_assert(requirement::image_axes<broken != Rule::rank, Caller, Given>{});
    static_assert(requirement::known_extents<broken != Rule::extents, Caller, Given>{});
    static_assert(
        requirement::channel_groups<broken != Rule::groups, Caller, count<Setup::groups>>{});
    static_assert(requirement::input_channels<broken != Rule::channels, Caller,
                                              expected<count<Setup::in>>, Given>{});
    static_assert(requirement::convolution_bias<broken != Rule::bias, expected<shape<Setup::out>>,
                                                requirement::given<typename Setup::Bias>>{});
    static_assert(requirement::output_padding_use<broken != Rule::output_padding, Caller>{});
    static_assert(requirement::transposed_options<broken != Rule::transposed, Caller>{});
    static_assert(requirement::same_padding_stride<broken != Rule::same, Caller>{});
    static_assert(requirement::padding_source<broken != Rule::padding, Caller, Given>{});
    static_assert(requirement::kernel_size<broken != Rule::kernel, Caller, Given>{});
    static_assert(requirement::transposed_size<broken != Rule::result, Caller, Given>{});
};

}  // namespace detail

}  // namespace blue

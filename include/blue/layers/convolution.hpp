// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolutional layers over one to three axes, and transposed ones.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/options.hpp>
#include <blue/ops/convolution.hpp>

namespace blue {

namespace detail {

/// The arguments of a convolutional layer: options in any order, then the policies of `Linear`.
template <int Axes, class... Arguments>
struct convolution_arguments {
    template <class T>
    using is_option = mp::mp_bool<ConvolutionOption<T>>;
    using policies =
        mp::mp_apply<layer_policies, mp::mp_remove_if<mp::mp_list<Arguments...>, is_option>>;
    static constexpr ConvolutionOptions options = read_options<Axes, Arguments...>();
    static constexpr bool has_kernel = options.kernel[0] > 0;
    /// 1 after the error about a missing one.
    static constexpr Index kernel(std::size_t axis) {
        return has_kernel ? options.kernel[axis] : 1;
    }
    template <Index First, Index Second, std::size_t... Axis>
    static variable<"weight", First, Second, kernel(Axis)...> weight(std::index_sequence<Axis...>);
};

/// What all convolutional layers are.
template <class Layer, int Axes, bool Transposed, Index In, Index Out, class... Arguments>
struct ConvolutionLayer {
    using arguments = convolution_arguments<Axes, Arguments...>;
    static constexpr Index groups = arguments::options.groups;
    static constexpr bool groups_fit = In % groups == 0 && Out % groups == 0;
    static constexpr Index narrow = Transposed ? In : Out;
    static constexpr Index wide = Transposed ? Out : In;
    using weight =
        decltype(arguments::template weight < narrow,
                 groups_fit ? wide / groups
                            : wide > (std::make_index_sequence<static_cast<std::size_t>(Axes)>{}));
    using policies = typename arguments::policies;
    using module =
        Module<Layer, variables<weight, optional_variable<policies::has_bias, "bias", Out>>,
               typename policies::variational, typename policies::prior,
               typename policies::backend>;

    static constexpr bool well_made = arguments::has_kernel && groups_fit;

    /// What becomes of an input of a shape.
    template <class Shape>
    struct On {
        using Setup = ConvolutionSetup<Layer, Transposed, Shape, typename weight::shape, absent,
                                       Arguments...>;
        /// The given shape when it fits.
        using expected = std::conditional_t<well_made && Setup::fits, Shape, any_shape>;
        /// About the layer, or else about the input.
        using check = mp::mp_cond<
            mp::mp_bool<!arguments::has_kernel>, requirement::kernel_given<false, Layer>,
            mp::mp_bool<!groups_fit>,
            requirement::channel_groups<false, Layer, requirement::count<static_cast<int>(groups)>>,
            mp::mp_true, convolution_checks<Setup, Layer, Shape, typename weight::shape>>;
    };

    static auto forward(const auto& layer, auto& pass, auto x) {
        using Here = On<typename decltype(x)::shape>;
        static_assert(option_checks<Axes, Arguments...>{});
        static_assert(typename Here::check{});
        if constexpr (std::is_same_v<typename Here::expected, any_shape>)
            return x.template as<any_shape>();
        else
            return convolve<typename Here::Setup, Transposed>(x, pass.sample(layer, "weight"_v),
                                                              pass.sample(layer, "bias"_v));
    }
};

template <int Axes, bool Transposed, class Layer>
struct convolution_layer;
template <int Axes, bool Transposed, template <Index, Index, class...> class Layer, Index In,
          Index Out, class... Arguments>
struct convolution_layer<Axes, Transposed, Layer<In, Out, Arguments...>> {
    using type =
        ConvolutionLayer<Layer<In, Out, Arguments...>, Axes, Transposed, In, Out, Arguments...>;
};
template <int Axes, bool Transposed, class Layer>
using convolution_of = typename convolution_layer<Axes, Transposed, Layer>::type;

}  // namespace detail

/// Convolution over one axis: (S, B, In, L) to (S, B, Out, L').
///
/// Random variables: "weight" (Out, In / groups, kernel) and "bias" (Out).
/// \tparam Arguments the size of the windows, `kernel<5>`, and further options in any order, then
///   variational distribution, prior, backend, which may be left out:
///   `Conv1d<3, 8, kernel<5>, stride<2>, without_bias, MeanFieldNormal, UniformPrior>`.
///
/// | option | without it |
/// |---|---|
/// | `kernel<5>`: numbers of a window | needed |
/// | `stride<2>`: numbers between the begins of windows | 1 |
/// | `padding<1>`, `same_padding`, `valid_padding`: numbers on either side | 0 |
/// | `dilation<2>`: numbers between neighbours in a window | 1 |
/// | `groups<2>`: groups of channels that do not see each other | 1 |
/// | `reflect_padding`, `replicate_padding`, `circular_padding`: what is there | zeros |
/// | `without_bias` | with bias |
///
/// `same_padding` puts the larger half behind the input, and needs stride 1. The result has
/// (L + 2 padding - dilation (kernel - 1) - 1) / stride + 1 numbers along the axis.
template <Index In, Index Out, class... Arguments>
struct Conv1d : detail::convolution_of<1, false, Conv1d<In, Out, Arguments...>>::module {
    using Conv1d::Module::Module;
    template <class Shape>
    using on_input = typename detail::convolution_of<1, false, Conv1d>::template On<Shape>;
    auto forward(auto& pass, auto x) const {
        return detail::convolution_of<1, false, Conv1d>::forward(*this, pass, x);
    }
};

/// Convolution over two axes: (S, B, In, H, W) to (S, B, Out, H', W').
///
/// As `Conv1d`; options have one number for both axes or one for each:
/// `Conv2d<1, 6, kernel<5, 5>>`, `Conv2d<3, 8, kernel<3>, stride<2, 1>, same_padding>`.
/// Random variables: "weight" (Out, In / groups, kernel height, kernel width) and "bias" (Out).
template <Index In, Index Out, class... Arguments>
struct Conv2d : detail::convolution_of<2, false, Conv2d<In, Out, Arguments...>>::module {
    using Conv2d::Module::Module;
    template <class Shape>
    using on_input = typename detail::convolution_of<2, false, Conv2d>::template On<Shape>;
    auto forward(auto& pass, auto x) const {
        return detail::convolution_of<2, false, Conv2d>::forward(*this, pass, x);
    }
};

/// Convolution over three axes: (S, B, In, D, H, W) to (S, B, Out, D', H', W'). As `Conv2d`.
template <Index In, Index Out, class... Arguments>
struct Conv3d : detail::convolution_of<3, false, Conv3d<In, Out, Arguments...>>::module {
    using Conv3d::Module::Module;
    template <class Shape>
    using on_input = typename detail::convolution_of<3, false, Conv3d>::template On<Shape>;
    auto forward(auto& pass, auto x) const {
        return detail::convolution_of<3, false, Conv3d>::forward(*this, pass, x);
    }
};

/// Transposed convolution over one axis, the adjoint of a `Conv1d<Out, In, ...>`: (S, B, In, L) to
/// (S, B, Out, L').
///
/// Random variables: "weight" (In, Out / groups, kernel) and "bias" (Out). Options as for `Conv1d`
/// without padding modes and `same_padding`, and `output_padding<1>`, which makes the result
/// longer. It has (L - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1 numbers.
template <Index In, Index Out, class... Arguments>
struct ConvTranspose1d
    : detail::convolution_of<1, true, ConvTranspose1d<In, Out, Arguments...>>::module {
    using ConvTranspose1d::Module::Module;
    template <class Shape>
    using on_input = typename detail::convolution_of<1, true, ConvTranspose1d>::template On<Shape>;
    auto forward(auto& pass, auto x) const {
        return detail::convolution_of<1, true, ConvTranspose1d>::forward(*this, pass, x);
    }
};

/// Transposed convolution over two axes: (S, B, In, H, W) to (S, B, Out, H', W'). As
/// `ConvTranspose1d`.
template <Index In, Index Out, class... Arguments>
struct ConvTranspose2d
    : detail::convolution_of<2, true, ConvTranspose2d<In, Out, Arguments...>>::module {
    using ConvTranspose2d::Module::Module;
    template <class Shape>
    using on_input = typename detail::convolution_of<2, true, ConvTranspose2d>::template On<Shape>;
    auto forward(auto& pass, auto x) const {
        return detail::convolution_of<2, true, ConvTranspose2d>::forward(*this, pass, x);
    }
};

/// Transposed convolution over three axes: (S, B, In, D, H, W) to (S, B, Out, D', H', W'). As
/// `ConvTranspose1d`.
template <Index In, Index Out, class... Arguments>
struct ConvTranspose3d
    : detail::convolution_of<3, true, ConvTranspose3d<In, Out, Arguments...>>::module {
    using ConvTranspose3d::Module::Module;
    template <class Shape>
    using on_input = typename detail::convolution_of<3, true, ConvTranspose3d>::template On<Shape>;
    auto forward(auto& pass, auto x) const {
        return detail::convolution_of<3, true, ConvTranspose3d>::forward(*this, pass, x);
    }
};

}  // namespace blue

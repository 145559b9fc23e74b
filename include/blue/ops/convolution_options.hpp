// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Options of convolutions that are known to the compiler: `Conv2d<1, 6, kernel<5, 5>, stride<2>>`.
#pragma once

#include <blue/concepts/window.hpp>
#include <blue/ops/convolution_args.hpp>

namespace blue {

/// Extents of the windows: `kernel<5, 5>`. As with `stride`, `padding` and `dilation`, one number
/// stands for all axes.
template <Index... Extents>
struct kernel {};
/// Numbers at the far end of the result of a transposed convolution that otherwise no window would
/// give: they choose among the sizes whose convolution gives the same size.
template <Index... Numbers>
struct output_padding {};

/// Channels are cut into groups that do not see each other: `groups<2>`.
template <Index... N>
struct groups {};

/// Padding that keeps the size. An odd number of zeros has the larger half behind the image.
struct same_padding {};
/// No padding: windows lie within the image.
struct valid_padding {};

/// What is found beyond the border: see `PaddingMode`. Zeros without such an option.
struct reflect_padding {};
struct replicate_padding {};
struct circular_padding {};

namespace requirement {

/// The windows of a convolution.
template <bool Given, class Layer>
struct kernel_given : check {
    static_assert(Given,
                  "blue: a convolution lacks the size of its windows, see the layer in "
                  "kernel_given<...>: add it "
                  "as the third argument, such as Conv2d<1, 6, blue::kernel<5, 5>>");
};

}  // namespace requirement

namespace detail {

/// The options of a convolution, in numbers: those of axis i at i, from the outermost on.
struct ConvolutionOptions {
    std::array<Index, 3> kernel{}, stride{1, 1, 1}, padding{}, dilation{1, 1, 1}, output_padding{};
    Index groups = 1;
    PaddingMode mode = PaddingMode::zeros;
    bool same = false;
};

template <Index... Numbers>
inline constexpr Index least_number<output_padding<Numbers...>> = 0;

/// Reads an option. What is none has no function of its own here.
template <int Axes>
struct ReadOption {
    ConvolutionOptions& to;
    template <Index... N>
    constexpr void operator()(kernel<N...>*) const {
        set<kernel<N...>>(to.kernel);
    }
    template <Index... N>
    constexpr void operator()(stride<N...>*) const {
        set<stride<N...>>(to.stride);
    }
    template <Index... N>
    constexpr void operator()(padding<N...>*) const {
        set<padding<N...>>(to.padding);
    }
    template <Index... N>
    constexpr void operator()(dilation<N...>*) const {
        set<dilation<N...>>(to.dilation);
    }
    template <Index... N>
    constexpr void operator()(output_padding<N...>*) const {
        set<output_padding<N...>>(to.output_padding);
    }
    template <Index... N>
    constexpr void operator()(groups<N...>*) const {
        to.groups = axis_numbers<1, groups<N...>>::value[0];
    }
    constexpr void operator()(same_padding*) const { to.same = true; }
    constexpr void operator()(valid_padding*) const {}
    constexpr void operator()(reflect_padding*) const { to.mode = PaddingMode::reflect; }
    constexpr void operator()(replicate_padding*) const { to.mode = PaddingMode::replicate; }
    constexpr void operator()(circular_padding*) const { to.mode = PaddingMode::circular; }

private:
    template <class Option>
    static constexpr void set(std::array<Index, 3>& numbers) {
        for (std::size_t i = 0; i < Axes; ++i) numbers[i] = axis_numbers<Axes, Option>::value[i];
    }
};

template <class T>
concept ConvolutionOption = requires(ReadOption<1> read, T* option) {
    read(option);
};

/// The check of the numbers of an option; what is no option of numbers passes.
template <int Axes, class Option>
struct option_check {
    using type = requirement::check;
};
template <int Axes, template <Index...> class Option, Index... N>
requires ConvolutionOption<Option<N...>>
struct option_check<Axes, Option<N...>> {
    static constexpr int axes = is_option<groups, Option<N...>> ? 1 : Axes;
    using type = typename axis_numbers<axes, Option<N...>>::check;
};
template <int Axes, class... Arguments>
struct option_checks : requirement::check {
    static_assert((true && ... && typename option_check<Axes, Arguments>::type{}));
};

/// The options among some types.
template <int Axes, class... Arguments>
constexpr ConvolutionOptions read_options() {
    ConvolutionOptions options;
    [[maybe_unused]] const auto read = [&]<class Argument>(Argument* argument) {
        if constexpr (ConvolutionOption<Argument>) ReadOption<Axes>{options}(argument);
    };
    (read(static_cast<Arguments*>(nullptr)), ...);
    return options;
}

}  // namespace detail

}  // namespace blue

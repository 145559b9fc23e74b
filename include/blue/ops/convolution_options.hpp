// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Options of convolutions that are known to the compiler: `Conv2d<1, 6, kernel<5, 5>, stride<2>>`.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/ops/convolution_args.hpp>

namespace blue {

// Each takes one number for all axes, or one per axis: `stride<2>`, `stride<2, 1>`.

/// Extents of the windows.
template <Index... Extents>
struct kernel {};
/// Numbers between the begins of neighbouring windows.
template <Index... Steps>
struct stride {};
/// Numbers in front of and behind the image.
template <Index... Numbers>
struct padding {};
/// Numbers between neighbouring numbers of a window.
template <Index... Steps>
struct dilation {};
/// Numbers at the far end of the result of a transposed convolution that otherwise no window would
/// give: they choose among the sizes whose convolution gives the same size.
template <Index... Numbers>
struct output_padding {};

/// Channels are cut into N groups that do not see each other.
template <Index N>
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

/// The numbers of an option.
template <bool Ok, class Option, class Axes>
struct numbers_of_option : check {
    static_assert(
        Ok,
        "blue: an option of a convolution takes one number for all axes or one per axis, from 1 on "
        "(padding from 0 on), see the option and the count of axes in numbers_of_option<...>: "
        "Conv2d has two axes, height and width");
};

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

/// Numbers of an option for all axes; wrong ones are left out.
template <int Axes, Index Least, Index... N>
constexpr bool axis_numbers_fit = (sizeof...(N) == 1 || sizeof...(N) == Axes) &&
                                  (true && ... && (N >= Least));
template <int Axes, Index Least, class Option, Index... N>
constexpr void set_axes(std::array<Index, 3>& numbers) {
    constexpr bool fits = axis_numbers_fit<Axes, Least, N...>;
    static_assert(requirement::numbers_of_option<fits, Option, requirement::count<Axes>>{});
    if constexpr (fits) {
        constexpr Index given[] = {N...};
        for (int i = 0; i < Axes; ++i)
            numbers[static_cast<std::size_t>(i)] = given[sizeof...(N) == 1 ? 0 : i];
    }
}

/// Reads an option. What is none has no function of its own here.
template <int Axes>
struct ReadOption {
    ConvolutionOptions& to;
    template <Index... N>
    constexpr void operator()(kernel<N...>*) const {
        set_axes<Axes, 1, kernel<N...>, N...>(to.kernel);
    }
    template <Index... N>
    constexpr void operator()(stride<N...>*) const {
        set_axes<Axes, 1, stride<N...>, N...>(to.stride);
    }
    template <Index... N>
    constexpr void operator()(padding<N...>*) const {
        set_axes<Axes, 0, padding<N...>, N...>(to.padding);
    }
    template <Index... N>
    constexpr void operator()(dilation<N...>*) const {
        set_axes<Axes, 1, dilation<N...>, N...>(to.dilation);
    }
    template <Index... N>
    constexpr void operator()(output_padding<N...>*) const {
        set_axes<Axes, 0, output_padding<N...>, N...>(to.output_padding);
    }
    template <Index N>
    constexpr void operator()(groups<N>*) const {
        std::array<Index, 3> numbers{1, 1, 1};
        set_axes<1, 1, groups<N>, N>(numbers);
        to.groups = numbers[0];
    }
    constexpr void operator()(same_padding*) const { to.same = true; }
    constexpr void operator()(valid_padding*) const {}
    constexpr void operator()(reflect_padding*) const { to.mode = PaddingMode::reflect; }
    constexpr void operator()(replicate_padding*) const { to.mode = PaddingMode::replicate; }
    constexpr void operator()(circular_padding*) const { to.mode = PaddingMode::circular; }
};

template <class T>
concept ConvolutionOption = requires(ReadOption<1> read, T* option) { read(option); };

/// The options among some types.
template <int Axes, class... Arguments>
constexpr ConvolutionOptions read_options() {
    ConvolutionOptions options;
    const auto read = [&]<class Argument>(Argument* argument) {
        if constexpr (ConvolutionOption<Argument>) ReadOption<Axes>{options}(argument);
    };
    (read(static_cast<Arguments*>(nullptr)), ...);
    return options;
}

}  // namespace detail

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Group normalisation.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/norm_options.hpp>
#include <blue/ops/affine.hpp>
#include <blue/ops/standardise.hpp>

namespace blue {

namespace requirement {
/// The groups of `GroupNorm`.
template <bool Divides, class Given>
struct groups_of_channels : check {
    static_assert(
        Divides,
        "blue: GroupNorm<Groups, Channels> needs as many channels in each group, see the layer in "
        "groups_of_channels<...>: let the number of groups divide the number of channels");
};
}  // namespace requirement

/// Group normalisation (Wu and He 2018): (x - mean) / sqrt(variance + eps) over the channels of a
/// group and all positions of one example, times "weight" plus "bias" of each channel, the first
/// axis of an item. Both are deterministic parameters (Channels), which begin at 1 and 0. One group
/// of all channels is layer normalisation of images, one group per channel instance normalisation.
template <Index Groups, Index Channels, class... Options>
struct GroupNorm
    : Module<GroupNorm<Groups, Channels, Options...>,
             detail::norm_variables<detail::norm_options<Options...>, Channels>, NonBayesian,
             UniformPrior, typename detail::norm_options<Options...>::backend> {
    static constexpr bool divides = Groups > 0 && Channels % (Groups > 0 ? Groups : 1) == 0;
    static_assert(requirement::groups_of_channels<divides, requirement::given<GroupNorm>>{});

    using options = detail::norm_options<Options...>;
    template <class... Others>
    using with = GroupNorm<Groups, Channels, Others...>;
    template <class Q, class P, class B>
    using with_policies = typename detail::norm_on<GroupNorm, options, B>::type;
    template <class Shape>
    using expected_input = replace_first<Shape, Channels>;

    /// Added to the variance. Negative and not finite ones throw ValueError.
    double eps = 1e-5;
    using fields = blue::fields<&GroupNorm::eps>;

    template <class Pass, class X>
    X forward(Pass& pass, X x) const {
        const X y = standardise_groups<Groups>(x, eps);
        if constexpr (options::has_weight)
            return affine<channel_axis::first>(y, pass.sample(*this, "weight"_v),
                                               pass.sample(*this, "bias"_v));
        else
            return y;
    }
};

}  // namespace blue

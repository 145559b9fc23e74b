// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What may follow the widths of a normalisation layer: `LayerNorm<64, without_bias, Cpu<double>>`.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/layers/options.hpp>
#include <blue/meta/variables.hpp>

namespace blue {

/// A normalisation layer without factors and offsets.
struct without_affine {};

namespace requirement {
/// The options of a normalisation layer.
template <bool Ok, class Given>
struct norm_options : check {
    static_assert(Ok,
                  "blue: a normalisation layer takes without_bias or without_affine and then a "
                  "backend, for its parameters have no distribution, see given in "
                  "norm_options<...>: remove the others");
};
}  // namespace requirement

namespace detail {

/// The options of a normalisation layer, then its backend.
template <class... Options>
struct norm_options {
    static_assert(requirement::norm_options<sizeof...(Options) == 0,
                                            requirement::given<norm_options<Options...>>>{});
    static constexpr bool has_weight = true, has_bias = true;
    using backend = Cpu<float>;
};
template <Backend B>
struct norm_options<B> : norm_options<> {
    using backend = B;
};
template <class... Rest>
struct norm_options<without_bias, Rest...> : norm_options<Rest...> {
    static constexpr bool has_bias = false;
};
template <class... Rest>
struct norm_options<without_affine, Rest...> : norm_options<Rest...> {
    static constexpr bool has_weight = false, has_bias = false;
};

/// A parameter per channel, if the layer has it. (std::conditional_t with two names in an alias is
/// too much for nvcc 13.)
template <bool Has, fixed_string Name, class Start, Index Channels>
struct norm_variable {
    using type = parameter<Name, Start, Channels>;
};
template <fixed_string Name, class Start, Index Channels>
struct norm_variable<false, Name, Start, Channels> {
    using type = absent_variable<Name>;
};

/// The factors and offsets that a normalisation layer has, and its buffers.
template <class Options, Index Channels, class... Buffers>
using norm_variables =
    variables<typename norm_variable<Options::has_weight, "weight", ones, Channels>::type,
              typename norm_variable<Options::has_bias, "bias", zeros, Channels>::type, Buffers...>;

/// What `with_policies` makes of such a layer: only the backend changes. `Layer::with<O...>` is the
/// layer with other options.
template <class Layer, class Options, class New>
struct norm_on {
    using moved = std::conditional_t<
        !Options::has_weight, typename Layer::template with<without_affine, New>,
        std::conditional_t<!Options::has_bias, typename Layer::template with<without_bias, New>,
                           typename Layer::template with<New>>>;
    using type = std::conditional_t<!Backend<New> || std::is_same_v<New, typename Options::backend>,
                                    Layer, moved>;
};

}  // namespace detail

}  // namespace blue

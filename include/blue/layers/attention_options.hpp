// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Options of attention and transformer layers, in front of the policies.
#pragma once

#include <blue/layers/options.hpp>

namespace blue {

/// Keys of an attention with another width than its queries: `MultiheadAttention<64, 4, kdim<32>>`.
template <Index N>
struct kdim {};
/// Values with another width.
template <Index N>
struct vdim {};
/// One more key and value, which are the same for all sequences: random variables "bias_k" and
/// "bias_v".
struct with_bias_kv {};
/// One more key and value of zeros.
struct with_zero_attn {};

/// A transformer layer that normalises before attention and feed-forward instead of behind.
struct norm_first {};
/// A transformer layer in whose attention to itself no element sees those behind it, without a mask
/// in the call: what predicts the next element of a sequence.
struct causal {};
/// The activation of the feed-forward part of a transformer layer: `activation<GELU>`.
template <class Layer>
struct activation {};

struct ReLU;

namespace requirement {

/// Options of a layer, each at most once.
template <bool Ok, class Option>
struct option_once : check {
    static_assert(Ok,
                  "blue: an option of a layer is given twice, see the option in option_once<...>: "
                  "remove one");
};

}  // namespace requirement

namespace detail {

/// A base that collects options says with this that one is not given again.
template <bool Again, class Option>
struct given_once {
    static_assert(requirement::option_once<!Again, Option>{});
};

/// The options of `MultiheadAttention`, then its policies.
template <Index E, class... Options>
struct attention_layer : layer_policies<Options...> {
    static constexpr Index key_width = E, value_width = E;
    static constexpr bool has_kdim = false, has_vdim = false;
    static constexpr bool has_bias_kv = false, has_zero_attn = false;
};
template <Index E, Index N, class... Rest>
struct attention_layer<E, kdim<N>, Rest...>
    : attention_layer<E, Rest...>, given_once<attention_layer<E, Rest...>::has_kdim, kdim<N>> {
    static constexpr bool has_kdim = true;
    static constexpr Index key_width = N;
};
template <Index E, Index N, class... Rest>
struct attention_layer<E, vdim<N>, Rest...>
    : attention_layer<E, Rest...>, given_once<attention_layer<E, Rest...>::has_vdim, vdim<N>> {
    static constexpr bool has_vdim = true;
    static constexpr Index value_width = N;
};
template <Index E, class... Rest>
struct attention_layer<E, without_bias, Rest...>
    : attention_layer<E, Rest...>,
      given_once<!attention_layer<E, Rest...>::has_bias, without_bias> {
    static constexpr bool has_bias = false;
};
template <Index E, class... Rest>
struct attention_layer<E, with_bias_kv, Rest...>
    : attention_layer<E, Rest...>,
      given_once<attention_layer<E, Rest...>::has_bias_kv, with_bias_kv> {
    static constexpr bool has_bias_kv = true;
};
template <Index E, class... Rest>
struct attention_layer<E, with_zero_attn, Rest...>
    : attention_layer<E, Rest...>,
      given_once<attention_layer<E, Rest...>::has_zero_attn, with_zero_attn> {
    static constexpr bool has_zero_attn = true;
};

/// The options of transformer layers, then their policies.
template <class... Options>
struct transformer_options : layer_policies<Options...> {
    static constexpr bool norm_first = false, causal = false, has_activation = false;
    using activation = ReLU;
};
template <class... Rest>
struct transformer_options<blue::norm_first, Rest...>
    : transformer_options<Rest...>,
      given_once<transformer_options<Rest...>::norm_first, blue::norm_first> {
    static constexpr bool norm_first = true;
};
template <class... Rest>
struct transformer_options<blue::causal, Rest...>
    : transformer_options<Rest...>, given_once<transformer_options<Rest...>::causal, blue::causal> {
    static constexpr bool causal = true;
};
template <class Layer, class... Rest>
struct transformer_options<blue::activation<Layer>, Rest...>
    : transformer_options<Rest...>,
      given_once<transformer_options<Rest...>::has_activation, blue::activation<Layer>> {
    static constexpr bool has_activation = true;
    using activation = Layer;
};
template <class... Rest>
struct transformer_options<without_bias, Rest...>
    : transformer_options<Rest...>,
      given_once<!transformer_options<Rest...>::has_bias, without_bias> {
    static constexpr bool has_bias = false;
};

/// A layer with its policies, with or without bias.
template <template <class...> class Layer, bool HasBias, class... Policies>
using with_or_without_bias =
    std::conditional_t<HasBias, Layer<Policies...>, Layer<without_bias, Policies...>>;

}  // namespace detail

}  // namespace blue

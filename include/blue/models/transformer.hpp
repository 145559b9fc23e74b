// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Encoders, decoders and the two together.
#pragma once

#include <blue/layers/transformer_layers.hpp>
#include <blue/models/repeat.hpp>
#include <blue/models/with_policies.hpp>

namespace blue {

/// No normalisation behind the last layer of a stack.
struct no_norm {};

namespace detail {

/// Layers after each other and a normalisation behind: children "layers" and "norm".
template <class Self, Index N, class L, class Norm>
struct NormalisedLayers
    : Module<Self, variables<>, MeanFieldNormal, MeanFieldNormal, backend_of<L>> {
    Repeat<static_cast<int>(N), L> layers;
    Norm norm;
    using children = blue::children<&NormalisedLayers::layers, &NormalisedLayers::norm>;

    auto forward(auto& pass, auto x, const auto&... more) const {
        return norm(pass, layers(pass, x, more...));
    }
};
template <class Self, Index N, class L>
struct NormalisedLayers<Self, N, L, no_norm>
    : Module<Self, variables<>, MeanFieldNormal, MeanFieldNormal, backend_of<L>> {
    Repeat<static_cast<int>(N), L> layers;
    using children = blue::children<&NormalisedLayers::layers>;

    auto forward(auto& pass, auto x, const auto&... more) const { return layers(pass, x, more...); }
};

}  // namespace detail

/// `N` layers after each other, each with initial values of its own, and a normalisation behind:
/// `TransformerEncoder<2, TransformerEncoderLayer<64, 4>, LayerNorm<64>>`. The masks of
/// `encoder(pass, x, masks)` go to all layers. State-dict names: "layers.0.self_attn.out_proj...".
template <Index N, class L, class Norm = no_norm>
struct TransformerEncoder : detail::NormalisedLayers<TransformerEncoder<N, L, Norm>, N, L, Norm> {
    template <class Shape>
    using expected_input = typename L::template expected_input<Shape>;
    using input_shape = typename L::input_shape;
    template <class Q, class P, class B>
    using with_policies =
        TransformerEncoder<N, blue::with_policies<L, Q, P, B>, blue::with_policies<Norm, Q, P, B>>;
};

/// `N` layers of a decoder, called as `decoder(pass, target, memory, masks)`; otherwise as
/// `TransformerEncoder`.
template <Index N, class L, class Norm = no_norm>
struct TransformerDecoder : detail::NormalisedLayers<TransformerDecoder<N, L, Norm>, N, L, Norm> {
    template <class Q, class P, class B>
    using with_policies =
        TransformerDecoder<N, blue::with_policies<L, Q, P, B>, blue::with_policies<Norm, Q, P, B>>;
};

/// The masks of a `Transformer`: of the source, of the target, and of the source as the decoder
/// sees it.
struct TransformerMasks {
    AttentionOptions source{}, target{}, memory{};
};

/// An encoder and a decoder of any type: `transformer(pass, source, target, {.target = {.causal =
/// true}})` is the decoder's output (S, B, L, D). Children "encoder" and "decoder".
template <class Encoder, class Decoder>
struct EncoderDecoder : Module<EncoderDecoder<Encoder, Decoder>, variables<>, MeanFieldNormal,
                               MeanFieldNormal, backend_of<Encoder>> {
    Encoder encoder;
    Decoder decoder;
    using children = blue::children<&EncoderDecoder::encoder, &EncoderDecoder::decoder>;
    template <class Q, class P, class B>
    using with_policies = EncoderDecoder<blue::with_policies<Encoder, Q, P, B>,
                                         blue::with_policies<Decoder, Q, P, B>>;

    auto forward(auto& pass, auto source, auto target, const TransformerMasks& masks = {}) const {
        return decoder(pass, target, encoder(pass, source, masks.source),
                       DecoderOptions{masks.target, masks.memory});
    }
};

namespace detail {
template <Index D, Index Heads, Index EncoderLayers, Index DecoderLayers, Index FeedForward,
          class... Options>
struct transformer {
    using Norm =
        typename transformer_parts<D, Heads, FeedForward, transformer_options<Options...>>::Norm;
    /// What is causal is the decoder.
    template <class... Given>
    using EncoderLayer = TransformerEncoderLayer<D, Heads, FeedForward, Given...>;
    using type = EncoderDecoder<
        TransformerEncoder<
            EncoderLayers,
            mp::mp_apply<EncoderLayer, mp::mp_remove<mp::mp_list<Options...>, causal>>, Norm>,
        TransformerDecoder<DecoderLayers,
                           TransformerDecoderLayer<D, Heads, FeedForward, Options...>, Norm>>;
};
}  // namespace detail

/// The transformer of Vaswani et al. 2017, with a `LayerNorm` behind each stack:
/// `Transformer<64, 4, 2, 2, 128>` has 2 layers in each. Options are those of
/// `TransformerEncoderLayer`, of which `causal` is for the decoder alone; stacks of your own go
/// into `EncoderDecoder`.
template <Index D, Index Heads, Index EncoderLayers = 1, Index DecoderLayers = 1,
          Index FeedForward = 256, class... Options>
using Transformer = typename detail::transformer<D, Heads, EncoderLayers, DecoderLayers,
                                                 FeedForward, Options...>::type;

}  // namespace blue

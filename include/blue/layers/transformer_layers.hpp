// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One layer of a transformer's encoder or decoder.
#pragma once

#include <blue/layers/activations.hpp>
#include <blue/layers/layer_norm.hpp>
#include <blue/layers/multihead_attention.hpp>
#include <blue/ops/arithmetic.hpp>

namespace blue {

namespace detail {

/// What transformer layers consist of, with their policies.
template <Index D, Index Heads, Index FeedForward, class Options>
struct transformer_parts {
    using Q = typename Options::variational;
    using P = typename Options::prior;
    using B = typename Options::backend;
    static constexpr bool has_bias = Options::has_bias;

    using Attention = std::conditional_t<has_bias, MultiheadAttention<D, Heads, Q, P, B>,
                                         MultiheadAttention<D, Heads, without_bias, Q, P, B>>;
    template <Index In, Index Out>
    using Dense = std::conditional_t<has_bias, Linear<In, Out, Q, P, B>,
                                     Linear<In, Out, without_bias, Q, P, B>>;
    using Norm = std::conditional_t<has_bias, LayerNorm<D, B>, LayerNorm<D, without_bias, B>>;
};

/// The masks of an attention to itself.
template <class Options>
AttentionOptions own_masks(AttentionOptions masks) {
    masks.causal = masks.causal || Options::causal;
    return masks;
}

/// activation(layer(x)).
template <class Activation, class Pass, class Layer, class X>
auto activated(Pass& pass, const Layer& layer, X x) {
    if constexpr (fuses_relu<Layer, Activation, Pass>)
        return layer.forward_relu(pass, x);
    else
        return Activation{}(pass, layer(pass, x));
}

/// x + part(norm(x)) or norm(x + part(x)).
template <bool NormFirst, class Pass, class X, class Norm, class Part>
auto add_normalised(Pass& pass, X x, const Norm& norm, Part part) {
    if constexpr (NormFirst)
        return x + part(norm(pass, x));
    else
        return norm(pass, x, part(x));
}

}  // namespace detail

/// A layer of an encoder (Vaswani et al. 2017, section 3.1): attention of a sequence (S or 1, B, L,
/// D) to itself and two linear layers, D to FeedForward to D, each with a connection around it and
/// a `LayerNorm`: `TransformerEncoderLayer<64, 4, 128>`. There is no dropout: the weights are
/// random.
///
/// Children, with their names in state dicts: "self_attn", "linear1", "linear2", "norm1", "norm2".
/// Priors are rescaled, as in torch_blue: see `ModuleOptions`.
/// \tparam Options `norm_first`, `causal`, `activation<GELU>` (ReLU without it), `without_bias`,
///   then variational distribution, prior, backend.
template <Index D, Index Heads, Index FeedForward = 512, class... Options>
struct TransformerEncoderLayer
    : Module<TransformerEncoderLayer<D, Heads, FeedForward, Options...>, variables<>,
             typename detail::transformer_options<Options...>::variational,
             typename detail::transformer_options<Options...>::prior,
             typename detail::transformer_options<Options...>::backend> {
    using options = detail::transformer_options<Options...>;
    using parts = detail::transformer_parts<D, Heads, FeedForward, options>;

    typename parts::Attention self_attn;
    typename parts::template Dense<D, FeedForward> linear1;
    typename parts::template Dense<FeedForward, D> linear2;
    typename parts::Norm norm1, norm2;
    using children =
        blue::children<&TransformerEncoderLayer::self_attn, &TransformerEncoderLayer::linear1,
                       &TransformerEncoderLayer::linear2, &TransformerEncoderLayer::norm1,
                       &TransformerEncoderLayer::norm2>;

    template <class Shape>
    using expected_input = replace_last<Shape, D>;
    using input_shape = shape<dynamic, D>;

    TransformerEncoderLayer() {
        linear1.module_options.rescale_prior = linear2.module_options.rescale_prior = true;
    }

    /// What the normalisations add to the variance.
    void set_layer_norm_eps(double eps) { norm1.eps = norm2.eps = eps; }

    auto forward(auto& pass, auto x, const AttentionOptions& masks = {}) const {
        constexpr bool first = options::norm_first;
        const auto y = detail::add_normalised<first>(pass, x, norm1, [&](auto in) {
            return self_attn(pass, in, detail::own_masks<options>(masks));
        });
        return detail::add_normalised<first>(pass, y, norm2, [&](auto in) {
            return linear2(pass,
                           detail::activated<typename options::activation>(pass, linear1, in));
        });
    }
};

/// The masks of a decoder: of the attention of the target to itself, and to the memory.
struct DecoderOptions {
    AttentionOptions target{}, memory{};
};

/// A layer of a decoder (Vaswani et al. 2017, section 3.1): attention of the target (S or 1, B, L,
/// D) to itself, then to the memory (S or 1, B, K, D) that an encoder gives, then two linear
/// layers: `layer(pass, target, memory, {.target = {.causal = true}})`. Otherwise as
/// `TransformerEncoderLayer`.
///
/// With the option `causal` that mask need not be given.
///
/// Children: "self_attn", "multihead_attn", "linear1", "linear2", "norm1", "norm2", "norm3".
template <Index D, Index Heads, Index FeedForward = 512, class... Options>
struct TransformerDecoderLayer
    : Module<TransformerDecoderLayer<D, Heads, FeedForward, Options...>, variables<>,
             typename detail::transformer_options<Options...>::variational,
             typename detail::transformer_options<Options...>::prior,
             typename detail::transformer_options<Options...>::backend> {
    using options = detail::transformer_options<Options...>;
    using parts = detail::transformer_parts<D, Heads, FeedForward, options>;

    typename parts::Attention self_attn, multihead_attn;
    typename parts::template Dense<D, FeedForward> linear1;
    typename parts::template Dense<FeedForward, D> linear2;
    typename parts::Norm norm1, norm2, norm3;
    using children =
        blue::children<&TransformerDecoderLayer::self_attn,
                       &TransformerDecoderLayer::multihead_attn, &TransformerDecoderLayer::linear1,
                       &TransformerDecoderLayer::linear2, &TransformerDecoderLayer::norm1,
                       &TransformerDecoderLayer::norm2, &TransformerDecoderLayer::norm3>;

    TransformerDecoderLayer() {
        linear1.module_options.rescale_prior = linear2.module_options.rescale_prior = true;
    }

    /// What the normalisations add to the variance.
    void set_layer_norm_eps(double eps) { norm1.eps = norm2.eps = norm3.eps = eps; }

    auto forward(auto& pass, auto target, auto memory, const DecoderOptions& masks = {}) const {
        constexpr bool first = options::norm_first;
        const auto x = detail::add_normalised<first>(pass, target, norm1, [&](auto in) {
            return self_attn(pass, in, detail::own_masks<options>(masks.target));
        });
        const auto y = detail::add_normalised<first>(pass, x, norm2, [&](auto in) {
            return multihead_attn(pass, in, memory, memory, masks.memory);
        });
        return detail::add_normalised<first>(pass, y, norm3, [&](auto in) {
            return linear2(pass,
                           detail::activated<typename options::activation>(pass, linear1, in));
        });
    }
};

}  // namespace blue

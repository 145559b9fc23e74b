// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Checks that a model's type is the one that a manifest describes, and sets its options from
/// there.
///
/// Each function throws ValueError with the place where type and description differ.
#pragma once

#include <blue/blue.hpp>

#include "distributions/custom.hpp"
#include "golden/golden.hpp"

#include <array>

namespace blue_test::golden {

inline void require_type(const Json& description, const std::string& expected) {
    if (description.at("type") != expected)
        throw blue::ValueError("the manifest describes " + description.at("type").dump() +
                               ", the type is " + expected);
}
template <class Number>
void require_equal(const Json& description, const char* field, Number number) {
    if (description.at(field) != number)
        throw blue::ValueError(std::string(field) + " is " + description.at(field).dump() +
                               " in the manifest, " + Json(number).dump() + " in the type");
}

// ---------------------------------------------------------------------------------- distributions

inline void configure(blue::MeanFieldNormal& d, const Json& json) {
    require_type(json, "MeanFieldNormal");
    d = {json.at("mean"), json.at("std"), json.at("eps")};
}
inline void configure(blue::NonBayesian&, const Json& json) {
    require_type(json, "NonBayesian");
}
inline void configure(blue::UniformPrior&, const Json& json) {
    require_type(json, "UniformPrior");
}
inline void configure(blue::MeanFieldStudentT& d, const Json& json) {
    require_type(json, "MeanFieldStudentT");
    d = {json.at("degrees_of_freedom"), json.at("mean"), json.at("scale")};
}
inline void configure(blue::BasicQuietPrior& d, const Json& json) {
    require_type(json, "BasicQuietPrior");
    d = {json.at("std_ratio"), json.at("mean_mean"), json.at("mean_std"), json.at("eps")};
}

inline void configure(blue::Categorical& d, const Json& json, bool) {
    require_type(json, "Categorical");
    d.input = json.at("input_type") == "logits" ? blue::Categorical::Input::logits
                                                : blue::Categorical::Input::probs;
    d.eps = json.at("eps");
}
inline void configure(blue::SampleNormal& d, const Json& json, bool norm_constants) {
    require_type(json, "MeanFieldNormal");
    d = {json.at("eps"), norm_constants};
}
inline void configure(blue::PointEstimate& d, const Json& json, bool) {
    require_type(json, "NonBayesian");
    const std::string loss = json.at("loss_type");
    using Error = blue::PointEstimate::Error;
    d.error = loss == "MSE" || loss == "L2" ? Error::squared : Error::absolute;
}

/// The parameters of a prior as the manifest names them, after rescaling.
inline Json effective(const blue::MeanFieldNormal& d) {
    return {{"mean", d.mean}, {"log_std", std::log(d.std)}, {"eps", d.eps}};
}
inline Json effective(const blue::UniformPrior&) {
    return Json::object();
}
inline Json effective(const blue::BasicQuietPrior& d) {
    return {{"mean_mean", d.mean_mean},
            {"mean_std", d.mean_std},
            {"eps", d.eps},
            {"std_ratio", d.std_ratio}};
}

// ----------------------------------------------------------------------------------------- layers

/// Whether a layer was written with one policy for all variables or with a list.
template <class Policy>
const Json& policy_of(const Json& policies, std::size_t index) {
    if (policies.is_array() != blue::detail::is_policy_list<Policy>)
        throw blue::ValueError(
            "the manifest has one policy and the type a list, or the other way round");
    return policies.is_array() ? policies.at(index) : policies;
}

/// The options and policies of a layer with policy lists or single policies `Types`.
template <class Types, class Layer>
void configure_policies(Layer& layer, const Json& json) {
    require_equal(json, "bias", Types::has_bias);
    layer.module_options = {json.at("rescale_prior"), json.at("kaiming_initialization"),
                            json.at("prior_initialization")};
    std::size_t index = 0;
    layer.for_each_state([&](auto& state) {
        configure(state.distribution, policy_of<typename Types::variational>(
                                          json.at("variational_distribution"), index));
        configure(state.prior, policy_of<typename Types::prior>(json.at("prior"), index));
        ++index;
    });
}
template <blue::Index In, blue::Index Out, class... Policies>
void configure(blue::Linear<In, Out, Policies...>& layer, const Json& json) {
    require_type(json, "VILinear");
    require_equal(json, "in_features", In);
    require_equal(json, "out_features", Out);
    configure_policies<blue::detail::layer_policies<Policies...>>(layer, json);
}
/// The manifest has one number for all axes, or a list.
template <std::size_t Axes>
void require_axes(const Json& description, const char* field,
                  const std::array<blue::Index, 3>& numbers) {
    const Json& given = description.at(field);
    for (std::size_t i = 0; i < Axes; ++i)
        if ((given.is_array() ? given.at(i) : given) != numbers[i])
            throw blue::ValueError(std::string(field) + " is " + given.dump() +
                                   " in the manifest, " + Json(numbers).dump() + " in the type");
}
template <int Axes, blue::Index In, blue::Index Out, class... Arguments, class Layer>
void configure_convolution(Layer& layer, const Json& json) {
    using Types = blue::detail::convolution_arguments<Axes, Arguments...>;
    constexpr auto options = Types::options;
    require_type(json, "VIConv" + std::to_string(Axes) + "d");
    require_equal(json, "in_channels", In);
    require_equal(json, "out_channels", Out);
    require_axes<Axes>(json, "kernel_size", options.kernel);
    require_axes<Axes>(json, "stride", options.stride);
    require_axes<Axes>(json, "dilation", options.dilation);
    require_equal(json, "groups", options.groups);
    const Json& padding = json.at("padding");
    if (padding == "same")
        require_equal(json, "padding", options.same ? "same" : "numbers");
    else if (padding != "valid")
        require_axes<Axes>(json, "padding", options.padding);
    const char* const modes[] = {"zeros", "reflect", "replicate", "circular"};
    require_equal(json, "padding_mode", modes[static_cast<int>(options.mode)]);
    configure_policies<typename Types::policies>(layer, json);
}
template <blue::Index In, blue::Index Out, class... Arguments>
void configure(blue::Conv1d<In, Out, Arguments...>& layer, const Json& json) {
    configure_convolution<1, In, Out, Arguments...>(layer, json);
}
template <blue::Index In, blue::Index Out, class... Arguments>
void configure(blue::Conv2d<In, Out, Arguments...>& layer, const Json& json) {
    configure_convolution<2, In, Out, Arguments...>(layer, json);
}
template <blue::Index In, blue::Index Out, class... Arguments>
void configure(blue::Conv3d<In, Out, Arguments...>& layer, const Json& json) {
    configure_convolution<3, In, Out, Arguments...>(layer, json);
}
inline void configure(blue::MaxPool2d<2>&, const Json& json) {
    require_type(json, "MaxPool2d");
    require_equal(json, "kernel_size", 2);
}
inline void configure(blue::ReLU&, const Json& json) {
    require_type(json, "ReLU");
}
inline void configure(blue::Tanh&, const Json& json) {
    require_type(json, "Tanh");
}
inline void configure(blue::Softmax&, const Json& json) {
    require_type(json, "Softmax");
    require_equal(json, "dim", -1);
}
inline void configure(blue::GELU&, const Json& json) {
    require_type(json, "GELU");
    require_equal(json, "approximate", "none");
}
/// The options and policies of a module and of the layers inside, which have the same.
template <class Module>
void configure_policies(Module& module, const Json& json) {
    const auto each = [&](auto& inside) {
        inside.module_options = {json.at("rescale_prior"), json.at("kaiming_initialization"),
                                 json.at("prior_initialization")};
        inside.for_each_state([&](auto& state) {
            if constexpr (!blue::is_deterministic<
                              typename std::remove_cvref_t<decltype(state)>::Q>) {
                configure(state.distribution, json.at("variational_distribution"));
                configure(state.prior, json.at("prior"));
            }
        });
    };
    blue::detail::visit_modules(module, each);
}
template <blue::Index E, blue::Index Heads, class... Options>
void configure(blue::MultiheadAttention<E, Heads, Options...>& layer, const Json& json) {
    using Types = blue::detail::attention_layer<E, Options...>;
    require_type(json, "VIMultiheadAttention");
    require_equal(json, "embed_dim", E);
    require_equal(json, "num_heads", Heads);
    require_equal(json, "bias", Types::has_bias);
    require_equal(json, "add_bias_kv", Types::has_bias_kv);
    require_equal(json, "add_zero_attn", Types::has_zero_attn);
    if (!json.at("kdim").is_null()) require_equal(json, "kdim", Types::key_width);
    if (!json.at("vdim").is_null()) require_equal(json, "vdim", Types::value_width);
    configure_policies(layer, json);
}
/// What layers of encoders and decoders have in common.
template <blue::Index D, blue::Index Heads, blue::Index FeedForward, class Layer>
void configure_transformer_layer(Layer& layer, const Json& json) {
    using Options = typename Layer::options;
    require_equal(json, "d_model", D);
    require_equal(json, "nhead", Heads);
    require_equal(json, "dim_feedforward", FeedForward);
    require_equal(json, "norm_first", Options::norm_first);
    require_equal(json, "bias", Options::has_bias);
    typename Options::activation activation;
    configure(activation, json.at("activation"));
    layer.set_layer_norm_eps(json.at("layer_norm_eps"));
    configure_policies(layer, json);
}
template <blue::Index D, blue::Index Heads, blue::Index FeedForward, class... Options>
void configure(blue::TransformerEncoderLayer<D, Heads, FeedForward, Options...>& layer,
               const Json& json) {
    require_type(json, "VITransformerEncoderLayer");
    configure_transformer_layer<D, Heads, FeedForward>(layer, json);
}
template <blue::Index D, blue::Index Heads, blue::Index FeedForward, class... Options>
void configure(blue::TransformerDecoderLayer<D, Heads, FeedForward, Options...>& layer,
               const Json& json) {
    require_type(json, "VITransformerDecoderLayer");
    configure_transformer_layer<D, Heads, FeedForward>(layer, json);
}
template <blue::Index N, class... Options>
void configure(blue::LayerNorm<N, Options...>& layer, const Json& json) {
    require_type(json, "LayerNorm");
    require_equal(json, "normalized_shape", N);
    require_equal(json, "bias", blue::LayerNorm<N, Options...>::options::has_bias);
    layer.eps = json.at("eps");
}
/// A stack of equal layers with a normalisation behind, or without.
template <class Stack>
void configure_stack(Stack& stack, const Json& json) {
    require_equal(json, "num_layers", stack.layers.copies.size());
    for (auto& copy : stack.layers.copies) configure(copy.layer, json.at("layer"));
    constexpr bool has_norm = requires {
        stack.norm;
    };
    if (json.at("norm").is_null() == has_norm)
        throw blue::ValueError("the manifest has a norm and the type none, or the other way round");
    if constexpr (has_norm) configure(stack.norm, json.at("norm"));
}
template <blue::Index N, class L, class Norm>
void configure(blue::TransformerEncoder<N, L, Norm>& stack, const Json& json) {
    require_type(json, "VITransformerEncoder");
    configure_stack(stack, json);
}
template <blue::Index N, class L, class Norm>
void configure(blue::TransformerDecoder<N, L, Norm>& stack, const Json& json) {
    require_type(json, "VITransformerDecoder");
    configure_stack(stack, json);
}
template <class Encoder, class Decoder>
void configure(blue::EncoderDecoder<Encoder, Decoder>& model, const Json& json) {
    require_type(json, "VITransformer");
    require_equal(json, "num_encoder_layers", model.encoder.layers.copies.size());
    require_equal(json, "num_decoder_layers", model.decoder.layers.copies.size());
    // Its layers are described by the same fields, but for their type.
    Json layer = json;
    layer["type"] = "VITransformerEncoderLayer";
    for (auto& each : model.encoder.layers.copies) configure(each.layer, layer);
    layer["type"] = "VITransformerDecoderLayer";
    for (auto& each : model.decoder.layers.copies) configure(each.layer, layer);
}
inline void configure(blue::Flatten<>&, const Json& json) {
    require_type(json, "Flatten");
}
template <class... Layers>
void configure(blue::Residual<Layers...>& model, const Json& json);
template <class Container, std::size_t... I>
void configure_children(Container& container, const Json& json, std::index_sequence<I...>) {
    if (json.at("children").size() != sizeof...(I))
        throw blue::ValueError("the manifest has " + std::to_string(json.at("children").size()) +
                               " children, the type " + std::to_string(sizeof...(I)));
    (configure(blue::detail::layer_at<I>(container), json.at("children").at(I)), ...);
}
template <class... Layers>
void configure(blue::Residual<Layers...>& model, const Json& json) {
    require_type(json, "VIResidualConnection");
    configure_children(model, json, std::index_sequence_for<Layers...>{});
}
template <class... Layers>
void configure(blue::Sequential<Layers...>& model, const Json& json) {
    require_type(json, "VISequential");
    configure_children(model, json, std::index_sequence_for<Layers...>{});
}

}  // namespace blue_test::golden

// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using Drawn = LocalReparameterization<N>;

template <class B>
AttentionOptions masks(golden::Inputs<B>& inputs, const std::string& mask,
                       const std::string& padding) {
    return {.mask = inputs.mask(mask), .key_padding_mask = inputs.mask(padding)};
}

/// A model with one sequence as input.
template <class M, Index D = 8, class Likelihood = PointEstimate,
          template <class> class Objective = KullbackLeiblerLoss, class B>
void encode(golden::Runner<B>& cases, const char* name, const char* mask = "src_mask") {
    cases.template run<M, Likelihood, Objective>(
        name, [&](const M& model, auto& pass, golden::Inputs<B>& inputs) {
            return model(pass, inputs.template operator()<D>("input"),
                         masks(inputs, mask, "src_key_padding_mask"));
        });
}
/// A model with a target and a memory.
template <class M, template <class> class Objective = KullbackLeiblerLoss, class B>
void decode(golden::Runner<B>& cases, const char* name) {
    cases.template run<M, PointEstimate, Objective>(
        name, [&](const M& model, auto& pass, golden::Inputs<B>& inputs) {
            return model(pass, inputs.template operator()<8>("input.tgt"),
                         inputs.template operator()<8>("input.memory"),
                         DecoderOptions{masks(inputs, "tgt_mask", "tgt_key_padding_mask"),
                                        masks(inputs, "memory_mask", "memory_key_padding_mask")});
        });
}
/// A model with a source and a target.
template <class M, template <class> class Objective = KullbackLeiblerLoss, class B>
void translate(golden::Runner<B>& cases, const char* name) {
    cases.template run<M, PointEstimate, Objective>(
        name, [&](const M& model, auto& pass, golden::Inputs<B>& inputs) {
            return model(pass, inputs.template operator()<8>("input.src"),
                         inputs.template operator()<8>("input.tgt"),
                         TransformerMasks{masks(inputs, "src_mask", "src_key_padding_mask"),
                                          masks(inputs, "tgt_mask", "tgt_key_padding_mask"),
                                          masks(inputs, "memory_mask", "memory_key_padding_mask")});
        });
}

template <class B>
using Post = TransformerEncoderLayer<8, 2, 12, N, N, B>;
template <class B>
using Pre = TransformerEncoderLayer<8, 2, 12, norm_first, activation<GELU>, N, N, B>;

template <class B>
void run_encoders(golden::Runner<B>& cases) {
    encode<Post<B>>(cases, "encoder_layer_postnorm_relu");
    encode<Pre<B>>(cases, "encoder_layer_prenorm_gelu");
    encode<TransformerEncoderLayer<8, 4, 12, without_bias, N, N, B>>(cases,
                                                                     "encoder_layer_no_bias");
    encode<Post<B>>(cases, "encoder_layer_masks");
    encode<TransformerEncoderLayer<8, 2, 12, norm_first, N, N, B>>(cases,
                                                                   "encoder_layer_sequence_first");
    encode<Post<B>, 8, SampleNormal>(cases, "encoder_layer_prior_norm");
    encode<TransformerEncoderLayer<8, 2, 12, Drawn, N, B>, 8, PointEstimate,
           AnalyticalKullbackLeiblerLoss>(cases, "encoder_layer_analytical");
    encode<TransformerEncoder<2, Post<B>, LayerNorm<8, B>>>(cases, "encoder_two_layers", "mask");
    encode<TransformerEncoder<2, Pre<B>>>(cases, "encoder_two_layers_no_norm", "mask");
    encode<TransformerEncoderLayer<32, 4, 50, activation<GELU>, N, N, B>, 32>(cases,
                                                                              "encoder_medium");
}

template <class B>
void run_decoders(golden::Runner<B>& cases) {
    using Decoder = TransformerDecoderLayer<8, 2, 12, N, N, B>;
    decode<Decoder>(cases, "decoder_layer_postnorm_relu");
    decode<TransformerDecoderLayer<8, 2, 12, norm_first, activation<GELU>, N, N, B>>(
        cases, "decoder_layer_prenorm_gelu");
    decode<Decoder>(cases, "decoder_layer_masks");
    decode<TransformerDecoderLayer<8, 2, 12, without_bias, N, N, B>>(
        cases, "decoder_layer_sequence_first_no_bias");
    decode<TransformerDecoderLayer<8, 2, 12, norm_first, Drawn, N, B>,
           AnalyticalKullbackLeiblerLoss>(cases, "decoder_layer_analytical");
    decode<TransformerDecoder<2, Decoder, LayerNorm<8, B>>>(cases, "decoder_two_layers");
    decode<TransformerDecoder<2, TransformerDecoderLayer<8, 4, 12, norm_first, N, N, B>>>(
        cases, "decoder_two_layers_no_norm");
}

template <class B>
void run_transformers(golden::Runner<B>& cases) {
    translate<Transformer<8, 2, 2, 1, 12, N, N, B>>(cases, "transformer_batch_first");
    translate<Transformer<8, 2, 1, 2, 12, activation<GELU>, N, N, B>>(cases,
                                                                      "transformer_sequence_first");
    translate<Transformer<8, 2, 1, 1, 12, norm_first, N, N, B>>(cases, "transformer_prenorm_masks");
    translate<Transformer<8, 4, 1, 1, 12, without_bias, N, N, B>>(
        cases, "transformer_no_bias_norm_constants");
    translate<Transformer<8, 2, 1, 1, 12, Drawn, N, B>, AnalyticalKullbackLeiblerLoss>(
        cases, "transformer_analytical");
    cases.template forward<Sequential<Post<B>, Flatten<>, Linear<32, 3, N, N, B>>, Categorical,
                           shape<4, 8>>("transformer_classifier");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("encoders agree with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "encoder_");
    run_encoders(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

TEMPLATE_LIST_TEST_CASE("decoders agree with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "decoder_");
    run_decoders(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

TEMPLATE_LIST_TEST_CASE("transformers agree with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "transformer_");
    run_transformers(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

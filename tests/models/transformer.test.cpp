// SPDX-License-Identifier: BSD-3-Clause
#include <blue/models/transformer.hpp>

#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;
using Layer = TransformerEncoderLayer<4, 2, 5>;
using Encoder = TransformerEncoder<2, Layer, LayerNorm<4>>;
using Both = Transformer<4, 2, 2, 1, 5>;

static_assert(random_variable_names<Encoder>[0] == "layers.0.self_attn.in_proj_weight");
static_assert(variational_parameter_names<Both>[0] ==
              "encoder.layers.0.self_attn._in_proj_weight_mean");
static_assert(random_variable_names<TransformerEncoder<3, Layer>>[24] ==
              "layers.2.self_attn.in_proj_weight");
static_assert(random_variable_count<Encoder> == 2 * random_variable_count<Layer> + 2);
static_assert(std::is_same_v<input_shape_of<Encoder>, shape<dynamic, 4>>);
static_assert(std::is_same_v<backend_of<Transformer<4, 2, 1, 1, 5, N, N, B>>, B>);
// Of a transformer with both, the decoder is causal.
using Causal = Transformer<4, 2, 1, 2, 5, causal, norm_first>;
static_assert(std::is_same_v<decltype(Causal::encoder.layers),
                             Repeat<1, TransformerEncoderLayer<4, 2, 5, norm_first>>>);
static_assert(std::is_same_v<decltype(Causal::decoder.layers),
                             Repeat<2, TransformerDecoderLayer<4, 2, 5, causal, norm_first>>>);
using Fixed = with_policies<Encoder, NonBayesian>;
static_assert(divergence_of<Fixed, "layers", 1, "linear1", "weight"> == Divergence::point_estimate);

std::vector<float> wave(std::size_t count) {
    std::vector<float> numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = static_cast<float>(std::sin(static_cast<double>(i)));
    return numbers;
}

}  // namespace

TEST_CASE("the layers of a stack start with numbers of their own", "[models]") {
    const auto encoder = make<Encoder>(Seed{1});
    const auto& first = encoder.layers.copies[0].layer.linear1.state<"weight">();
    const auto& second = encoder.layers.copies[1].layer.linear1.state<"weight">();
    int equal = 0;
    for (Index e = 0; e < 20; ++e) equal += first.parameter(0)[e] == second.parameter(0)[e];
    CHECK(equal == 0);
}

TEST_CASE("an encoder is its layers after each other", "[models]") {
    const auto encoder = make<Encoder>(Seed{1});
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers = wave(24);
    const auto x = tape.input<shape<dynamic, 4>>(numbers.data(), 2, Extents{3});
    const AttentionOptions masks{.causal = true};
    const auto run = [&](auto call) {
        return forward_with<Scores::none>(encoder, tape, {.samples = 2}, call).samples.to_host();
    };
    const auto one_by_one = run([&](auto& pass) {
        const auto& layers = encoder.layers.copies;
        return encoder.norm(pass, layers[1].layer(pass, layers[0].layer(pass, x, masks), masks));
    });
    CHECK(run([&](auto& pass) { return encoder(pass, x, masks); }) == one_by_one);
}

TEST_CASE("a transformer hands its masks to their attentions", "[models]") {
    const auto net = make<Both>(Seed{1});
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers = wave(40);
    const auto source = tape.input<shape<dynamic, 4>>(numbers.data(), 2, Extents{5});
    const auto target = tape.input<shape<dynamic, 4>>(numbers.data(), 2, Extents{3});
    const auto run = [&](const TransformerMasks& masks) {
        return forward_with<Scores::none>(
                   net, tape, {.samples = 2},
                   [&](auto& pass) { return net(pass, source, target, masks); })
            .samples.to_host();
    };
    const auto plain = run({});
    CHECK(plain.size() == 2 * 2 * 3 * 4);
    std::array<bool, 10> padding{};
    padding[4] = true;
    const auto source_padded = run({.source = {.key_padding_mask = padding}});
    const auto memory_padded = run({.memory = {.key_padding_mask = padding}});
    CHECK(run({.source = {.causal = true}}) != plain);
    CHECK(run({.target = {.causal = true}}) != plain);
    CHECK(source_padded != plain);
    CHECK(memory_padded != plain);
    CHECK(memory_padded != source_padded);
}

TEST_CASE("a causal transformer decodes from left to right", "[models]") {
    const auto net = make<Both>(Seed{1});
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers = wave(40);
    const auto decode = [&](Index length) {
        const auto source = tape.input<shape<dynamic, 4>>(numbers.data(), 1, Extents{5});
        const auto target = tape.input<shape<dynamic, 4>>(numbers.data(), 1, Extents{length});
        return forward_with<Scores::none>(net, tape, {.samples = 1},
                                          [&](auto& pass) {
                                              return net(
                                                  pass, source, target,
                                                  TransformerMasks{.target = {.causal = true}});
                                          })
            .samples.to_host();
    };
    const auto one = decode(1), four = decode(4);
    // Products of other sizes are added up in another order: rounding.
    for (std::size_t i = 0; i < 4; ++i) CHECK(four[i] == Approx(one[i]).epsilon(1e-4).margin(1e-5));
}

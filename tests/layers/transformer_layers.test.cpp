// SPDX-License-Identifier: BSD-3-Clause
#include <blue/layers/transformer_layers.hpp>

#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;
template <class... Options>
using Encoder = TransformerEncoderLayer<4, 2, 5, Options..., N, N, B>;
template <class... Options>
using Decoder = TransformerDecoderLayer<4, 2, 5, Options..., N, N, B>;

static_assert(variational_parameter_names<Encoder<without_bias>> ==
              std::array<std::string_view, 10>{
                  "self_attn._in_proj_weight_mean", "self_attn._in_proj_weight_log_std",
                  "self_attn.out_proj._weight_mean", "self_attn.out_proj._weight_log_std",
                  "linear1._weight_mean", "linear1._weight_log_std", "linear2._weight_mean",
                  "linear2._weight_log_std", "norm1.weight", "norm2.weight"});
static_assert(random_variable_names<Decoder<>>[4] == "multihead_attn.in_proj_weight");
static_assert(
    std::is_same_v<
        with_policies<TransformerEncoderLayer<4, 2, 5, norm_first, activation<GELU>>, NonBayesian>,
        TransformerEncoderLayer<4, 2, 5, norm_first, activation<GELU>, NonBayesian, N,
                                Cpu<float>>>);

const std::vector<double> sequences = random_values<shape<40>>(1, 2, Seed{9}).numbers;

struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

template <class M, class Call>
double parameter_error(Call call) {
    M model = make<M>(Seed{1});
    return parameter_gradient_check(
               model,
               [&](auto& tape) {
                   const auto x =
                       tape.template input<shape<dynamic, 4>>(sequences.data(), 2, Extents{3});
                   const auto memory =
                       tape.template input<shape<dynamic, 4>>(sequences.data() + 40, 2, Extents{5});
                   const auto result = forward_with<Scores::divergence>(
                       model, tape, {.samples = 2, .seed = Seed{4}},
                       [&](auto& pass) { return call(model, pass, x, memory); });
                   return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
               },
               {.most_elements = 20, .step = 0x1p-12})
        .error;
}

// Fourth-order differences with a smaller step, because higher derivatives behind normalisations
// are large: 3e-7 with the usual step, 256 times less with this one.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("gradients of an encoder layer", "[layers]") {
    const auto call = [](const auto& model, auto& pass, auto x, auto) {
        return model(pass, x, AttentionOptions{.causal = true});
    };
    CHECK(parameter_error<Encoder<activation<Tanh>>>(call) < tolerance);
    CHECK(parameter_error<Encoder<norm_first, without_bias, activation<GELU>>>(call) < tolerance);
}

TEST_CASE("gradients of a decoder layer", "[layers]") {
    const auto call = [](const auto& model, auto& pass, auto x, auto memory) {
        return model(pass, x, memory, DecoderOptions{.target = {.causal = true}});
    };
    CHECK(parameter_error<Decoder<activation<Tanh>>>(call) < tolerance);
    CHECK(parameter_error<Decoder<norm_first, activation<GELU>>>(call) < tolerance);
}

TEST_CASE("priors of transformer layers are rescaled unless options say otherwise", "[layers]") {
    const auto scale = [](const auto& layer) {
        return layer.linear1.template state<"weight">().prior.std *
               layer.self_attn.template state<"in_proj_weight">().prior.std *
               layer.self_attn.out_proj.template state<"weight">().prior.std;
    };
    // 1 / sqrt(3 fan-in) of three matrices with a fan-in of 4, as torch_blue rounds it.
    CHECK(scale(make<Encoder<>>(Seed{1})) == Approx(std::pow(12, -1.5)).epsilon(1e-3));
    CHECK(scale(make<Decoder<>>(Seed{1})) == Approx(std::pow(12, -1.5)).epsilon(1e-3));
    CHECK(scale(make<Encoder<>>(Seed{1}, ModuleOptions{})) == 1);
}

TEST_CASE("the option causal is the mask of the attention to itself", "[layers]") {
    const auto run = [](const auto& model, auto call) {
        Tape<B> tape;
        const auto x = tape.input<shape<3, 4>>(sequences.data(), 2);
        const auto memory = tape.input<shape<5, 4>>(sequences.data() + 40, 2);
        return forward_with<Scores::none>(model, tape, {.samples = 2},
                                          [&](auto& pass) { return call(model, pass, x, memory); })
            .samples.to_host();
    };
    const auto plain = [](const auto& model, auto& pass, auto x, auto memory) {
        if constexpr (requires { model.multihead_attn; })
            return model(pass, x, memory);
        else
            return model(pass, x);
    };
    const auto masked = [](const auto& model, auto& pass, auto x, auto) {
        return model(pass, x, AttentionOptions{.causal = true});
    };
    const auto target_masked = [](const auto& model, auto& pass, auto x, auto memory) {
        return model(pass, x, memory, DecoderOptions{.target = {.causal = true}});
    };
    const auto encoded = run(make<Encoder<causal, norm_first>>(Seed{1}), plain);
    CHECK(encoded == run(make<Encoder<norm_first>>(Seed{1}), masked));
    CHECK(encoded != run(make<Encoder<norm_first>>(Seed{1}), plain));
    CHECK(run(make<Decoder<causal>>(Seed{1}), plain) ==
          run(make<Decoder<>>(Seed{1}), target_masked));
}

TEST_CASE("no element of a causal sequence sees those behind it", "[layers]") {
    const auto decoder = make<Decoder<>>(Seed{1});
    const auto run = [&](std::vector<double> numbers) {
        Tape<B> tape;
        const auto x = tape.input<shape<3, 4>>(numbers.data(), 1);
        const auto memory = tape.input<shape<5, 4>>(sequences.data() + 40, 1);
        return forward_with<Scores::none>(
                   decoder, tape, {.samples = 1},
                   [&](auto& pass) {
                       return decoder(pass, x, memory, DecoderOptions{.target = {.causal = true}});
                   })
            .samples.to_host();
    };
    std::vector<double> numbers(sequences.begin(), sequences.begin() + 12);
    const auto before = run(numbers);
    numbers[9] += 1;  // the last element
    const auto after = run(numbers);
    for (std::size_t i = 0; i < 8; ++i) CHECK(after[i] == before[i]);
    CHECK(after[9] != before[9]);
}

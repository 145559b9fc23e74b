// SPDX-License-Identifier: BSD-3-Clause
#include <blue/layers/multihead_attention.hpp>

#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;
template <class... Options>
using Attention = MultiheadAttention<6, 2, Options..., N, N, B>;

static_assert(std::is_same_v<with_policies<MultiheadAttention<6, 2, kdim<4>>, NonBayesian>,
                             MultiheadAttention<6, 2, kdim<4>, NonBayesian, N, Cpu<float>>>);
static_assert(std::is_same_v<input_shape_of<Attention<>>, shape<dynamic, 6>>);
static_assert(random_variable_names<Attention<kdim<4>>> ==
              std::array<std::string_view, 6>{"q_proj_weight", "k_proj_weight", "v_proj_weight",
                                              "in_proj_bias", "out_proj.weight", "out_proj.bias"});
// A list of policies: the layer inside has the first.
using Mixed = MultiheadAttention<6, 2, without_bias, per_variable<NonBayesian>>;
static_assert(divergence_of<Mixed, "out_proj", "weight"> == Divergence::point_estimate);

const std::vector<double> sequences = random_values<shape<60>>(4, 2, Seed{9}).numbers;

struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

/// The error of the gradients of all parameters where attention layer M takes queries of length 4
/// and keys and values of length 5: of a width each, or one value for both.
template <class M, Index K = 6, Index V = 6, bool Together = false>
double parameter_error(const AttentionOptions& masks = {}) {
    M model = make<M>(Seed{1});
    return parameter_gradient_check(
               model,
               [&](auto& tape) {
                   const auto q =
                       tape.template input<shape<dynamic, 6>>(sequences.data(), 2, Extents{4});
                   const auto k =
                       tape.template input<shape<dynamic, K>>(sequences.data() + 50, 2, Extents{5});
                   const auto result = forward_with<Scores::divergence>(
                       model, tape, {.samples = 3, .seed = Seed{4}}, [&](auto& pass) {
                           if constexpr (Together) {
                               return model(pass, q, k, k, masks);
                           } else {
                               const auto v = tape.template input<shape<dynamic, V>>(
                                   sequences.data() + 130, 2, Extents{5});
                               return model(pass, q, k, v, masks);
                           }
                       });
                   return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
               })
        .error;
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("gradients of attention to other sequences", "[layers]") {
    CHECK(parameter_error<Attention<>>() < tolerance);
    CHECK(parameter_error<Attention<>, 6, 6, true>() < tolerance);
    CHECK(parameter_error<Attention<kdim<3>, vdim<5>>, 3, 5>({.causal = true}) < tolerance);
    CHECK(parameter_error<Attention<without_bias, with_bias_kv, with_zero_attn>>() < tolerance);
    std::array<bool, 10> padding{};
    padding[2] = padding[8] = padding[9] = true;
    CHECK(parameter_error<Attention<vdim<5>, with_bias_kv>, 6, 5>({.key_padding_mask = padding}) <
          tolerance);
}

TEST_CASE("gradients of attention of a sequence to itself", "[layers]") {
    auto model = make<Attention<>>(Seed{1});
    CHECK(parameter_gradient_check(model, [&](auto& tape) {
              const auto x =
                  tape.template input<shape<5, 6>>(sequences.data(), 2, 3);  // three samples
              const auto result = forward_with<Scores::log_probs>(
                  model, tape, {.samples = 3, .seed = Seed{4}},
                  [&](auto& pass) { return model(pass, x, AttentionOptions{.causal = true}); });
              return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
          }).error < tolerance);
    const Values<shape<4, 6>> x{1, 2, {sequences.begin(), sequences.begin() + 48}};
    CHECK(gradient_check(
              [&](auto a) {
                  return forward<Scores::none>(model, *a.tape, a, {.samples = 2}).samples;
              },
              x)
              .error < tolerance);
}

TEST_CASE("attention projects in one, two or three products with the same numbers", "[layers]") {
    const auto model = make<Attention<>>(Seed{1});
    const auto run = [&](auto call) {
        Tape<B> tape;
        const auto put = [&] {
            return tape.input<shape<dynamic, 6>>(sequences.data(), 2, Extents{5});
        };
        const auto x = put(), y = put(), z = put();
        return forward_with<Scores::none>(model, tape, {.samples = 3, .seed = Seed{4}},
                                          [&](auto& pass) { return call(pass, x, y, z); })
            .samples.to_host();
    };
    const auto one = run([&](auto& pass, auto x, auto, auto) { return model(pass, x); });
    const auto two = run([&](auto& pass, auto x, auto y, auto) { return model(pass, x, y, y); });
    const auto three =
        run([&](auto& pass, auto x, auto y, auto z) { return model(pass, x, y, z); });
    CHECK(one.size() == 3 * 2 * 5 * 6);
    REQUIRE(two.size() == one.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        // Rounding only.
        CHECK(two[i] == Approx(one[i]).epsilon(1e-12).margin(1e-13));
        CHECK(three[i] == Approx(one[i]).epsilon(1e-12).margin(1e-13));
    }
}

TEST_CASE("a length that is known when compiling gives the same", "[layers]") {
    const Sequential<Attention<>, Tanh, Linear<6, 1, N, N, B>> net{Seed{1}};
    Tape<B> tape;
    const auto fixed = tape.input<shape<5, 6>>(sequences.data(), 2);
    const auto y = forward(net, tape, fixed, {.samples = 2}).samples;
    static_assert(std::is_same_v<decltype(y)::shape, shape<5, 1>>);
    const auto any = tape.input<shape<dynamic, 6>>(sequences.data(), 2, Extents{5});
    const auto z = forward(net, tape, any, {.samples = 2}).samples;
    static_assert(std::is_same_v<decltype(z)::shape, shape<dynamic, 1>>);
    CHECK(z.to_host() == y.to_host());
}

TEST_CASE("attention returns its weights on request", "[layers]") {
    const auto model = make<Attention<with_zero_attn>>(Seed{1});
    Tape<B> tape;
    const auto x = tape.input<shape<5, 6>>(sequences.data(), 2);
    const auto attend = [&](auto weights) {
        return forward_with<Scores::none>(
                   model, tape, {.samples = 3, .seed = Seed{4}},
                   [&](auto& pass) { return model(pass, x, x, x, AttentionOptions{}, weights); })
            .samples;
    };
    const auto per_head = attend(weights_per_head{}).weights;
    static_assert(std::is_same_v<decltype(per_head)::shape, shape<2, 5, 6>>);
    const auto averaged = attend(averaged_weights{}).weights;
    static_assert(std::is_same_v<decltype(averaged)::shape, shape<5, 6>>);
    for (double total : sum_last(averaged).to_host()) CHECK(total == Approx(1).epsilon(1e-14));
}

TEST_CASE("a pass of attention allocates nothing after the first", "[layers]") {
    const auto model = make<Attention<with_bias_kv>>(Seed{1});
    Tape<B> tape;
    std::size_t capacity = 0;
    for (int i = 0; i < 3; ++i) {
        tape.reset();
        const auto x = tape.input<shape<5, 6>>(sequences.data(), 2);
        const auto y = forward(model, tape, x, {.samples = 3}).samples;
        tape.backward(sum(y));
        if (i > 0) CHECK(tape.capacity() == capacity);
        capacity = tape.capacity();
    }
}

TEST_CASE("masks do not hide the keys that a layer adds, in any block", "[layers]") {
    const auto model = make<Attention<with_bias_kv, with_zero_attn>>(Seed{1});
    // 200 keys are two blocks; the added ones stand behind both.
    const auto x = random_values<shape<200, 6>>(1, 1, Seed{3}).numbers;
    const auto attend = [&](Index length) {
        Tape<B> tape;
        const auto in = tape.input<shape<dynamic, 6>>(x.data(), 1, Extents{length});
        return forward_with<Scores::none>(
                   model, tape, {.samples = 1, .seed = Seed{4}},
                   [&](auto& pass) { return model(pass, in, AttentionOptions{.causal = true}); })
            .samples.to_host();
    };
    const auto all = attend(200), first = attend(3);
    // What the first three see does not depend on what follows; sums in another order.
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(all[i] == Approx(first[i]).epsilon(1e-12));
}

TEST_CASE("batch and length that are swapped in one place are noticed", "[layers]") {
    const auto model = make<Attention<>>(Seed{1});
    Tape<B> tape;
    const auto target = tape.input<shape<dynamic, 6>>(sequences.data(), 2, Extents{4});
    const auto memory = tape.input<shape<dynamic, 6>>(sequences.data(), 5, Extents{2});
    const auto run = [&](const AttentionOptions& masks) {
        forward_with(model, tape, {}, [&](auto& pass) {
            return masks.key_padding_mask.empty() ? model(pass, target, memory, memory)
                                                  : model(pass, target, masks);
        });
    };
    CHECK_THROWS_WITH(
        run({}),
        "attention: queries of length 4 in a batch of 2 do not go with keys or values "
        "of length 2 in a batch of 5: are batch and length swapped? Values are batch x "
        "length x width");
    CHECK_THROWS_WITH(run({.key_padding_mask = std::array<bool, 10>{}}),
                      "attention: the key padding mask has 10 numbers, expected 8 for queries of "
                      "length 4 and keys of length 4 in a batch of 2");
}

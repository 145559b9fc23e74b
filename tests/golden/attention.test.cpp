// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;

template <class B>
AttentionOptions masks(golden::Inputs<B>& inputs) {
    return {.mask = inputs.mask("attn_mask"), .key_padding_mask = inputs.mask("key_padding_mask")};
}

/// Attention of `input` to itself.
template <class M, class Likelihood = PointEstimate,
          template <class> class Objective = KullbackLeiblerLoss, Index Width = 8, class B,
          class Weights = averaged_weights>
void attend_to_itself(golden::Runner<B>& cases, const char* name, Weights weights = {}) {
    cases.template run<M, Likelihood, Objective>(
        name, [&](const M& model, auto& pass, golden::Inputs<B>& inputs) {
            const auto x = inputs.template operator()<Width>("input");
            return model(pass, x, x, x, masks(inputs), weights);
        });
}
/// Attention of a query to others.
template <class M, Index K, Index V, class B>
void attend(golden::Runner<B>& cases, const char* name) {
    cases.template run<M, PointEstimate>(
        name, [&](const M& model, auto& pass, golden::Inputs<B>& inputs) {
            return model(pass, inputs.template operator()<8>("input.query"),
                         inputs.template operator()<K>("input.key"),
                         inputs.template operator()<V>("input.value"), masks(inputs),
                         averaged_weights{});
        });
}

template <class B>
void run(golden::Runner<B>& cases) {
    using Default = MultiheadAttention<8, 2, N, N, B>;
    attend_to_itself<Default>(cases, "mha_self");
    attend_to_itself<Default, SampleNormal>(cases, "mha_self_normal_norm");
    attend_to_itself<MultiheadAttention<8, 4, without_bias, N, N, B>>(cases, "mha_no_bias");
    attend<Default, 8, 8>(cases, "mha_cross");
    attend<MultiheadAttention<8, 2, kdim<6>, vdim<5>, N, N, B>, 6, 5>(cases, "mha_kdim_vdim");
    attend<MultiheadAttention<8, 2, without_bias, kdim<3>, vdim<7>, N, N, B>, 3, 7>(
        cases, "mha_kdim_vdim_no_bias");
    attend_to_itself<Default>(cases, "mha_key_padding_mask");
    attend_to_itself<Default>(cases, "mha_causal_mask");
    attend<Default, 8, 8>(cases, "mha_bool_mask");
    attend_to_itself<Default>(cases, "mha_3d_mask");
    attend_to_itself<Default>(cases, "mha_both_masks");
    attend_to_itself<MultiheadAttention<8, 2, with_bias_kv, N, N, B>>(cases, "mha_bias_kv");
    attend_to_itself<MultiheadAttention<8, 2, with_zero_attn, N, N, B>>(cases, "mha_zero_attn");
    attend<MultiheadAttention<8, 2, without_bias, with_bias_kv, with_zero_attn, N, N, B>, 8, 8>(
        cases, "mha_bias_kv_zero_attn_masks");
    attend_to_itself<Default>(cases, "mha_sequence_first");
    attend_to_itself<MultiheadAttention<8, 4, N, N, B>>(cases, "mha_per_head_weights",
                                                        weights_per_head{});
    attend_to_itself<Default>(cases, "mha_unbatched");
    attend_to_itself<Default>(cases, "mha_no_rescale");
    attend_to_itself<MultiheadAttention<8, 2, MeanFieldStudentT, N, B>>(cases, "mha_studentt");
    attend_to_itself<Default, PointEstimate, AnalyticalKullbackLeiblerLoss>(cases,
                                                                            "mha_analytical");
    attend_to_itself<MultiheadAttention<32, 4, N, N, B>, PointEstimate, KullbackLeiblerLoss, 32>(
        cases, "mha_medium");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("attention agrees with the reference", "[golden]", golden::Backends) {
    golden::Runner<TestType> cases("forward", "mha_");
    run(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

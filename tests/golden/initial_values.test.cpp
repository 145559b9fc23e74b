// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

TEMPLATE_LIST_TEST_CASE("initial values agree with the reference", "[golden]", golden::Backends) {
    using B = TestType;
    using N = MeanFieldNormal;
    using T = MeanFieldStudentT;
    using Quiet = BasicQuietPrior;
    golden::Runner<B> cases("init");
    cases.template initial_values<Linear<16, 5, N, N, B>>("init_linear");
    cases.template initial_values<Linear<1, 2, N, N, B>>("init_linear_small");
    cases.template initial_values<Linear<784, 3, without_bias, N, N, B>>("init_linear_wide");
    cases.template initial_values<Linear<9, 4, N, N, B>>("init_linear_std");
    cases.template initial_values<Linear<9, 4, N, N, B>>("init_linear_no_kaiming");
    cases.template initial_values<Linear<9, 4, N, N, B>>("init_linear_prior");
    cases.template initial_values<Linear<9, 4, T, N, B>>("init_linear_studentt");
    cases.template initial_values<Linear<9, 4, N, Quiet, B>>("init_linear_quiet");
    cases.template initial_values<Linear<12, 4, per_variable<N, T>, per_variable<N, Quiet>, B>>(
        "init_linear_mixed");
    cases.template initial_values<MultiheadAttention<8, 2, with_bias_kv, N, N, B>>("init_mha");
    cases.template initial_values<MultiheadAttention<8, 2, kdim<6>, vdim<5>, N, N, B>>(
        "init_mha_kdim");
    cases.template initial_values<TransformerEncoderLayer<8, 2, 12, N, N, B>>("init_encoder_layer");
    cases.template initial_values<Conv1d<3, 4, kernel<5>, N, N, B>>("init_conv1d");
    cases.template initial_values<Conv2d<4, 8, kernel<3, 2>, groups<2>, N, N, B>>(
        "init_conv2d_groups");
    cases.template initial_values<Conv3d<2, 3, kernel<1, 2, 3>, N, N, B>>("init_conv3d");
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

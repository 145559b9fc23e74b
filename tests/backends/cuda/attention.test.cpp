// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/layers/multihead_attention.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/attention.hpp>

#include <array>

using namespace blue;
using namespace blue_test;

namespace {

using Q = Argument<shape<5, 6>>;
using K = Argument<shape<37, 6>>;
using V = Argument<shape<37, 4>>;

/// Two heads, keys that more than one warp has; values and weights of all kinds.
template <class T>
double worst(const AttentionOptions& options, Index q, Index k, Index v) {
    const auto plain = [&](auto a, auto b, auto c) {
        return scaled_dot_product_attention<2>(a, b, c, options);
    };
    const auto averaged = [&](auto a, auto b, auto c) {
        const auto r = scaled_dot_product_attention<2>(a, b, c, options, averaged_weights{});
        return sum_last(square(r.output)) * sum_last(square(r.weights));
    };
    // The weights alone.
    const auto per_head = [&](auto a, auto b, auto c) {
        return square(
            scaled_dot_product_attention<2>(a, b, c, options, weights_per_head{}).weights);
    };
    return std::max({compare<T>(plain, Q{q, 3}, K{k, 3}, V{v, 3}),
                     compare<T>(averaged, Q{q, 3}, K{k, 3}, V{v, 3}),
                     compare<T>(per_head, Q{q, 3}, K{k, 3}, V{v, 3})});
}

template <class B>
using SelfAttention = MultiheadAttention<6, 2, MeanFieldNormal, MeanFieldNormal, B>;

}  // namespace

TEMPLATE_TEST_CASE("cuda attention: samples of their own or shared", "[cuda]", float, double) {
    using T = TestType;
    for (Index q : {1, 3})
        for (Index k : {1, 3})
            for (Index v : {1, 3}) CHECK(worst<T>({}, q, k, v) < rounding<T>);
}

TEST_CASE("cuda attention: masks", "[cuda]") {
    CHECK(worst<double>({.causal = true}, 3, 3, 3) < rounding<double>);
    const std::vector<double> shared = numbers<double>(5 * 37), own = numbers<double>(6 * 5 * 37);
    CHECK(worst<double>({.mask = shared}, 3, 1, 3) < rounding<double>);
    CHECK(worst<double>({.causal = true, .mask = own}, 3, 3, 3) < rounding<double>);
    // The second example sees no key at all, the third one some.
    std::array<bool, 3 * 37> padding{};
    for (std::size_t i = 37; i < 90; ++i) padding[i] = true;
    CHECK(worst<double>({.key_padding_mask = padding}, 3, 3, 1) < rounding<double>);
}

TEST_CASE("cuda attention: queries, keys and values of one value", "[cuda]") {
    const auto self = [](auto x) { return scaled_dot_product_attention<3>(x, x, x) * x; };
    CHECK(compare<double>(self, Argument<shape<5, 6>>{3, 2}) < rounding<double>);
    CHECK(compare<double>(self, Argument<shape<1, 6>>{1, 2}) < rounding<double>);
    CHECK(compare_module<SelfAttention, shape<5, 6>>({1, 4, 3}) < rounding<double>);
    CHECK(compare_module<SelfAttention, shape<5, 6>>({3, 4, 3}) < rounding<double>);
}

TEST_CASE("cuda attention: examples in groups", "[cuda]") {
    // Room for one example of one sample; for two, with more heads than examples in a group.
    const Index budget = cuda::gradient_bytes;
    for (Index examples : {1, 2, 5}) {
        cuda::gradient_bytes = examples * 2 * 5 * 37 * static_cast<Index>(sizeof(double));
        CHECK(worst<double>({.causal = true}, 3, 3, 3) < rounding<double>);
        CHECK(worst<double>({.causal = true}, 3, 1, 3) < rounding<double>);
    }
    cuda::gradient_bytes = budget;
}

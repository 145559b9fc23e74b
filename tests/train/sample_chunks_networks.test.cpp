// SPDX-License-Identifier: BSD-3-Clause
// Chunks of samples through convolutions, sequences and attention.
#include <blue/blue.hpp>

#include "models/lenet.hpp"
#include "support/catch.hpp"
#include "train/chunked_runs.hpp"

using namespace blue;
using blue_test::is_the_same_in_chunks;
using blue_test::worst_difference;

namespace {

/// Examples without a pattern.
Dataset<std::int32_t> random_examples(Index n, Index size, std::int32_t classes) {
    Dataset<std::int32_t> data{Array<float>({n, size}), Array<std::int32_t>({n})};
    for (Index i = 0; i < n * size; ++i) data.inputs[i] = blue_test::number(3, i);
    for (Index i = 0; i < n; ++i) data.targets[i] = static_cast<std::int32_t>(i) % classes;
    return data;
}

}  // namespace

TEST_CASE("LeNet in chunks of samples") {
    const auto data = random_examples(11, 28 * 28, 10);
    CHECK(is_the_same_in_chunks<models::LeNet<>>(Elbo{Categorical{}}, data));
    CHECK(is_the_same_in_chunks<models::LeNet<MeanFieldLaplace>>(KullbackLeiblerLoss{Categorical{}},
                                                                 data));
}

TEST_CASE("convolutions with strips, strides, both directions and average pooling in chunks") {
    // Strips of large images depend on the number of samples; those of transposed convolutions
    // overlap in the result.
    using M = Sequential<Reshape<1, 40, 40>, Conv2d<1, 3, kernel<3>, padding<1>>, ReLU,
                         ConvTranspose2d<3, 2, kernel<5>, stride<2>>, ReLU, AvgPool2d<3>,
                         Conv2d<2, 4, kernel<5>, stride<3>>, Flatten<>, Linear<4 * 8 * 8, 3>>;
    CHECK(is_the_same_in_chunks<M>(KullbackLeiblerLoss{Categorical{}},
                                   random_examples(9, 40 * 40, 3)));
}

TEST_CASE("sequences in chunks of samples") {
    using M = Sequential<LSTM<3, 5, steps<7>>, Flatten<>, Linear<7 * 5, 3>>;
    CHECK(is_the_same_in_chunks<M>(Elbo{Categorical{}}, random_examples(9, 7 * 3, 3)));
}

TEST_CASE("tables of which each sample draws its own in chunks") {
    using M = Sequential<Embedding<6, 5, steps<7>>, GRU<5, 4, final_output>, Linear<4, 3>>;
    auto data = random_examples(9, 7, 3);
    for (Index i = 0; i < data.inputs.size(); ++i) data.inputs[i] = static_cast<float>(i * i % 6);
    CHECK(is_the_same_in_chunks<M>(KullbackLeiblerLoss{Categorical{}}, data));
}

// Sums over samples that are rounded after each chunk: see sample_chunks.test.cpp.
TEST_CASE("what operations share among samples has the same gradients but for rounding") {
    constexpr double rounding = 1e-13;
    const KullbackLeiblerLoss objective{Categorical{}};
    using Q = MeanFieldNormal;
    using P = MeanFieldNormal;
    using B = Cpu<double>;
    SECTION("draws of each step of a sequence") {
        using M = Sequential<Reshape<2, 1>, LSTM<1, 4, steps<2>, fresh_draws, Q, P, B>, Flatten<>,
                             Linear<8, 3, Q, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
        using Softplus =
            Sequential<Reshape<2, 1>,
                       LSTM<1, 4, steps<2>, fresh_draws, MeanFieldLogNormal, MeanFieldLogNormal, B>,
                       Flatten<>, Linear<8, 3, Q, P, B>>;
        CHECK(worst_difference<Softplus>(objective) < rounding);
    }
    SECTION("attention and normalisation of a transformer") {
        using M =
            Sequential<Reshape<2, 1>, Linear<1, 4, Q, P, B>,
                       TransformerEncoderLayer<4, 2, 6, Q, P, B>, Flatten<>, Linear<8, 3, Q, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
    }
    SECTION("scales that are drawn, too") {
        using M =
            Sequential<HorseshoeLinear<2, 8, Q, LearnedScalePrior, B>, Tanh, Linear<8, 3, Q, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
    }
    SECTION("convolutions of point estimates") {
        using M = Sequential<Reshape<1, 1, 2>, Conv2d<1, 3, kernel<1>, Q, P, B>, Tanh,
                             Conv2d<3, 2, kernel<1>, NonBayesian, P, B>, Flatten<>,
                             Linear<4, 3, Q, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
    }
}

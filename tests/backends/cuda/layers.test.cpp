// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers that are made of several operations, and moments of outputs, on the CUDA backend against
/// the CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/estimators/moment_propagation.hpp>
#include <blue/layers/batch_norm.hpp>
#include <blue/layers/convolution.hpp>
#include <blue/layers/dropout.hpp>
#include <blue/layers/flatten.hpp>
#include <blue/layers/group_norm.hpp>
#include <blue/layers/horseshoe_linear.hpp>
#include <blue/layers/linear.hpp>
#include <blue/layers/pooling.hpp>
#include <blue/layers/position_embedding.hpp>
#include <blue/layers/prelu.hpp>
#include <blue/models/sequential.hpp>
#include <blue/models/transformer.hpp>

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;

template <class B>
using Images =
    Sequential<GroupNorm<2, 4, B>, Dropout, PReLU<4, B>, Conv2d<4, 2, kernel<3>, N, N, B>,
               Flatten<>, HorseshoeLinear<8, 3, N, N, B>>;
template <class B>
using Words = Sequential<PositionEmbedding<5, 8, N, N, B>,
                         TransformerEncoderLayer<8, 2, 6, causal, norm_first, N, N, B>>;
/// Sequences that attend to themselves and to each other.
template <class B>
struct Translation : Module<Translation<B>, variables<>, N, N, B> {
    TransformerDecoderLayer<6, 2, 5, N, N, B> layer;
    using children = blue::children<&Translation::layer>;
    auto forward(auto& pass, auto x) const { return layer.forward(pass, x, 0.5 * x); }
};

template <template <class> class M, class Shape>
void check_all_inputs() {
    // Four to ten operations behind each other.
    CHECK(compare_module<M, Shape>({1, 5, 3}) < 16 * rounding<double>);
    CHECK(compare_module<M, Shape>({3, 5, 3}) < 16 * rounding<double>);
}

template <class B>
using Predicting = Sequential<Conv2d<1, 3, kernel<3>, N, N, B>, BatchNorm<3, B>, ReLU, AvgPool2d<2>,
                              Flatten<>, Linear<12, 2, N, N, B>>;

/// Means and variances of outputs.
template <class B>
std::vector<double> moments() {
    const auto model = make<Predicting<B>>(Seed{1});
    Tape<B> tape;
    const std::vector<double> inputs = numbers<double>(3 * 36);
    const auto y = propagate_moments(model, tape.template input<shape<1, 6, 6>>(inputs.data(), 3));
    std::vector<double> result = y.mean.to_host();
    for (double variance : y.variance.to_host()) result.push_back(variance);
    return result;
}

}  // namespace

TEST_CASE("cuda layers: images", "[cuda]") {
    check_all_inputs<Images, shape<4, 4, 4>>();
}

TEST_CASE("cuda layers: sequences", "[cuda]") {
    check_all_inputs<Words, shape<5, 8>>();
    check_all_inputs<Translation, shape<5, 6>>();
}

TEST_CASE("cuda layers: moments of outputs", "[cuda]") {
    CHECK(difference(moments<Emulated<double>>(), moments<Cpu<double>>()) < 16 * rounding<double>);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolutions on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/distributions/non_bayesian.hpp>
#include <blue/estimators/flipout.hpp>
#include <blue/estimators/local_reparameterization.hpp>
#include <blue/layers/convolution.hpp>
#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;

template <class B>
using Plain = Conv2d<2, 3, kernel<3, 3>, N, N, B>;
template <class B>
using FixedWeight = Conv2d<2, 3, kernel<3, 3>, per_variable<NonBayesian, N>, N, B>;
template <class B>
using FixedBias = Conv2d<2, 3, kernel<3, 3>, per_variable<N, NonBayesian>, N, B>;
template <class B>
using Grouped =
    Conv2d<4, 6, kernel<3, 2>, stride<2, 1>, dilation<1, 2>, groups<2>, padding<1, 2>, N, N, B>;
/// More groups than samples.
template <class B>
using Depthwise = Conv1d<8, 8, kernel<3>, groups<8>, without_bias, N, N, B>;
template <class B>
using Reflected = Conv2d<2, 3, kernel<3>, stride<2>, padding<2, 1>, reflect_padding, N, N, B>;
template <class B>
using Replicated = Conv1d<2, 3, kernel<4>, same_padding, replicate_padding, N, N, B>;
template <class B>
using Circular = Conv3d<1, 2, kernel<3, 2, 1>, padding<1, 1, 0>, circular_padding, N, N, B>;
template <class B>
using Transposed = ConvTranspose2d<4, 6, kernel<3, 2>, stride<2, 3>, groups<2>, padding<1, 0>,
                                   output_padding<1>, dilation<1, 2>, N, N, B>;
template <class B>
using TransposedFixed = ConvTranspose1d<4, 3, kernel<3>, stride<2>, NonBayesian, N, B>;
template <class B>
using DrawnOutputs = Conv2d<2, 3, kernel<3, 3>, LocalReparameterization<N>, N, B>;
template <class B>
using Flipped = Conv2d<2, 3, kernel<3, 3>, Flipout<N>, N, B>;

/// The same weights twice, and in another operation.
template <class B>
struct Tied
    : Module<Tied<B>, variables<variable<"weight", 2, 2, 3>, variable<"bias", 2>>, N, N, B> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto y = convolution<same_padding>(x, w, pass.sample(*this, "bias"_v));
        return convolution<padding<1>>(tanh(y), w) * sum(square(as_var(w)));
    }
};

template <template <class> class M, class Shape, class T = double,
          Scores scores = Scores::log_probs>
void check_all_inputs() {
    CHECK(compare_module<M, Shape, T, scores>({1, 5, 4}) < rounding<T>);
    CHECK(compare_module<M, Shape, T, scores>({4, 5, 4}) < rounding<T>);
    CHECK(compare_module<M, Shape, T, scores>({1, 2, 1}) < rounding<T>);
}

}  // namespace

TEST_CASE("cuda convolution: random and shared weights and biases", "[cuda]") {
    check_all_inputs<Plain, shape<2, 5, 6>>();
    check_all_inputs<Plain, shape<2, 5, 6>, float>();
    check_all_inputs<FixedWeight, shape<2, 5, 6>>();
    check_all_inputs<FixedBias, shape<2, 5, 6>>();
    check_all_inputs<Tied, shape<2, 7>>();
}

TEST_CASE("cuda convolution: strides, dilation, groups and padding", "[cuda]") {
    check_all_inputs<Grouped, shape<4, 5, 4>>();
    check_all_inputs<Depthwise, shape<8, 9>>();
    check_all_inputs<Reflected, shape<2, 5, 4>>();
    check_all_inputs<Replicated, shape<2, 7>>();
    check_all_inputs<Circular, shape<1, 3, 3, 4>>();
}

TEST_CASE("cuda convolution: transposed", "[cuda]") {
    check_all_inputs<Transposed, shape<4, 2, 3>>();
    check_all_inputs<TransposedFixed, shape<4, 5>>();
}

TEST_CASE("cuda convolution: estimators", "[cuda]") {
    check_all_inputs<DrawnOutputs, shape<2, 5, 6>, double, Scores::divergence>();
    check_all_inputs<Flipped, shape<2, 5, 6>>();
}

TEST_CASE("cuda convolution: images and samples in parts", "[cuda]") {
    // Room for one image of one sample, for two images, for five images of two samples.
    const Index budget = cuda::gradient_bytes;
    const Index one = (2 * 9 + 3) * 3 * 4 * static_cast<Index>(sizeof(double));
    for (Index images : {1, 2, 11}) {
        cuda::gradient_bytes = images * one;
        check_all_inputs<Plain, shape<2, 5, 6>>();
        check_all_inputs<FixedWeight, shape<2, 5, 6>>();
        check_all_inputs<Transposed, shape<4, 2, 3>>();
        check_all_inputs<TransposedFixed, shape<4, 5>>();
    }
    cuda::gradient_bytes = budget;
}

TEST_CASE("cuda convolution: few kernels", "[cuda]") {
    // Forward two for the weights, and windows, a product, a copy of the result. Back two for the
    // sum, two copies, two products, the sum of the windows, and two for the weights. The bounds
    // are what it is today, so that a rise is seen.
    using Layer = Conv2d<2, 3, kernel<3>, without_bias, NonBayesian, N, Emulated<double>>;
    const auto model = make<Layer>(Seed{1});
    Tape<Emulated<double>> tape;
    const std::vector<double> inputs = numbers<double>(5 * 2 * 30);
    const auto x = tape.leaf<shape<2, 5, 6>>(inputs.data(), 5);
    const long start = HostExecutor::launches();
    const auto y = forward<Scores::none>(model, tape, x).samples;
    CHECK(HostExecutor::launches() - start <= 5);
    const auto total = sum(y);
    const long middle = HostExecutor::launches();
    tape.backward(total);
    CHECK(HostExecutor::launches() - middle <= 9);
}

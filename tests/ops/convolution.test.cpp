// SPDX-License-Identifier: BSD-3-Clause
// The laws of operations for convolutions, and gradients of the parameters of their weights. Values
// are compared with loops in tests/backends/cpu/convolution.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;

/// The laws for a layer as a function of its input, with drawn weights.
/// \tparam Layer a layer on a backend, `Layer<B>`.
template <template <class> class Layer, class Shape>
std::vector<std::string> laws(Index samples, Index input_samples, Index batch) {
    const auto f = [samples](auto x) {
        using B = typename decltype(x)::backend;
        static const auto layer = make<Layer<B>>(Seed{1});  // backward reads its parameters
        return forward<Scores::none>(layer, *x.tape, x, {.samples = samples, .seed = Seed{4}})
            .samples;
    };
    return operation_laws(f, random_values<Shape>(input_samples, batch, Seed{3}));
}

/// A loss with all terms: a weighted sum of the outputs, and the divergence.
struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

/// The largest error of a parameter gradient, over both ways to get the divergence.
template <class Shape, class M>
double parameter_error(M model, Index samples, Index input_samples = 1) {
    const auto inputs = random_values<Shape>(4, 3, Seed{9}).numbers;
    const auto error = [&]<Scores Wanted>(std::integral_constant<Scores, Wanted>) {
        return parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       const auto x = tape.template input<Shape>(inputs.data(), 3, input_samples);
                       const auto result =
                           forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{4}});
                       return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
                   })
            .error;
    };
    return std::fmax(error(std::integral_constant<Scores, Scores::log_probs>{}),
                     error(std::integral_constant<Scores, Scores::divergence>{}));
}

template <class B>
using Plain = Conv2d<2, 3, kernel<3, 3>, N, N, B>;
template <class B>
using Grouped =
    Conv2d<4, 6, kernel<3, 2>, stride<2, 1>, dilation<1, 2>, groups<2>, padding<1, 2>, N, N, B>;
template <class B>
using Reflected = Conv2d<2, 3, kernel<3>, stride<2>, padding<2, 1>, reflect_padding, N, N, B>;
template <class B>
using Replicated = Conv1d<2, 3, kernel<4>, same_padding, replicate_padding, N, N, B>;
template <class B>
using Circular = Conv3d<1, 2, kernel<3, 2, 1>, padding<1, 1, 0>, circular_padding, N, N, B>;
template <class B>
using Wide = Conv2d<3, 5, kernel<3>, padding<1>, N, N, B>;
template <class B>
using Transposed = ConvTranspose2d<4, 6, kernel<3, 2>, stride<2, 3>, groups<2>, padding<1, 0>,
                                   output_padding<1>, dilation<1, 2>, N, N, B>;

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("convolutions keep the laws of operations", "[ops]") {
    CHECK(laws<Plain, shape<2, 5, 6>>(2, 1, 3) == Failures{});
    CHECK(laws<Plain, shape<2, 5, 6>>(2, 2, 3) == Failures{});
    CHECK(laws<Grouped, shape<4, 5, 4>>(2, 2, 2) == Failures{});
    CHECK(laws<Reflected, shape<2, 5, 4>>(2, 1, 2) == Failures{});
    CHECK(laws<Replicated, shape<2, 7>>(2, 2, 3) == Failures{});
    CHECK(laws<Circular, shape<1, 3, 3, 4>>(2, 1, 2) == Failures{});
    CHECK(laws<Transposed, shape<4, 2, 3>>(2, 1, 3) == Failures{});
    CHECK(laws<Transposed, shape<4, 2, 3>>(2, 2, 2) == Failures{});
    // Several units of work: 35 images, three samples.
    CHECK(laws<Wide, shape<3, 4, 3>>(3, 3, 35) == Failures{});
}

TEST_CASE("gradients of the parameters of a convolution", "[ops]") {
    using B = Cpu<double>;
    CHECK(parameter_error<shape<2, 4, 5>>(make<Plain<B>>(Seed{1}), 3) < tolerance);
    CHECK(parameter_error<shape<2, 4, 5>>(make<Plain<B>>(Seed{1}), 3, 3) < tolerance);
    CHECK(parameter_error<shape<2, 4, 5>>(make<Plain<B>>(Seed{1}), 1) < tolerance);
    CHECK(parameter_error<shape<4, 2, 3>>(make<Transposed<B>>(Seed{1}), 2) < tolerance);
    using Mixed = Conv2d<2, 3, kernel<3>, per_variable<NonBayesian, N>, N, B>;
    CHECK(parameter_error<shape<2, 4, 5>>(make<Mixed>(Seed{1}), 3) < tolerance);
    using Joint = Conv2d<2, 3, kernel<2>, LowRankNormal<2>, N, B>;
    CHECK(parameter_error<shape<2, 4, 5>>(make<Joint>(Seed{1}), 3) < tolerance);
}

namespace {

/// A layer of one's own: the same weights twice, and in another operation.
template <class B>
struct Tied
    : Module<Tied<B>, variables<variable<"weight", 2, 2, 3>, variable<"bias", 2>>, N, N, B> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto y = convolution<same_padding>(x, w, pass.sample(*this, "bias"_v));
        return convolution<padding<1>>(tanh(y), w) * sum(square(as_var(w)));
    }
};

}  // namespace

TEST_CASE("weights of a convolution with several uses", "[ops]") {
    CHECK(parameter_error<shape<2, 6>>(make<Tied<Cpu<double>>>(Seed{1}), 3) < tolerance);
    CHECK(laws<Tied, shape<2, 6>>(3, 1, 2) == Failures{});
}

TEST_CASE("samples of the input of a convolution and of its weights must fit", "[ops]") {
    const auto layer = make<Plain<Cpu<double>>>(Seed{1});
    Tape<Cpu<double>> tape;
    const auto numbers = random_values<shape<2, 5, 6>>(4, 2, Seed{1}).numbers;
    const auto x = tape.input<shape<2, 5, 6>>(numbers.data(), 2, 4);
    CHECK_THROWS_AS(forward(layer, tape, x, {.samples = 3}), ShapeError);
}

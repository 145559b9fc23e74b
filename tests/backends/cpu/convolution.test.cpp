// SPDX-License-Identifier: BSD-3-Clause
// Convolutions against loops over the drawn weights, in all the ways in which blocks of images and
// strips of large images end. Gradients of small layers are compared with differences in
// tests/ops/convolution.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"

#include <array>
#include <cmath>

using namespace blue;
using namespace blue::testing;

namespace {

using B = Cpu<double>;
using N = MeanFieldNormal;
using U = UniformPrior;

/// One sum with weights of its own for each output: d loss / d y[i] = weight(i).
double weight(std::size_t i) {
    return std::cos(0.1 * static_cast<double>(i));
}

struct WeightedSum {
    const std::vector<double>* weights;
    template <class Shape>
    auto log_prob(Var<B, Shape> y, int) const {
        return sum(y * y.tape->template input<Shape>(weights->data(), y.batch(), y.samples()));
    }
};

/// A convolution as it is defined, in numbers per axis (depth, height, width).
struct Definition {
    using Axes = std::array<Index, 3>;
    Index in, out, groups = 1;
    Axes extent{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, padding{0, 0, 0}, dilation{1, 1, 1};
    Axes result{1, 1, 1};
    PaddingMode mode = PaddingMode::zeros;
    bool transposed = false;

    /// The position of the wide side under position k of window o along an axis; -1 for none.
    Index under(std::size_t axis, Index o, Index k) const {
        const Index n = transposed ? result[axis] : extent[axis];
        const Index at = o * stride[axis] + k * dilation[axis] - padding[axis];
        if (at >= 0 && at < n) return at;
        switch (mode) {
            case PaddingMode::reflect:
                return at < 0 ? -at : 2 * n - 2 - at;
            case PaddingMode::replicate:
                return at < 0 ? 0 : n - 1;
            case PaddingMode::circular:
                return (at + n) % n;
            default:
                return -1;
        }
    }
    /// Calls f(input, output, weight) for each product of one image, with their indices.
    template <class F>
    void for_each_product(F f) const {
        const Axes& narrow = transposed ? extent : result;
        const Axes& wide = transposed ? result : extent;
        const Index wide_channels = (transposed ? out : in) / groups;
        const Index narrow_channels = (transposed ? in : out) / groups;
        for (Index n = 0; n < narrow_channels * groups; ++n)
            for (Index c = 0; c < wide_channels; ++c)
                for (Index o = 0; o < narrow[0] * narrow[1] * narrow[2]; ++o)
                    for (Index k = 0; k < kernel[0] * kernel[1] * kernel[2]; ++k) {
                        const Axes position{o / narrow[2] / narrow[1], o / narrow[2] % narrow[1],
                                            o % narrow[2]};
                        const Axes tap{k / kernel[2] / kernel[1], k / kernel[2] % kernel[1],
                                       k % kernel[2]};
                        Index at = n / narrow_channels * wide_channels + c;
                        bool inside = true;
                        for (std::size_t axis = 0; axis < 3; ++axis) {
                            const Index source = under(axis, position[axis], tap[axis]);
                            inside = inside && source >= 0;
                            at = at * wide[axis] + source;
                        }
                        const Index own = n * narrow[0] * narrow[1] * narrow[2] + o;
                        const Index w = (n * wide_channels + c) * kernel[0] * kernel[1] * kernel[2];
                        if (inside) f(transposed ? own : at, transposed ? at : own, w + k);
                    }
    }
};

/// Runs a layer with samples of its weights on inputs that are shared or not, and compares with
/// loops: outputs, the gradient of the input, and that of the means, which is the sum of the
/// weights' over samples.
template <class Layer, class Shape>
void compare(const Definition& d, Index samples, Index input_samples, Index batch,
             bool with_dx = true) {
    const Layer layer = make<Layer>(Seed{1});
    Tape<B> tape;
    std::vector<double> numbers;
    for (Index i = 0; i < input_samples * batch * Shape::size; ++i)
        numbers.push_back(std::sin(static_cast<double>(i)));
    const auto x = with_dx ? tape.template leaf<Shape>(numbers.data(), batch, input_samples)
                           : tape.template input<Shape>(numbers.data(), batch, input_samples);
    const auto result =
        forward<Scores::log_probs>(layer, tape, x, {.samples = samples, .seed = Seed{2}});
    const auto y = result.samples.to_host();
    const Index y_samples = result.samples.samples();
    std::vector<double> slopes(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) slopes[i] = weight(i);
    // The objective is -sum(slope y) / samples, without the divergence.
    backward(Elbo{WeightedSum{&slopes}, {.heat = 0}}(result, 0, DatasetSize{1}));

    using Result = typename decltype(result.samples)::shape;
    REQUIRE(Result::size == d.out * d.result[0] * d.result[1] * d.result[2]);
    const auto& w = tape.draws()[0];
    const bool has_bias = tape.draws().size() > 1;
    const auto& b = tape.draws()[has_bias ? 1 : 0];
    std::vector<double> expected_y(y.size()), dx(numbers.size()),
        dw(static_cast<std::size_t>(w.size)), db(static_cast<std::size_t>(d.out));
    const Index plane = Result::size / d.out;
    for (Index s = 0; s < y_samples; ++s) {
        const double* const weights = w.weights + (w.samples == 1 ? 0 : s) * w.weight_stride;
        const double* const bias = b.weights + (b.samples == 1 ? 0 : s) * b.weight_stride;
        for (Index image = 0; image < batch; ++image) {
            const Index first = (s * batch + image) * Result::size;
            const Index from = ((input_samples == 1 ? 0 : s) * batch + image) * Shape::size;
            for (Index o = 0; has_bias && o < Result::size; ++o) {
                expected_y[static_cast<std::size_t>(first + o)] = bias[o / plane];
                db[static_cast<std::size_t>(o / plane)] -=
                    slopes[static_cast<std::size_t>(first + o)];
            }
            d.for_each_product([&](Index input, Index output, Index k) {
                const auto at = static_cast<std::size_t>(first + output);
                const auto in = static_cast<std::size_t>(from + input);
                expected_y[at] += weights[k] * numbers[in];
                dx[in] -= slopes[at] * weights[k];
                dw[static_cast<std::size_t>(k)] -= slopes[at] * numbers[in];
            });
        }
    }
    // Sums of up to some thousand products in another order.
    using blue::testing::detail::relative_gap;
    CHECK(relative_gap(y, expected_y) < 1e-12);
    if (with_dx) CHECK(relative_gap(tape.gradient_of(x.node), dx) < 1e-12);
    CHECK(relative_gap({w.gradient, w.gradient + w.size}, dw) < 1e-12);
    if (has_bias) CHECK(relative_gap({b.gradient, b.gradient + b.size}, db) < 1e-12);
}

template <class Q, class... Options>
using Conv = Conv2d<3, 4, kernel<3, 2>, Options..., Q, U, B>;
constexpr Definition plain{
    .in = 3, .out = 4, .extent = {1, 6, 7}, .kernel = {1, 3, 2}, .result = {1, 4, 6}};

}  // namespace

TEST_CASE("batches of all sizes", "[cpu]") {
    // 4 to 16 images lie side by side; a smaller batch is cut into strips.
    for (Index batch : {1, 2, 3, 5, 16, 21}) {
        compare<Conv<N>, shape<3, 6, 7>>(plain, 2, 1, batch);
        compare<Conv<N>, shape<3, 6, 7>>(plain, 2, 2, batch);
        compare<Conv<N>, shape<3, 6, 7>>(plain, 2, 1, batch, false);
    }
}

TEST_CASE("one draw for all samples", "[cpu]") {
    compare<Conv<NonBayesian>, shape<3, 6, 7>>(plain, 3, 3, 5);
    compare<Conv<NonBayesian>, shape<3, 6, 7>>(plain, 3, 1, 5);
    compare<Conv<per_variable<N, NonBayesian>>, shape<3, 6, 7>>(plain, 3, 1, 5);
    compare<Conv<per_variable<NonBayesian, N>>, shape<3, 6, 7>>(plain, 3, 1, 5);
    compare<Conv<per_variable<NonBayesian, N>>, shape<3, 6, 7>>(plain, 3, 3, 5);
    compare<Conv<N>, shape<3, 6, 7>>(plain, 1, 4, 5);  // one sample of weights, four of the input
    compare<Conv2d<3, 4, kernel<3, 2>, without_bias, N, U, B>, shape<3, 6, 7>>(plain, 2, 1, 5);
}

TEST_CASE("all options", "[cpu]") {
    Definition d{.in = 4,
                 .out = 6,
                 .groups = 2,
                 .extent = {1, 7, 6},
                 .kernel = {1, 3, 2},
                 .stride = {1, 2, 1},
                 .padding = {0, 1, 2},
                 .dilation = {1, 1, 2},
                 .result = {1, 4, 8}};
    const auto run = [&]<class... Mode>(PaddingMode mode, Mode...) {
        d.mode = mode;
        using Layer = Conv2d<4, 6, kernel<3, 2>, groups<2>, stride<2, 1>, dilation<1, 2>,
                             padding<1, 2>, Mode..., N, U, B>;
        for (Index batch : {1, 2, 40})
            compare<Layer, shape<4, 7, 6>>(d, 2, batch == 2 ? 2 : 1, batch);
    };
    run(PaddingMode::zeros);
    run(PaddingMode::reflect, reflect_padding{});
    run(PaddingMode::replicate, replicate_padding{});
    run(PaddingMode::circular, circular_padding{});
}

TEST_CASE("one and three axes", "[cpu]") {
    // An even kernel with "same" has the larger half of its padding behind.
    const Definition line{.in = 2,
                          .out = 7,
                          .extent = {1, 1, 37},
                          .kernel = {1, 1, 4},
                          .padding = {0, 0, 4},
                          .dilation = {1, 1, 3},
                          .result = {1, 1, 37}};
    using Line = Conv1d<2, 7, kernel<4>, dilation<3>, same_padding, N, U, B>;
    const Definition ring{.in = 2,
                          .out = 2,
                          .groups = 2,
                          .extent = {1, 1, 9},
                          .kernel = {1, 1, 3},
                          .stride = {1, 1, 3},
                          .padding = {0, 0, 1},
                          .result = {1, 1, 3},
                          .mode = PaddingMode::circular};
    using Ring =
        Conv1d<2, 2, kernel<3>, stride<3>, padding<1>, groups<2>, circular_padding, N, U, B>;
    const Definition block{.in = 2,
                           .out = 3,
                           .extent = {4, 5, 4},
                           .kernel = {2, 3, 2},
                           .stride = {1, 2, 1},
                           .padding = {1, 0, 2},
                           .dilation = {1, 1, 2},
                           .result = {5, 2, 6}};
    using Block = Conv3d<2, 3, kernel<2, 3, 2>, stride<1, 2, 1>, padding<1, 0, 2>,
                         dilation<1, 1, 2>, N, U, B>;
    for (Index batch : {1, 3, 17}) {
        compare<Line, shape<2, 37>>(line, 2, 1, batch);
        compare<Ring, shape<2, 9>>(ring, 2, 2, batch);
        compare<Block, shape<2, 4, 5, 4>>(block, 2, 1, batch);
    }
}

TEST_CASE("transposed convolutions", "[cpu]") {
    const Definition d{.in = 4,
                       .out = 6,
                       .groups = 2,
                       .extent = {1, 4, 3},
                       .kernel = {1, 3, 2},
                       .stride = {1, 2, 3},
                       .padding = {0, 1, 0},
                       .dilation = {1, 1, 2},
                       .result = {1, 8, 10},
                       .transposed = true};
    using Layer = ConvTranspose2d<4, 6, kernel<3, 2>, groups<2>, stride<2, 3>, padding<1, 0>,
                                  dilation<1, 2>, output_padding<1>, N, U, B>;
    using Shared = ConvTranspose2d<4, 6, kernel<3, 2>, groups<2>, stride<2, 3>, padding<1, 0>,
                                   dilation<1, 2>, output_padding<1>, NonBayesian, U, B>;
    for (Index batch : {1, 3, 17}) {
        compare<Layer, shape<4, 4, 3>>(d, 2, 1, batch);
        compare<Layer, shape<4, 4, 3>>(d, 2, 2, batch);
        compare<Shared, shape<4, 4, 3>>(d, 2, 2, batch);
    }
    const Definition line{.in = 3,
                          .out = 2,
                          .extent = {1, 1, 11},
                          .kernel = {1, 1, 5},
                          .stride = {1, 1, 2},
                          .result = {1, 1, 25},
                          .transposed = true};
    using Line = ConvTranspose1d<3, 2, kernel<5>, stride<2>, without_bias, N, U, B>;
    compare<Line, shape<3, 11>>(line, 2, 1, 2);
    const Definition block{.in = 2,
                           .out = 3,
                           .extent = {3, 2, 2},
                           .kernel = {2, 2, 2},
                           .stride = {2, 1, 1},
                           .result = {6, 3, 3},
                           .transposed = true};
    using Block = ConvTranspose3d<2, 3, kernel<2>, stride<2, 1, 1>, N, U, B>;
    compare<Block, shape<2, 3, 2, 2>>(block, 2, 1, 3);
}

TEST_CASE("images that are larger than the cache", "[cpu]") {
    // Strips come one after the other, and their windows overlap.
    const Definition d{.in = 8,
                       .out = 9,
                       .extent = {1, 50, 40},
                       .kernel = {1, 5, 3},
                       .stride = {1, 2, 1},
                       .padding = {0, 2, 1},
                       .result = {1, 25, 40}};
    using Layer = Conv2d<8, 9, kernel<5, 3>, stride<2, 1>, padding<2, 1>, N, U, B>;
    compare<Layer, shape<8, 50, 40>>(d, 2, 1, 3);
    compare<Layer, shape<8, 50, 40>>(d, 1, 1, 17);
    const Definition t{.in = 9,
                       .out = 8,
                       .extent = {1, 25, 40},
                       .kernel = {1, 5, 3},
                       .stride = {1, 2, 1},
                       .padding = {0, 2, 1},
                       .result = {1, 50, 40},
                       .transposed = true};
    using Transposed = ConvTranspose2d<9, 8, kernel<5, 3>, stride<2, 1>, padding<2, 1>,
                                       output_padding<1, 0>, N, U, B>;
    compare<Transposed, shape<9, 25, 40>>(t, 2, 2, 17);
}

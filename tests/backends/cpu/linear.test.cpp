// SPDX-License-Identifier: BSD-3-Clause
// The linear map across the borders of its blocks, against loops over the drawn weights. Gradients
// of small maps are compared with differences in tests/ops/linear.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace blue;
using namespace blue::testing;

namespace {

using B = Cpu<double>;

/// One sum with weights of its own for each output: d loss / d y[i] = slopes[i].
std::vector<double> slopes_of(std::size_t outputs) {
    std::vector<double> slopes;
    for (std::size_t i = 0; i < outputs; ++i)
        slopes.push_back(std::cos(0.1 * static_cast<double>(i)));
    return slopes;
}
std::vector<double> inputs_of(Index size) {
    std::vector<double> inputs;
    for (Index i = 0; i < size; ++i) inputs.push_back(std::sin(static_cast<double>(i)));
    return inputs;
}

struct WeightedSum {
    const std::vector<double>* weights;
    template <class Shape>
    auto log_prob(Var<B, Shape> y, int) const {
        return sum(y * y.tape->template input<Shape>(weights->data(), y.batch(), y.samples()));
    }
};

/// Runs a layer with samples of its weights on inputs that are shared or not, and compares with
/// loops: outputs, the gradient of the input, and that of the means, which is the sum of the
/// weights' over samples.
template <Index In, Index Out, class Q>
void compare(Index samples, Index input_samples, Index rows) {
    using Layer = Linear<In, Out, Q, UniformPrior, B>;
    const Layer layer = make<Layer>(Seed{1});
    Tape<B> tape;
    const std::vector<double> numbers = inputs_of(input_samples * rows * In);
    const auto x = tape.template leaf<shape<In>>(numbers.data(), rows, input_samples);
    const auto result =
        forward<Scores::log_probs>(layer, tape, x, {.samples = samples, .seed = Seed{2}});
    const auto y = result.samples.to_host();
    const Index y_samples = result.samples.samples();
    const std::vector<double> slopes = slopes_of(y.size());
    // The objective is -sum(slope y) / samples, without the divergence.
    backward(Elbo{WeightedSum{&slopes}, {.heat = 0}}(result, 0, DatasetSize{1}));

    const auto& w = tape.draws()[0];
    const auto& b = tape.draws()[1];
    std::vector<double> expected_y(y.size()), dx(numbers.size()),
        dw(static_cast<std::size_t>(In * Out)), db(static_cast<std::size_t>(Out));
    for (Index s = 0; s < y_samples; ++s) {
        const double* const weights = w.weights + (w.samples == 1 ? 0 : s) * w.weight_stride;
        const double* const bias = b.weights + (b.samples == 1 ? 0 : s) * b.weight_stride;
        for (Index r = 0; r < rows; ++r)
            for (Index o = 0; o < Out; ++o) {
                const auto at = static_cast<std::size_t>((s * rows + r) * Out + o);
                const double dy = -slopes[at];
                const Index in = ((input_samples == 1 ? 0 : s) * rows + r) * In;
                double sum = bias[o];
                for (Index i = 0; i < In; ++i) {
                    sum += numbers[static_cast<std::size_t>(in + i)] * weights[o * In + i];
                    dx[static_cast<std::size_t>(in + i)] += dy * weights[o * In + i];
                    dw[static_cast<std::size_t>(o * In + i)] +=
                        dy * numbers[static_cast<std::size_t>(in + i)];
                }
                db[static_cast<std::size_t>(o)] += dy;
                expected_y[at] = sum;
            }
    }
    // Sums of up to some thousand products in another order.
    using blue::testing::detail::relative_gap;
    CHECK(relative_gap(y, expected_y) < 1e-12);
    CHECK(relative_gap(tape.gradient_of(x.node), dx) < 1e-12);
    CHECK(relative_gap({w.gradient, w.gradient + w.size}, dw) < 1e-12);
    CHECK(relative_gap({b.gradient, b.gradient + b.size}, db) < 1e-12);
}

/// A linear layer and what follows, as one operation or as two.
template <Index In, Index Out, class Q, bool Together>
struct Activated
    : Module<Activated<In, Out, Q, Together>,
             variables<variable<"weight", Out, In>, variable<"bias", Out>>, Q, UniformPrior, B> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        if constexpr (Together)
            return linear_relu(x, w, b);
        else
            return relu(linear(x, w, b));
    }
};

/// Outputs and all gradients of a pass through it.
template <class Layer, Index In>
std::vector<std::vector<double>> numbers_of(Index samples, Index input_samples, Index rows,
                                            bool keep) {
    const Layer layer = make<Layer>(Seed{1});
    Tape<B> tape;
    const std::vector<double> numbers = inputs_of(input_samples * rows * In);
    const auto x = tape.template leaf<shape<In>>(numbers.data(), rows, input_samples);
    const auto result =
        forward<Scores::log_probs>(layer, tape, x, {.samples = samples, .seed = Seed{2}});
    if (keep) tape.keep_gradient(result.samples);
    const auto y = result.samples.to_host();
    const std::vector<double> slopes = slopes_of(y.size());
    backward(Elbo{WeightedSum{&slopes}, {.heat = 0}}(result, 0, DatasetSize{1}));
    const auto& w = tape.draws()[0];
    const auto& b = tape.draws()[1];
    std::vector<std::vector<double>> all{y,
                                         tape.gradient_of(x.node),
                                         {w.gradient, w.gradient + w.size},
                                         {b.gradient, b.gradient + b.size}};
    if (keep) all.push_back(tape.gradient_of(result.samples.node));
    return all;
}

/// Whether both give the same bits.
template <Index In, Index Out, class Q>
void compare_activated(Index samples, Index input_samples, Index rows) {
    for (bool keep : {false, true}) {
        const auto together =
            numbers_of<Activated<In, Out, Q, true>, In>(samples, input_samples, rows, keep);
        CHECK(together ==
              numbers_of<Activated<In, Out, Q, false>, In>(samples, input_samples, rows, keep));
        // Neither all of the outputs nor none are cut off.
        CHECK(std::count(together[0].begin(), together[0].end(), 0.0) > 0);
        CHECK(*std::max_element(together[0].begin(), together[0].end()) > 0);
    }
}

/// Whether each sample has the prior log prob of its own weights, under the
/// standard normal.
template <Index In, Index Out>
void compare_log_probs(Index rows) {
    const auto layer = make<Linear<In, Out, MeanFieldNormal, MeanFieldNormal, B>>(Seed{1});
    Tape<B> tape;
    const std::vector<double> numbers = inputs_of(rows * In);
    const auto x = tape.template input<shape<In>>(numbers.data(), rows);
    const auto result = forward<Scores::log_probs>(layer, tape, x, {.samples = 3, .seed = Seed{2}});
    const auto prior = result.log_probs.total().prior;
    const double variance = 1 + 1e-10;  // with the eps of the distribution
    REQUIRE(prior.size() == 3);
    for (Index s = 0; s < 3; ++s) {
        double expected = 0;
        for (const auto& draw : tape.draws())
            for (Index e = 0; e < draw.size; ++e) {
                const double w = draw.weights[s * draw.weight_stride + e];
                expected -=
                    0.5 * (w * w / variance + std::log(2 * 3.14159265358979323846 * variance));
            }
        // Sums of up to 60,200 terms in another order.
        CHECK(prior[static_cast<std::size_t>(s)] == Approx(expected).epsilon(1e-12));
    }
}

}  // namespace

TEST_CASE("each sample has the log prob of its weights, in whatever order they are drawn",
          "[cpu]") {
    compare_log_probs<300, 200>(2);  // more weights than values: by parts of the weights
    compare_log_probs<20, 300>(65);  // by samples
}

TEST_CASE("a linear map with its ReLU gives the numbers of both, to the last bit", "[cpu]") {
    compare_activated<300, 200, MeanFieldNormal>(3, 1, 7);
    compare_activated<20, 140, MeanFieldNormal>(3, 3, 65);  // more values than weights
    compare_activated<257, 129, MeanFieldNormal>(2, 1, 1);
    compare_activated<300, 200, NonBayesian>(3, 3, 7);
    compare_activated<300, 200, per_variable<MeanFieldNormal, NonBayesian>>(3, 1, 7);
    compare_activated<300, 200, MeanFieldNormal>(1, 4, 7);
}

TEST_CASE("linear maps across the borders of blocks", "[cpu]") {
    // Units have at most 128 outputs, and 256 inputs in the gradient of the input.
    compare<300, 200, MeanFieldNormal>(3, 1, 7);
    compare<256, 128, MeanFieldNormal>(2, 2, 5);
    compare<257, 129, MeanFieldNormal>(2, 1, 1);
    compare<1, 1, MeanFieldNormal>(3, 1, 4);
}

TEST_CASE("linear maps with one draw for all samples", "[cpu]") {
    compare<300, 200, NonBayesian>(3, 3, 7);
    compare<300, 200, NonBayesian>(3, 1, 7);
    compare<300, 200, per_variable<MeanFieldNormal, NonBayesian>>(3, 1, 7);
    compare<300, 200, per_variable<NonBayesian, MeanFieldNormal>>(3, 1, 7);
    compare<300, 200, MeanFieldNormal>(1, 4, 7);  // one sample of weights, four of the input
}

TEST_CASE("weights that nobody draws have the sum of the gradients of all their products",
          "[cpu]") {
    constexpr Index in = 20, out = 40, rows = 3, samples = 2;
    const std::vector<double> weights = inputs_of(in * out),
                              numbers = inputs_of(samples * rows * in),
                              others = slopes_of(numbers.size());
    Tape<B> tape;
    Draw<B>* const fixed =
        blue::detail::fixed_weights(tape, const_cast<double*>(weights.data()), in * out, in * out);
    const auto product = [&](const std::vector<double>& x) {
        const auto leaf = tape.leaf<shape<in>>(x.data(), rows, samples);
        return Var<B, shape<out>>{
            &tape, blue::detail::linear<B>(tape, leaf.node, fixed, nullptr, in, out)};
    };
    const auto first = product(numbers), second = product(others);
    tape.backward(sum(first) + sum(second));
    std::vector<double> expected(static_cast<std::size_t>(in * out));
    for (std::size_t e = 0; e < expected.size(); ++e)
        for (std::size_t row = 0; row < samples * rows; ++row)
            expected[e] += numbers[row * in + e % in] + others[row * in + e % in];
    CHECK(blue::testing::detail::relative_gap({fixed->gradient, fixed->gradient + fixed->size},
                                              expected) < 1e-14);
}

// SPDX-License-Identifier: BSD-3-Clause
// The linear map with random weights, in all the ways in which weights can be drawn and used.
// Products of large matrices are compared with loops in tests/backends/cpu/linear.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>
#include <blue/testing/operation_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using U = UniformPrior;
template <class Q = N, class P = N>
using Plain = Linear<3, 4, Q, P, Cpu<double>>;

/// A module with the variables of a linear layer and a forward function of its own.
template <class Self, class Q = N, class P = N, class B = Cpu<double>>
using Custom = Module<Self, variables<variable<"weight", 4, 3>, variable<"bias", 4>>, Q, P, B>;

/// The same weights twice, both inside the product.
struct Tied : Custom<Tied> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        return tanh(linear(x, w, b)) * linear(0.5 * x, w);
    }
};
/// With a ReLU in the same operation.
template <class Q>
struct Activated : Custom<Activated<Q>, Q> {
    auto forward(auto& pass, auto x) const {
        return linear_relu(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
};
/// The product comes first and draws; another operation then reads the weights.
template <class Q>
struct ProductFirst : Custom<ProductFirst<Q>, Q> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        const auto y = linear(x, w, b);
        return y * sum(square(as_var(w))) + as_var(b);
    }
};
/// An elementwise operation draws; the product then reads the weights.
template <class Q>
struct ElementwiseFirst : Custom<ElementwiseFirst<Q>, Q> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        const auto scale = sum(square(w));  // a drawn variable as an argument of an operation
        return linear(x, w, b) * scale + b;
    }
};
/// The product is there, but nothing uses it: only the divergence has a gradient.
struct Unused : Custom<Unused> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        linear(x, w, b);
        return 2 * tanh(linear(x, w));
    }
};

const std::vector<double> inputs = random_values<shape<3>>(4, 5, Seed{9}).numbers;

/// A loss with all terms: a weighted sum of the outputs, and the divergence.
struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

/// The largest error of a parameter gradient, over both ways to get the divergence.
template <class M>
double parameter_error(M model, Index samples, Index input_samples = 1) {
    const auto error = [&]<Scores Wanted>(std::integral_constant<Scores, Wanted>) {
        return parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       const auto x =
                           tape.template input<shape<3>>(inputs.data(), 5, input_samples);
                       const auto result =
                           forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{4}});
                       return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
                   })
            .error;
    };
    return std::fmax(error(std::integral_constant<Scores, Scores::log_probs>{}),
                     error(std::integral_constant<Scores, Scores::divergence>{}));
}

/// The error of the gradient of the input.
template <class M>
double input_error(const M& model, Index samples, Index input_samples) {
    Values<shape<3>> x{input_samples, 5, {inputs.begin(), inputs.begin() + input_samples * 5 * 3}};
    return gradient_check(
               [&](auto a) {
                   return forward<Scores::none>(model, *a.tape, a,
                                                {.samples = samples, .seed = Seed{4}})
                       .samples;
               },
               x)
        .error;
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("gradients of a linear layer's parameters", "[ops]") {
    CHECK(parameter_error(make<Plain<>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<Plain<>>(Seed{1}), 1) < tolerance);
    CHECK(parameter_error(make<Plain<>>(Seed{1}), 4, 4) < tolerance);  // sampled input
    CHECK(parameter_error(make<Linear<3, 4, without_bias, N, N, Cpu<double>>>(Seed{1}), 4) <
          tolerance);
}

TEST_CASE("gradients of a linear map with its ReLU", "[ops]") {
    // No output is near enough to the kink for the differences to cross it.
    CHECK(parameter_error(make<Activated<N>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<Activated<N>>(Seed{1}), 4, 4) < tolerance);
    CHECK(parameter_error(make<Activated<NonBayesian>>(Seed{1}), 4, 4) < tolerance);
    CHECK(input_error(make<Activated<N>>(Seed{1}), 4, 4) < tolerance);
    // Estimators that draw no weights: the ReLU is an operation of its own.
    CHECK(input_error(make<Activated<LocalReparameterization<N>>>(Seed{1}), 4, 4) < tolerance);
    CHECK(input_error(make<Activated<Flipout<N>>>(Seed{1}), 4, 4) < tolerance);
}

TEST_CASE("gradients of other distributions' parameters", "[ops]") {
    CHECK(parameter_error(make<Plain<SinhArcsinh, N>>(Seed{1}), 3) < tolerance);
    CHECK(parameter_error(
              make<Plain<N, BasicQuietPrior>>(Seed{1}, prior(BasicQuietPrior{.eps = 0.1})), 3) <
          tolerance);
}

TEST_CASE("gradients where point estimates stand beside random variables", "[ops]") {
    CHECK(parameter_error(make<Plain<NonBayesian, N>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<Plain<NonBayesian, N>>(Seed{1}), 4, 4) < tolerance);
    CHECK(parameter_error(make<Plain<per_variable<NonBayesian, N>, U>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<Plain<per_variable<N, NonBayesian>, U>>(Seed{1}), 4) < tolerance);
}

TEST_CASE("gradients of the input", "[ops]") {
    CHECK(input_error(make<Plain<>>(Seed{1}), 4, 1) < tolerance);
    CHECK(input_error(make<Plain<>>(Seed{1}), 4, 4) < tolerance);
    CHECK(input_error(make<Plain<>>(Seed{1}), 1, 1) < tolerance);
    CHECK(input_error(make<Plain<NonBayesian, N>>(Seed{1}), 4, 4) < tolerance);
    CHECK(input_error(make<Plain<per_variable<NonBayesian, N>, U>>(Seed{1}), 4, 1) < tolerance);
    CHECK(input_error(make<Tied>(Seed{1}), 4, 1) < tolerance);
}

TEST_CASE("gradients of weights with several uses", "[ops]") {
    CHECK(parameter_error(make<Tied>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<ProductFirst<N>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<ElementwiseFirst<N>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<ProductFirst<SinhArcsinh>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<ElementwiseFirst<NonBayesian>>(Seed{1}), 4) < tolerance);
    CHECK(parameter_error(make<Unused>(Seed{1}), 4) < tolerance);
}

TEST_CASE("the order of first uses does not change draws and log probs", "[ops]") {
    // Both models have the same variables, so the same keys and the same noise.
    const auto run = [](const auto& model) {
        Tape<Cpu<double>> tape;
        const auto x = tape.template input<shape<3>>(inputs.data(), 5);
        const auto result = forward(model, tape, x, {.samples = 3, .seed = Seed{2}});
        return std::tuple{result.log_probs.total().prior, result.log_probs.total().variational,
                          result.samples.to_host()};
    };
    const auto [prior1, variational1, y1] = run(make<ProductFirst<N>>(Seed{1}));
    const auto [prior2, variational2, y2] = run(make<ElementwiseFirst<N>>(Seed{1}));
    for (std::size_t s = 0; s < 3; ++s) {  // sums in another order
        CHECK(prior1[s] == Approx(prior2[s]).epsilon(1e-13));
        CHECK(variational1[s] == Approx(variational2[s]).epsilon(1e-13));
    }
    CHECK(blue::testing::detail::relative_gap(y1, y2) < 1e-13);
}

TEST_CASE("float and double agree", "[ops]") {
    const auto run = []<class T>(T) {
        using B = Cpu<T>;
        using Net = Sequential<Linear<3, 40, N, N, B>, ReLU, Linear<40, 5, SinhArcsinh, N, B>>;
        const Net net{Seed{1}};
        Tape<B> tape;
        const std::vector<T> x(inputs.begin(), inputs.end());
        const auto result = forward(net, tape, tape.template input<shape<3>>(x.data(), 5),
                                    {.samples = 3, .seed = Seed{2}});
        backward(Elbo{WeightedSum{}}(result, 0, DatasetSize{3}));
        blue::testing::detail::Outcome outcome;
        for (T number : result.samples.to_host())
            outcome.output.push_back(static_cast<double>(number));
        for (const auto& draw : tape.draws())
            outcome.gradients.emplace_back(draw.gradient, draw.gradient + draw.size);
        return outcome;
    };
    // Parameters, noise and products are rounded to 6e-8; ReLU may pass a number that is nearly 0.
    CHECK(blue::testing::detail::relative_gap(run(float{}), run(double{})) < 1e-5);
}

TEST_CASE("samples of the input and of the weights must fit", "[ops]") {
    const auto layer = make<Plain<>>(Seed{1});
    Tape<Cpu<double>> tape;
    const auto x = tape.input<shape<3>>(inputs.data(), 5, 4);
    CHECK_THROWS_AS(forward(layer, tape, x, {.samples = 3}), ShapeError);
}

TEST_CASE("a layer works on the last axis of longer items", "[ops]") {
    const auto layer = make<Plain<>>(Seed{1});
    Tape<Cpu<double>> tape;
    const auto long_items =
        forward(layer, tape, tape.input<shape<5, 3>>(inputs.data(), 4), {.samples = 2}).samples;
    CHECK(std::is_same_v<decltype(long_items)::shape, shape<5, 4>>);
    const auto numbers = long_items.to_host();
    const auto rows = forward(layer, tape, tape.input<shape<3>>(inputs.data(), 20), {.samples = 2});
    CHECK(rows.samples.to_host() == numbers);
}

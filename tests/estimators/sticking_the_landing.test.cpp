// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;

/// The weights alone: three of them, and an input that is never used.
template <class Q, class P = N>
struct Weights : Module<Weights<Q, P>, variables<variable<"weight", 1, 3>>, Q, P, B> {
    using Weights::Module::Module;
    using input_shape = shape<3>;
    auto forward(auto& pass, auto x) const { return linear(x, pass.sample(*this, "weight"_v)); }
};

struct NoData {
    auto log_prob(auto y, int) const { return 0 * y; }
};

/// The gradient of the Monte Carlo divergence of one pass, all parameters.
template <class M>
std::vector<double> divergence_gradient(const M& model, Index samples, std::uint64_t pass) {
    const double x[] = {1, 2, 3};
    Tape<B> tape;
    const auto result =
        forward<Scores::log_probs>(model, tape, tape.template input<shape<3>>(x, 1),
                                   {.samples = samples, .seed = Seed{3}, .pass = pass});
    backward(Elbo{NoData{}}(result, 0, DatasetSize{1}));
    const Draw<B>& draw = tape.draws()[0];
    std::vector<double> gradient;
    for (int k = 0; k < draw.kernels->parameters; ++k)
        gradient.insert(gradient.end(), draw.gradient + k * draw.stride,
                        draw.gradient + k * draw.stride + draw.size);
    return gradient;
}

/// log q of the weights of some samples at fixed parameters minus log p, in the mean.
template <class Q, class P>
double mean_log_ratio(const Q& q, const P& p, const std::vector<double>& weights,
                      const std::vector<double>& stored, Index samples) {
    using S = math::Number<double>;
    using F = blue::detail::Formula<Q, P, S>;
    double total = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        typename F::Parameters theta;
        for (int k = 0; k < F::count; ++k) {
            const double value =
                natural_value(Q::parameters::transforms[static_cast<std::size_t>(k)],
                              stored[static_cast<std::size_t>(k) * 3 + i % 3]);
            theta[k] = {S(value), S(std::log(std::abs(value))), S(1 / value)};
        }
        const blue::detail::Argument<S> w{S(weights[i])};
        total += F::template log_prob<0>(q, w, theta).value[0] -
                 F::template prior_log_prob<0>(typename F::PreparedPrior(p), w, theta).value[0];
    }
    return total / static_cast<double>(samples);
}

/// The largest error of the gradient without the score: compared with differences of the log ratio,
/// in which the weights move with the parameters, and the density stays where it was.
template <class Q, class P>
double path_error(const Q& q, const P& p) {
    constexpr Index samples = 3;
    using M = Weights<StickingTheLanding<Q>, P>;
    M model(StickingTheLanding<Q>{q}, p);
    initialise(model, Seed{1});
    auto& state = model.template state<"weight">();
    const auto gradient = divergence_gradient(model, samples, 0);
    const auto stored = parameter_values(model);
    double error = 0;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        double& number = state.parameter(static_cast<int>(i / 3))[i % 3];
        const auto moved = [&](double by) {
            number = stored[i] + by;
            const double x[] = {1, 2, 3};
            Tape<B> tape;
            forward<Scores::log_probs>(model, tape, tape.template input<shape<3>>(x, 1),
                                       {.samples = samples, .seed = Seed{3}});
            std::vector<double> weights;
            for (Index s = 0; s < samples; ++s)
                for (Index e = 0; e < 3; ++e)
                    weights.push_back(
                        tape.draws()[0].weights[s * tape.draws()[0].weight_stride + e]);
            return mean_log_ratio(q, p, weights, stored, samples);
        };
        const double difference = blue::testing::detail::central_difference(moved, 1e-3);
        number = stored[i];
        error = std::fmax(error,
                          std::abs(difference - gradient[i]) / std::fmax(1, std::abs(gradient[i])));
    }
    return error;
}

/// Means of the gradients of many passes minus `expected`, in standard errors: the largest.
template <class M>
double largest_deviation(const M& model, const std::vector<double>& expected) {
    constexpr std::uint64_t passes = 4000;
    std::vector<double> sum(expected.size()), squares(expected.size());
    for (std::uint64_t pass = 0; pass < passes; ++pass) {
        const auto gradient = divergence_gradient(model, 1, pass);
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += gradient[i] - expected[i];
            squares[i] += std::pow(gradient[i] - expected[i], 2);
        }
    }
    double largest = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        const double mean = sum[i] / passes, variance = squares[i] / passes - mean * mean;
        largest = std::fmax(largest, std::abs(mean) / std::sqrt(variance / passes));
    }
    return largest;
}

}  // namespace

TEST_CASE("the gradient is that of the weight's path alone", "[estimators]") {
    // Fourth-order differences: 1e-10, times the size of higher derivatives.
    CHECK(path_error(N{}, N{.mean = 0.3, .std = 0.7}) < 1e-8);
    CHECK(path_error(N{.eps = 0.1}, N{}) < 1e-8);  // a variance floor that shows
    CHECK(path_error(SoftplusScale<N>{}, MeanFieldStudentT{}) < 1e-8);
    CHECK(path_error(MeanFieldStudentT{}, N{}) < 1e-8);
    // The general sweeps.
    CHECK(path_error(SinhArcsinh{}, N{}) < 1e-8);
    CHECK(path_error(MeanFieldLogNormal{}, MeanFieldLogNormal{}) < 1e-8);
}

TEST_CASE("without the score the gradient is unbiased", "[estimators]") {
    // The closed form for normals, with a derivative for each of 3 means and log stds.
    const N prior{.mean = 0.3, .std = 0.7};
    using M = Weights<StickingTheLanding<N>>;
    const auto model = make<M>(Seed{1}, blue::prior(prior));
    const auto stored = parameter_values(model);
    std::vector<double> expected;
    for (std::size_t i = 0; i < 3; ++i)
        expected.push_back((stored[i] - prior.mean) / (prior.std * prior.std));
    for (std::size_t i = 3; i < 6; ++i)
        expected.push_back(std::exp(2 * stored[i]) / (prior.std * prior.std) - 1);
    // 6 numbers, two tails each: a correct program fails with probability 6 * 2e-6.
    CHECK(largest_deviation(model, expected) < 4.75);
}

TEST_CASE("the gradient vanishes in every sample where q is the posterior", "[estimators]") {
    // Orthogonal features, so the posterior has independent weights.
    const double x[] = {1, 1, 0, 1, -1, 0, 0, 0, 2}, y[] = {0.5, -1, 2};
    constexpr double noise = 0.5, prior_std = 1.5;
    using Regression = Linear<3, 1, without_bias, StickingTheLanding<N>, N, B>;
    using Plain = Linear<3, 1, without_bias, N, N, B>;
    const auto spread = [&](auto model) {
        auto& state = model.template state<"weight">();
        for (std::size_t i = 0; i < 3; ++i) {
            double precision = 1 / (prior_std * prior_std), pull = 0;
            for (std::size_t row = 0; row < 3; ++row) {
                precision += x[3 * row + i] * x[3 * row + i] / (noise * noise);
                pull += x[3 * row + i] * y[row] / (noise * noise);
            }
            state.parameter(0)[i] = pull / precision;
            state.parameter(1)[i] = -std::log(precision) / 2;
        }
        state.prior.std = prior_std;
        state.prior.eps = state.distribution.eps = 0;  // the exact posterior
        double largest = 0;
        for (std::uint64_t pass = 0; pass < 20; ++pass) {
            Tape<B> tape;
            const auto result =
                forward<Scores::log_probs>(model, tape, tape.template input<shape<3>>(x, 3),
                                           {.samples = 1, .seed = Seed{3}, .pass = pass});
            const auto target = tape.template input<shape<1>>(y, 3);
            backward(Elbo{Gaussian{noise}}(result, target, DatasetSize{3}));
            const Draw<B>& draw = tape.draws()[0];
            for (int k = 0; k < 2; ++k)
                for (Index e = 0; e < 3; ++e)
                    largest = std::fmax(largest, std::abs(draw.gradient[k * draw.stride + e]));
        }
        return largest;
    };
    CHECK(spread(Regression{}) < 1e-13);  // rounding of terms up to about 50
    CHECK(spread(Plain{}) > 1);
}

TEST_CASE("log probs stay the same, and the divergence is always Monte Carlo", "[estimators]") {
    CHECK(has_closed_form_kl<N, N>);
    CHECK_FALSE(has_closed_form_kl<StickingTheLanding<N>, N>);
    CHECK_FALSE(has_closed_form_kl<StickingTheLanding<N>, UniformPrior>);
    const double x[] = {1, 2, 3};
    Tape<B> tape, plain_tape;
    const auto model = make<Weights<StickingTheLanding<N>>>(Seed{1});
    const auto plain = make<Weights<N>>(Seed{1});
    const auto with = forward<Scores::divergence>(model, tape, tape.template input<shape<3>>(x, 1),
                                                  {.samples = 2, .seed = Seed{3}});
    const auto without =
        forward<Scores::log_probs>(plain, plain_tape, plain_tape.template input<shape<3>>(x, 1),
                                   {.samples = 2, .seed = Seed{3}});
    CHECK(with.log_probs.total().prior == without.log_probs.total().prior);
    CHECK(with.log_probs.total().variational == without.log_probs.total().variational);
}

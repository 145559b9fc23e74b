// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "distributions/saturated.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// log p(y) for one output.
template <class T, class Likelihood>
double log_prob_of(const Likelihood& likelihood, double count, double output) {
    Tape<Cpu<T>> tape;
    const T y = static_cast<T>(count), x = static_cast<T>(output);
    return static_cast<double>(
        likelihood
            .log_prob(tape.template input<shape<1>>(&x, 1), tape.template input<shape<1>>(&y, 1))
            .value());
}

struct Reference {
    double count, output, log_prob;
};
// y x - e^x - log y! and lgamma(y + r) - lgamma(r) - log y! + r log(r / (r + m)) + y log(m / (r +
// m)) with r = 2, m = e^x, by mpmath 1.3 with 50 digits.
const Reference poisson[] = {{0, 0.5, -1.6487212707001282},      {1, -2, -2.135335283236613},
                             {3, 1.25, -1.5321024266898964},     {15, 2.5, -2.581765344544365},
                             {16, 2.5, -2.854354066784146},      {100, 4.5, -3.756506856085304},
                             {1e6, 13.8125, -12.353879266108349}};
const Reference negative_binomial[] = {
    {0, 0.5, -1.2024591777153957},  {1, -2, -2.1964294853587045},
    {3, 1.25, -1.9923648930268867}, {15, 2.5, -3.425259451289623},
    {40, 2.5, -6.284485716603472},  {1e6, 13.8125, -14.429226269386831}};

}  // namespace

TEST_CASE("likelihoods of counts keep the laws", "[distributions]") {
    const auto x = random_values<shape<3>>(4, 5, Seed{1});
    // The formulas are smooth in the count, too. From 16 on they are others.
    for (const auto& y : {random_values<shape<3>>(1, 5, Seed{2}, 1, 9),
                          random_values<shape<3>>(1, 5, Seed{2}, 17, 30)}) {
        CHECK(operation_laws([](auto a, auto b) { return Poisson{}.log_prob(a, b); }, x, y) ==
              Failures{});
        CHECK(operation_laws([](auto a, auto b) { return NegativeBinomial{0.5}.log_prob(a, b); }, x,
                             y) == Failures{});
    }
    CHECK(operation_laws([](auto a) { return Poisson{}.mean(a) * Poisson{}.variance(a); }, x) ==
          Failures{});
    CHECK(operation_laws([](auto a) { return NegativeBinomial{0.5}.variance(a); }, x) ==
          Failures{});
}

TEST_CASE("log probs of counts", "[distributions]") {
    for (const auto& [y, x, expected] : poisson) {
        // A few roundings of terms up to 100; the largest count leaves 1e6 eps of the distance.
        CHECK(log_prob_of<double>(Poisson{}, y, x) == Approx(expected).epsilon(1e-11));
        // In float the logarithm of a million is off by 5e-7: squared, times a million.
        CHECK(log_prob_of<float>(Poisson{}, y, x) == Approx(expected).margin(1e-2).epsilon(1e-5));
    }
    for (const auto& [y, x, expected] : negative_binomial) {
        const NegativeBinomial likelihood{.dispersion = 0.5};
        CHECK(log_prob_of<double>(likelihood, y, x) == Approx(expected).epsilon(1e-11));
        CHECK(log_prob_of<float>(likelihood, y, x) == Approx(expected).epsilon(1e-5));
    }
}

TEMPLATE_TEST_CASE("probabilities of counts add up to 1, with their mean and variance",
                   "[distributions]", Poisson, NegativeBinomial) {
    // What is left out beyond 3000 is below 1e-50 at these means.
    constexpr Index n = 3000;
    const TestType likelihood{};
    std::vector<double> y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<double>(i);
    for (double output : {-3.0, 0.0, 2.0}) {
        Tape<Cpu<double>> tape;
        const std::vector<double> outputs(n, output);
        const auto x = tape.input<shape<n>>(outputs.data(), 1);
        double total = 0, mean = 0, squares = 0;
        const auto log_prob = likelihood.log_prob(x, tape.input<shape<n>>(y.data(), 1)).to_host();
        for (std::size_t i = 0; i < n; ++i) {
            const double p = std::exp(log_prob[i]);
            total += p;
            mean += p * y[i];
            squares += p * y[i] * y[i];
        }
        CHECK(total == Approx(1).epsilon(1e-12));
        CHECK(mean == Approx(likelihood.mean(x).to_host()[0]).epsilon(1e-11));
        CHECK(squares - mean * mean == Approx(likelihood.variance(x).to_host()[0]).epsilon(1e-10));
    }
}

TEST_CASE("a small dispersion gives Poisson's distribution", "[distributions]") {
    // The difference is of the order of dispersion y^2.
    for (double y : {0.0, 3.0, 20.0})
        CHECK(log_prob_of<double>(NegativeBinomial{1e-9}, y, 1.5) ==
              Approx(log_prob_of<double>(Poisson{}, y, 1.5)).epsilon(1e-6));
}

TEMPLATE_TEST_CASE("extreme counts and outputs", "[distributions]", float, double) {
    using T = TestType;
    // mpmath as above.
    CHECK(log_prob_of<T>(Poisson{}, 1e6, 10) == Approx(-2837544.8504529763).epsilon(1e-6));
    CHECK(log_prob_of<T>(Poisson{}, 5, -1e4) == Approx(-50004.78749174278).epsilon(1e-6));
    CHECK(log_prob_of<T>(Poisson{}, 0, -1e4) == 0);
    const NegativeBinomial likelihood{.dispersion = 0.5};
    CHECK(log_prob_of<T>(likelihood, 7, 1e4) == Approx(-19996.5342640972).epsilon(1e-6));
    CHECK(log_prob_of<T>(likelihood, 7, -1e4) == Approx(-70002.77258872223).epsilon(1e-6));
    CHECK(log_prob_of<T>(likelihood, 0, 1e4) == Approx(-19998.61370563888).epsilon(1e-6));
    CHECK(log_prob_of<T>(likelihood, 0, -1e4) == 0);

    const std::vector<T> x{T(-1e4), T(1e4), T(-1e4), T(1e4), 3, 3}, y{0, 0, 7, 7, 1000000, 0};
    Tape<Cpu<T>> tape;
    const auto leaf = tape.template leaf<shape<6>>(x.data(), 1);
    const auto target = tape.template input<shape<6>>(y.data(), 1);
    tape.backward(sum(likelihood.log_prob(leaf, target)));
    for (T number : tape.gradient_of(leaf.node)) CHECK(std::isfinite(number));
    tape.reset();
    const std::vector<T> rates{T(-1e4), T(-1e4), 3, 3, 80, 80};
    const auto rate = tape.template leaf<shape<6>>(rates.data(), 1);
    tape.backward(sum(Poisson{}.log_prob(rate, tape.template input<shape<6>>(y.data(), 1))));
    for (T number : tape.gradient_of(rate.node)) CHECK(std::isfinite(number));
}

TEST_CASE("counts are whole and not negative", "[distributions]") {
    for (double y : {0.0, 1.0, 1e6}) CHECK((Poisson::supports(y) && NegativeBinomial::supports(y)));
    for (double y : {-1.0, 0.5, -0.5}) {
        CHECK_FALSE(Poisson::supports(y));
        CHECK_FALSE(NegativeBinomial::supports(y));
    }
    Saturated<1> model{Seed{1}};
    const auto data = two_groups(Array<float>({4, 1}, {0, 3, 2, -1}));
    const std::vector<double> before = parameter_values(model);
    CHECK_THROWS_AS(fit(model, Elbo{Poisson{}}, data), ValueError);
    CHECK(parameter_values(model) == before);
    CHECK_THROWS_AS(evaluate(model, NegativeBinomial{}, data), ValueError);
}

TEST_CASE("a dispersion that is not positive is an error", "[distributions]") {
    for (double dispersion : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(log_prob_of<double>(NegativeBinomial{dispersion}, 1, 1), ValueError);
}

TEMPLATE_TEST_CASE("training finds the mean count of each group", "[distributions]", Poisson,
                   NegativeBinomial) {
    const TestType likelihood{};
    const std::vector<float> counts{0, 7, 1, 5, 2, 4, 2, 12};  // groups 0, 1, 0, 1, ...
    const auto data = two_groups(Array<float>({8, 1}, counts));
    const auto model = trained<1>(likelihood, data);
    const auto prediction = predict(model, likelihood, data.inputs, {.samples = 2});
    // With a fixed dispersion the most likely mean is that of the counts, too.
    CHECK(prediction.mean[0] == Approx(1.25).epsilon(1e-6));
    CHECK(prediction.mean[1] == Approx(7).epsilon(1e-6));
    const double dispersion = std::is_same_v<TestType, Poisson> ? 0 : 1;
    CHECK(prediction.aleatoric_variance[1] == Approx(7 + dispersion * 49).epsilon(1e-6));
    CHECK(prediction.epistemic_variance[1] == 0);
    double nats = 0;
    for (std::size_t i = 0; i < 8; ++i)
        nats -= log_prob_of<double>(likelihood, counts[i], std::log(i % 2 == 0 ? 1.25 : 7)) / 8;
    CHECK(evaluate(model, likelihood, data).negative_log_likelihood == Approx(nats).epsilon(1e-9));
}

// SPDX-License-Identifier: BSD-3-Clause
// Training finds posteriors that are known otherwise: the inference is right, not only the
// gradients.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using B = blue::Cpu<double>;

namespace {

/// Trains on all data at once with a falling rate, so that the noise of the gradients averages out.
template <class Net, class Likelihood, class Target>
void train(Net& net, const Likelihood& likelihood, const blue::Dataset<Target>& data,
           blue::Index epochs, blue::Index samples) {
    blue::fit(net, blue::Elbo{likelihood}, data,
              {.epochs = epochs,
               .batch_size = data.size(),
               .samples = samples,
               .schedule = blue::Schedule::cosine(),
               .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 0.03});
}

}  // namespace

// y = X w + noise with known variance s^2 and prior N(0, p^2): the exact posterior is normal with
// precision A = X'X / s^2 + I / p^2 and mean A^-1 X'y / s^2. The best mean-field normal has that
// mean and the variances 1 / A_ii (Bishop 2006, section 10.1.2).
TEST_CASE("Bayesian linear regression: the mean-field optimum in closed form") {
    using Net = blue::Sequential<
        blue::Linear<3, 1, blue::without_bias, blue::MeanFieldNormal, blue::MeanFieldNormal, B>>;
    constexpr blue::Index rows = 40;
    const double noise = 0.5, prior = 2, truth[3] = {1.0, -2.0, 0.5};
    blue::Dataset<float> data{blue::Array<float>({rows, 3}), blue::Array<float>({rows, 1})};
    for (blue::Index i = 0; i < rows; ++i) {
        double y = 0;
        for (int j = 0; j < 3; ++j) {
            const double x =
                blue::random::draw_element<blue::noise::Normal, double>({}, {1}, 3 * i + j);
            // Correlated columns, so that mean field is not exact.
            data.inputs.row(i)[j] = static_cast<float>(
                j == 2 ? x + 0.8 * static_cast<double>(data.inputs.row(i)[0]) : x);
            y += truth[j] * static_cast<double>(data.inputs.row(i)[j]);
        }
        data.targets[i] = static_cast<float>(
            y + noise * blue::random::draw_element<blue::noise::Normal, double>({}, {2}, i));
    }
    double a[3][4] = {};
    for (int j = 0; j < 3; ++j) {
        for (blue::Index i = 0; i < rows; ++i) {
            const float* x = data.inputs.row(i);
            for (int k = 0; k < 3; ++k)
                a[j][k] += static_cast<double>(x[j]) * static_cast<double>(x[k]) / (noise * noise);
            a[j][3] +=
                static_cast<double>(x[j]) * static_cast<double>(data.targets[i]) / (noise * noise);
        }
        a[j][j] += 1 / (prior * prior);
    }
    const double deviation[3] = {1 / std::sqrt(a[0][0]), 1 / std::sqrt(a[1][1]),
                                 1 / std::sqrt(a[2][2])};
    for (int p = 0; p < 3; ++p)
        for (int j = 0; j < 3; ++j) {
            const double factor = a[j][p] / a[p][p];
            for (int k = p; j != p && k < 4; ++k) a[j][k] -= factor * a[p][k];
        }

    Net net{blue::Seed{1}, blue::prior(blue::MeanFieldNormal{.std = prior})};
    train(net, blue::Gaussian{.std = noise}, data, 3000, 20);
    const auto& weight = blue::layer<0>(net).state<"weight">();
    for (int j = 0; j < 3; ++j) {
        // What is left is the noise of the gradients at the last rates. With seeds 1 to 10 the largest
        // deviations in this file were 0.022 standard deviations and 0.014.
        CHECK(std::abs(weight.parameter(0)[j] - a[j][3] / a[j][j]) < 0.03 * deviation[j]);
        CHECK(std::abs(std::exp(weight.parameter(1)[j]) / deviation[j] - 1) < 0.03);
    }
}

namespace {

/// log p(y | f) of a class y in {0, 1} with logit f, written by a user.
struct BernoulliFormula {
    template <class T>
    static T apply(T y, T logit) {
        return y * logit - softplus(logit);
    }
};
struct Bernoulli {
    using target_type = float;
    template <class X>
    auto log_prob(X logits, X targets) const {
        return blue::elementwise(BernoulliFormula{}, targets, logits);
    }
};

}  // namespace

// One weight, logit w x, prior N(0, 1). The bound of q = N(m, s^2) is a one-dimensional integral,
// here by the trapezoidal rule on 400 points in +-8 standard deviations (exact to rounding for
// smooth integrands); its maximum by a fine search.
TEST_CASE("logistic regression with one weight: the optimum by quadrature") {
    using Net = blue::Sequential<
        blue::Linear<1, 1, blue::without_bias, blue::MeanFieldNormal, blue::MeanFieldNormal, B>>;
    const blue::Dataset<float> data{blue::Array<float>({6, 1}, {-2, -1, -0.5f, 0.5f, 1, 2}),
                                    blue::Array<float>({6, 1}, {0, 0, 1, 0, 1, 1})};
    const auto bound = [&](double m, double s) {
        double total = 0;
        constexpr int points = 400;
        for (int i = 0; i <= points; ++i) {
            const double z = -8 + 16.0 * i / points, w = m + s * z;
            double log_likelihood = 0;
            for (blue::Index k = 0; k < 6; ++k) {
                const double f = w * static_cast<double>(data.inputs[k]);
                log_likelihood +=
                    static_cast<double>(data.targets[k]) * f - std::log1p(std::exp(f));
            }
            total += log_likelihood * std::exp(-z * z / 2) * (16.0 / points) /
                     std::sqrt(2 * 3.14159265358979);
        }
        return total - (0.5 * (m * m + s * s - 1) - std::log(s));
    };
    double m = 0.5, log_s = 0, step = 0.5;
    for (; step > 1e-7; step /= 2)
        for (bool better = true; better;) {
            better = false;
            for (const auto& [dm, ds] :
                 {std::pair{step, 0.0}, {-step, 0.0}, {0.0, step}, {0.0, -step}})
                if (bound(m + dm, std::exp(log_s + ds)) > bound(m, std::exp(log_s))) {
                    m += dm;
                    log_s += ds;
                    better = true;
                }
        }

    Net net{blue::Seed{1}};
    train(net, Bernoulli{}, data, 3000, 50);
    const auto& weight = blue::layer<0>(net).state<"weight">();
    CHECK(std::abs(weight.parameter(0)[0] - m) < 0.03 * std::exp(log_s));
    CHECK(std::abs(weight.parameter(1)[0] - log_s) < 0.03);
}

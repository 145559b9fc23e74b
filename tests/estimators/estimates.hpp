// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Small regressions, and what tests measure of estimators on them.
#pragma once

#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include <cmath>
#include <vector>

namespace blue_test {

using blue::Index, blue::Scores, blue::Seed, blue::shape;

/// Inputs with a row of zeros, and targets.
inline double estimate_input(Index row, Index i) {
    return row == 2 ? 0 : std::sin(static_cast<double>(4 * row + i + 1));
}
inline double estimate_target(Index row, Index j) {
    return std::cos(static_cast<double>(3 * row + 2 * j));
}

/// A batch of regression with 3 inputs and 2 outputs.
struct EstimateData {
    using input = shape<3>;
    using output = shape<2>;
    Index rows;
    std::vector<double> inputs, targets;
    explicit EstimateData(Index rows) : rows(rows) {
        for (Index row = 0; row < rows; ++row) {
            for (Index i = 0; i < 3; ++i) inputs.push_back(estimate_input(row, i));
            for (Index j = 0; j < 2; ++j) targets.push_back(estimate_target(row, j));
        }
    }
};

template <class Q, class P = blue::MeanFieldNormal>
using OneLayer = blue::Linear<3, 2, Q, P, blue::Cpu<double>>;
template <class Q, class P = blue::MeanFieldNormal>
using TwoLayers = blue::Sequential<blue::Linear<3, 4, Q, P, blue::Cpu<double>>, blue::Tanh,
                                   blue::Linear<4, 2, Q, P, blue::Cpu<double>>>;

/// The loss of a pass, per example, so that it does not grow with the batch.
template <Scores Wanted, class M, class Data>
auto estimate_loss(const M& model, blue::Tape<blue::Cpu<double>>& tape, const Data& data,
                   const blue::ForwardOptions& options) {
    const auto x = tape.template input<typename Data::input>(data.inputs.data(), data.rows);
    const auto y = tape.template input<typename Data::output>(data.targets.data(), data.rows);
    const auto result = blue::forward<Wanted>(model, tape, x, options);
    return blue::Elbo{blue::Gaussian{0.5}}(result, y, blue::DatasetSize{1}).total;
}

/// The largest relative error of a parameter gradient, against differences at fixed noise.
template <Scores Wanted = Scores::divergence, class Data = EstimateData, class M>
double estimate_gradient_error(M model, Index samples = 3) {
    const Data data(5);
    return blue::testing::parameter_gradient_check(model,
                                                   [&](auto& tape) {
                                                       return estimate_loss<Wanted>(
                                                           model, tape, data,
                                                           {.samples = samples, .seed = Seed{4}});
                                                   })
        .error;
}

/// The gradient of a pass, all parameters.
template <Scores Wanted = Scores::divergence, class M, class Data>
std::vector<double> estimate_gradient(const M& model, const Data& data, Index samples,
                                      std::uint64_t pass) {
    blue::Tape<blue::Cpu<double>> tape;
    tape.backward(estimate_loss<Wanted>(model, tape, data,
                                        {.samples = samples, .seed = Seed{6}, .pass = pass}));
    std::vector<double> gradient;
    for (const auto& draw : tape.draws())
        for (int k = 0; k < draw.kernels->parameters; ++k)
            gradient.insert(gradient.end(), draw.gradient + k * draw.stride,
                            draw.gradient + k * draw.stride + draw.size);
    return gradient;
}

/// Means and variances over passes, number by number.
struct Statistics {
    std::vector<double> mean, variance;
    double passes = 0;

    void add(const std::vector<double>& numbers) {
        mean.resize(numbers.size());
        variance.resize(numbers.size());
        ++passes;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const double difference = numbers[i] - mean[i];
            mean[i] += difference / passes;
            // Welford's update of the mean square.
            variance[i] += (difference * (numbers[i] - mean[i]) - variance[i]) / passes;
        }
    }
    double total_variance() const {
        double total = 0;
        for (const double v : variance) total += v;
        return total;
    }
    /// Of the gradients with respect to the means of one layer.
    double variance_of_means() const {
        double total = variance[12] + variance[13];
        for (std::size_t i = 0; i < 6; ++i) total += variance[i];
        return total;
    }
};

template <Scores Wanted = Scores::divergence, class M, class Data>
Statistics gradient_statistics(const M& model, const Data& data, std::uint64_t passes,
                               Index samples = 1) {
    Statistics statistics;
    for (std::uint64_t pass = 0; pass < passes; ++pass)
        statistics.add(estimate_gradient<Wanted>(model, data, samples, pass));
    return statistics;
}

/// The largest difference of means in standard errors.
inline double largest_z(const Statistics& a, const Statistics& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.mean.size(); ++i) {
        const double error = std::sqrt(a.variance[i] / a.passes + b.variance[i] / b.passes);
        // Without noise: both may differ by rounding.
        if (std::abs(a.mean[i] - b.mean[i]) > 1e-12)
            largest = std::fmax(largest, std::abs(a.mean[i] - b.mean[i]) / error);
    }
    return largest;
}

/// The means and variances of the outputs of one layer of normals, by loops.
struct OutputMoments {
    std::vector<double> mean, variance;
    template <class M>
    OutputMoments(const M& model, const EstimateData& data) {
        const auto& weight = model.template state<"weight">();
        const auto& bias = model.template state<"bias">();
        const auto squared = [](double log_std) { return std::exp(2 * log_std); };
        for (Index row = 0; row < data.rows; ++row)
            for (Index j = 0; j < 2; ++j) {
                double m = bias.parameter(0)[j], v = squared(bias.parameter(1)[j]);
                for (Index i = 0; i < 3; ++i) {
                    const double x = estimate_input(row, i);
                    m += x * weight.parameter(0)[3 * j + i];
                    v += x * x * squared(weight.parameter(1)[3 * j + i]);
                }
                mean.push_back(m);
                variance.push_back(v);
            }
    }
};

/// The relative error of the gradient with respect to an input, the same for all samples or not.
template <class Shape = shape<3>, class M>
double input_gradient_error(const M& model) {
    double largest = 0;
    for (Index samples : {1, 3}) {
        const auto x = blue::testing::random_values<Shape>(samples, 4, Seed{9});
        const auto outputs = [&](auto a) {
            return blue::forward<Scores::none>(model, *a.tape, a, {.samples = 3, .seed = Seed{4}})
                .samples;
        };
        largest = std::fmax(largest, blue::testing::gradient_check(outputs, x).error);
    }
    return largest;
}

/// The outputs of all samples.
template <class M, class Data>
std::vector<double> estimate_outputs(const M& model, const Data& data,
                                     const blue::ForwardOptions& options) {
    blue::Tape<blue::Cpu<double>> tape;
    const auto x = tape.template input<typename Data::input>(data.inputs.data(), data.rows);
    return blue::forward<Scores::none>(model, tape, x, options).samples.to_host();
}

/// How far the outputs of one layer of normals are from the moments of drawn weights, in standard
/// errors: the largest of 24 numbers. Of 8 standardised outputs the mean (expected: 0) and the mean
/// square (1), and of 8 pairs from neighbouring examples the mean product (0).
/// \param kurtosis the largest mean of a product of two squares.
template <class M>
double moment_error(const M& model, double kurtosis) {
    const EstimateData data(4);
    const OutputMoments moments(model, data);
    constexpr Index samples = 20000;
    const auto y = estimate_outputs(model, data, {.samples = samples, .seed = Seed{2}});
    double z[8], sum[8] = {}, squares[8] = {}, products[8] = {}, largest = 0;
    for (std::size_t s = 0; s < samples; ++s) {
        for (std::size_t i = 0; i < 8; ++i)
            z[i] = (y[8 * s + i] - moments.mean[i]) / std::sqrt(moments.variance[i]);
        for (std::size_t i = 0; i < 8; ++i) {
            sum[i] += z[i];
            squares[i] += z[i] * z[i] - 1;
            products[i] += z[i] * z[(i + 2) % 8];
        }
    }
    const double root = std::sqrt(static_cast<double>(samples));
    for (std::size_t i = 0; i < 8; ++i) {
        largest = std::fmax(largest, std::abs(sum[i]) / root);
        largest = std::fmax(largest, std::abs(squares[i]) / (std::sqrt(2) * root));
        largest = std::fmax(largest, std::abs(products[i]) / (std::sqrt(kurtosis) * root));
    }
    return largest;
}

}  // namespace blue_test

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace blue;

namespace {

using D = Cpu<double>;

/// Means and variances of items, with some variances of 0.
struct Numbers {
    std::vector<double> mean, variance;
    explicit Numbers(std::size_t n, double spread = 1) {
        for (std::size_t i = 0; i < n; ++i) {
            mean.push_back(spread * std::sin(static_cast<double>(i * i + 1)));
            variance.push_back(i % 5 == 4 ? 0 : 0.3 + 0.2 * std::cos(static_cast<double>(3 * i)));
        }
    }
};
template <class Layer, class Shape>
auto pooled(Tape<D>& tape, const Numbers& x) {
    MomentPass<D> pass(tape);
    return Layer{}(pass, Moments<D, Shape>{tape.input<Shape>(x.mean.data(), 1),
                                           tape.input<Shape>(x.variance.data(), 1)});
}
void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(found[i] - expected[i]) < 1e-13 * (1 + std::abs(expected[i])));
}

/// Clark's formulas as they are written.
void take_larger(double& m1, double& v1, double m2, double v2) {
    const double a = std::sqrt(v1 + v2);
    if (a == 0) {
        m1 = std::fmax(m1, m2);
        return;
    }
    const double alpha = (m1 - m2) / a;
    const double density = std::exp(-alpha * alpha / 2) / std::sqrt(2 * std::acos(-1.0));
    const double p = std::erfc(-alpha / std::sqrt(2.0)) / 2;
    const double mean = m1 * p + m2 * (1 - p) + a * density;
    v1 = (m1 * m1 + v1) * p + (m2 * m2 + v2) * (1 - p) + (m1 + m2) * a * density - mean * mean;
    m1 = mean;
}

/// Mean and variance of the largest of `n` normals over draws, and the errors of both.
struct Drawn {
    double mean = 0, variance = 0, mean_error = 0, variance_error = 0;
    Drawn(const double* m, const double* v, Index n) {
        constexpr Index draws = 200000;
        double fourth = 0;
        std::vector<double> largest;
        for (Index s = 0; s < draws; ++s) {
            double best = -1e9;
            for (Index i = 0; i < n; ++i)
                best = std::fmax(
                    best, m[i] + std::sqrt(v[i]) * random::draw_element<noise::Normal, double>(
                                                       {}, {9}, n * s + i));
            largest.push_back(best);
            mean += best / draws;
        }
        for (double x : largest) variance += (x - mean) * (x - mean) / draws;
        for (double x : largest) fourth += std::pow((x - mean) * (x - mean) - variance, 2) / draws;
        mean_error = std::sqrt(variance / draws);
        variance_error = std::sqrt(fourth / draws);
    }
};

}  // namespace

TEST_CASE("means of windows of independent elements", "[estimators]") {
    Tape<D> tape;
    const Numbers x(10);
    const auto& m = x.mean;
    const auto& v = x.variance;
    const auto apart = pooled<AvgPool1d<2>, shape<2, 5>>(tape, x);
    check_close(apart.mean.to_host(),
                {(m[0] + m[1]) / 2, (m[2] + m[3]) / 2, (m[5] + m[6]) / 2, (m[7] + m[8]) / 2});
    check_close(apart.variance.to_host(),
                {(v[0] + v[1]) / 4, (v[2] + v[3]) / 4, (v[5] + v[6]) / 4, (v[7] + v[8]) / 4});
    // Windows that overlap, and reach beyond the ends.
    using Overlap = AvgPool1d<3, stride<2>, padding<1>>;
    check_close(pooled<Overlap, shape<2, 5>>(tape, x).variance.to_host(),
                {(v[0] + v[1]) / 9, (v[1] + v[2] + v[3]) / 9, (v[3] + v[4]) / 9, (v[5] + v[6]) / 9,
                 (v[6] + v[7] + v[8]) / 9, (v[8] + v[9]) / 9});
    using Inside = AvgPool1d<3, stride<2>, padding<1>, count_include_pad<false>>;
    check_close(pooled<Inside, shape<2, 5>>(tape, x).variance.to_host(),
                {(v[0] + v[1]) / 4, (v[1] + v[2] + v[3]) / 9, (v[3] + v[4]) / 4, (v[5] + v[6]) / 4,
                 (v[6] + v[7] + v[8]) / 9, (v[8] + v[9]) / 4});
    check_close(pooled<AdaptiveAvgPool1d<2>, shape<2, 5>>(tape, x).variance.to_host(),
                {(v[0] + v[1] + v[2]) / 9, (v[2] + v[3] + v[4]) / 9, (v[5] + v[6] + v[7]) / 9,
                 (v[7] + v[8] + v[9]) / 9});
    check_close(pooled<AvgPool2d<2>, shape<1, 2, 5>>(tape, x).variance.to_host(),
                {(v[0] + v[1] + v[5] + v[6]) / 16, (v[2] + v[3] + v[7] + v[8]) / 16});
    MomentPass<D> pass(tape);
    const Moments<D, shape<2, 5>> known{tape.input<shape<2, 5>>(m.data(), 1)};
    CHECK(AvgPool1d<2>{}(pass, known).is_known());
    CHECK(MaxPool1d<2>{}(pass, known).is_known());
}

TEST_CASE("the largest elements follow Clark's formulas", "[estimators]") {
    Tape<D> tape;
    const Numbers x(24);
    // Windows 2 x 3 of a plane 4 x 6, in steps of 2 x 2 from -1 x -1 on, in order.
    const auto y = pooled<MaxPool2d<window<2, 3>, stride<2>, padding<1>>, shape<1, 4, 6>>(tape, x);
    static_assert(std::is_same_v<decltype(y), const Moments<D, shape<1, 3, 3>>>);
    std::vector<double> mean, variance;
    for (Index row = -1; row < 5; row += 2)
        for (Index column = -1; column < 5; column += 2) {
            double m = -1e9, v = 0;
            for (Index i = std::max<Index>(row, 0); i < std::min<Index>(row + 2, 4); ++i)
                for (Index j = std::max<Index>(column, 0); j < std::min<Index>(column + 3, 6);
                     ++j) {
                    const auto at = static_cast<std::size_t>(6 * i + j);
                    if (m == -1e9) {
                        m = x.mean[at];
                        v = x.variance[at];
                    } else {
                        take_larger(m, v, x.mean[at], x.variance[at]);
                    }
                }
            mean.push_back(m);
            variance.push_back(v);
        }
    check_close(y.mean.to_host(), mean);
    check_close(y.variance.to_host(), variance);
}

TEST_CASE("the largest of two normals is exact, of more it is close", "[estimators]") {
    Tape<D> tape;
    const auto compare = [&]<class Layer, class Shape>(std::type_identity<Layer>,
                                                       std::type_identity<Shape>, double spread,
                                                       double of_mean, double of_variance) {
        const Numbers x(static_cast<std::size_t>(Shape::size), spread);
        const auto y = pooled<Layer, Shape>(tape, x);
        const double mean = y.mean.to_host()[0], variance = y.variance.to_host()[0];
        const Drawn drawn(x.mean.data(), x.variance.data(), Shape::size);
        // A correct program fails with probability 1.6e-6 for each of 8 numbers.
        CHECK(std::abs(mean - drawn.mean) <
              4.8 * drawn.mean_error + of_mean * std::sqrt(drawn.variance));
        CHECK(std::abs(variance - drawn.variance) <
              4.8 * drawn.variance_error + of_variance * drawn.variance);
    };
    compare(std::type_identity<MaxPool1d<2>>{}, std::type_identity<shape<1, 2>>{}, 1, 0, 0);
    compare(std::type_identity<MaxPool1d<2>>{}, std::type_identity<shape<1, 2>>{}, 0.1, 0, 0);
    // The larger of two is skewed and not normal. Over random windows errors of up to 0.04 standard
    // deviations and a quarter of the variance were seen for nine elements, half of it for four.
    compare(std::type_identity<MaxPool2d<2>>{}, std::type_identity<shape<1, 2, 2>>{}, 0.3, 0.02,
            0.15);
    compare(std::type_identity<MaxPool2d<3>>{}, std::type_identity<shape<1, 3, 3>>{}, 0.3, 0.05,
            0.3);
}

TEST_CASE("elements that are far apart, equal or known", "[estimators]") {
    const auto larger = [](double m1, double v1, double m2, double v2) {
        const blue::detail::LargerMoments<math::Number<double>> at(m1, v1, m2, v2);
        return std::array{at.mean.r[0], at.variance.r[0]};
    };
    CHECK(larger(1e6, 1, -1e6, 2) == std::array{1e6, 1.0});
    CHECK(larger(-1e6, 1, 1e6, 2) == std::array{1e6, 2.0});
    CHECK(larger(3, 0, 2, 0) == std::array{3.0, 0.0});
    CHECK(larger(2, 0, 3, 0) == std::array{3.0, 0.0});
    CHECK(larger(3, 0, 3, 0)[0] == Approx(3).epsilon(1e-14));
    CHECK(larger(3, 0, 3, 0)[1] == 0);
    // Standard normals: mean 1 / sqrt(pi), variance 1 - 1 / pi.
    const double pi = std::acos(-1.0);
    CHECK(larger(0, 1, 0, 1)[0] == Approx(1 / std::sqrt(pi)).epsilon(1e-14));
    CHECK(larger(0, 1, 0, 1)[1] == Approx(1 - 1 / pi).epsilon(1e-14));
}

TEST_CASE("gradients of the moments of pooled values", "[estimators]") {
    const auto f = []<class Layer>(std::type_identity<Layer>) {
        return [](auto mean, auto variance) {
            MomentPass<D> pass(*mean.tape);
            const auto y =
                Layer{}(pass, Moments<D, typename decltype(mean)::shape>{mean, variance});
            return y.mean + 2 * y.variance;
        };
    };
    using Shape = shape<2, 3, 5>;
    const auto mean = blue::testing::random_values<Shape>(1, 2, Seed{1});
    const auto variance = blue::testing::random_values<Shape>(1, 2, Seed{2}, 0.2, 1.0);
    // Fourth-order differences: 1e-10, times the size of higher derivatives.
    using Max = MaxPool2d<2, stride<1, 2>, padding<1>>;
    using Mean = AvgPool2d<2, stride<1, 2>, padding<1>>;
    CHECK(blue::testing::gradient_check(f(std::type_identity<Max>{}), mean, variance).error < 1e-8);
    CHECK(blue::testing::gradient_check(f(std::type_identity<Mean>{}), mean, variance).error <
          1e-8);
}

TEST_CASE("networks with pooling predict without draws", "[estimators]") {
    // Linear in its weights: the mean is the output at the means.
    using Linear2 = Sequential<Reshape<1, 6, 6>, Conv2d<1, 2, kernel<3>>, AvgPool2d<2>,
                               Flatten<2, 2, 2>, Linear<8, 2>>;
    Linear2 net{Seed{1}};
    Array<float> images({6, 36});
    for (Index i = 0; i < images.size(); ++i) images[i] = std::sin(static_cast<float>(i * i));
    const auto propagated = predict(net, Gaussian{0.1}, images, MomentPropagation{});
    freeze(net);
    const auto at_means = predict(net, Gaussian{0.1}, images, {.samples = 1});
    for (Index i = 0; i < at_means.mean.size(); ++i)
        CHECK(std::abs(propagated.mean[i] - at_means.mean[i]) < 1e-5f);  // rounding of floats

    // Outputs of a linear map of a known input are independent: the larger of two is exact.
    using Largest = Sequential<Linear<3, 8, MeanFieldNormal, MeanFieldNormal, D>, Reshape<2, 4>,
                               MaxPool1d<2>, Flatten<2, 2>>;
    const Largest largest{Seed{1}};
    const std::vector<double> input{0.5, -1, 2};
    Tape<D> tape;
    const auto moments = propagate_moments(largest, tape.input<shape<3>>(input.data(), 1));
    const auto mean = moments.mean.to_host(), variance = moments.variance.to_host();
    constexpr std::size_t samples = 40000;
    const auto draws = forward<Scores::none>(largest, tape, tape.input<shape<3>>(input.data(), 1),
                                             {.samples = samples})
                           .samples.to_host();
    for (std::size_t i = 0; i < 4; ++i) {
        double sum = 0, squares = 0;
        for (std::size_t s = 0; s < samples; ++s) {
            const double z = (draws[4 * s + i] - mean[i]) / std::sqrt(variance[i]);
            sum += z / samples;
            squares += (z * z - 1) / samples;
        }
        // z^2 of the larger of two normals has a variance below 3. A correct program fails with
        // probability 8 * 1.6e-6.
        CHECK(std::abs(sum) < 4.8 * std::sqrt(1.0 / samples));
        CHECK(std::abs(squares) < 4.8 * std::sqrt(3.0 / samples));
    }
}

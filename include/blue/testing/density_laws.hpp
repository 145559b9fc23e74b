// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What holds for a distribution's formulas themselves: densities, samples, derivatives,
/// divergences.
#pragma once

#include <blue/math/math.hpp>
#include <blue/models/initialise.hpp>
#include <blue/random/draw.hpp>
#include <blue/testing/gradient_check.hpp>
#include <blue/testing/plain_formulas.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace blue::testing {

/// Where and how `distribution_laws` looks.
template <class Q>
struct DistributionLawOptions {
    /// Natural parameter values at which formulas are checked.
    std::vector<NaturalValues<Q>> points = default_points<Q>();
    /// Values at which a pass must give finite numbers, all the same (`extreme_laws`).
    std::vector<NaturalValues<Q>> extremes = default_extremes<Q>();
    Seed seed{1};
};

namespace detail {

/// A density on a grid that is fine in the middle and reaches far out.
class TabulatedDensity {
public:
    /// x = centre + width sinh(pi/2 sinh t): the trapezoid rule in t is accurate to 1e-5 with a
    /// kink, to rounding for smooth densities, and its ends are at 1e18 widths, beyond any tail.
    template <class LogDensity>
    TabulatedDensity(LogDensity log_density, double centre, double width) {
        constexpr int n = 4096;
        constexpr double half_pi = 1.57079632679489661923, step = 8.0 / n;
        double before = 0;
        for (int i = 0; i <= n; ++i) {
            const double t = step * i - 4, u = half_pi * std::sinh(t);
            x.push_back(centre + width * std::sinh(u));
            log_density_at.push_back(log_density(x.back()));
            const double density = std::exp(log_density_at.back());
            weight.push_back(step * width * std::cosh(u) * half_pi * std::cosh(t));
            const double mass = density == 0 ? 0 : density * weight.back();
            cumulative.push_back((i ? cumulative.back() : 0) + (before + mass) / 2);
            before = mass;
        }
    }
    double total() const { return cumulative.back(); }
    /// The distribution function, without normalisation.
    double distribution_function(double at) const {
        const auto right = std::upper_bound(x.begin(), x.end(), at);
        if (right == x.begin()) return 0;
        if (right == x.end()) return total();
        const auto i = static_cast<std::size_t>(right - x.begin());
        const double part = (at - x[i - 1]) / (x[i] - x[i - 1]);
        return cumulative[i - 1] + part * (cumulative[i] - cumulative[i - 1]);
    }
    /// The expectation of f(x, log density).
    template <class F>
    double expectation(F f) const {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double density = std::exp(log_density_at[i]);
            if (density > 0) sum += density * weight[i] * f(x[i], log_density_at[i]);
        }
        return sum;
    }

    std::vector<double> x, weight, log_density_at, cumulative;
};

/// Draws of the noise of Q, in double.
template <class Q>
std::vector<double> noise_values(const Q& q, Seed seed, std::uint32_t sample, Index count) {
    std::vector<double> noise(
        static_cast<std::size_t>((count + random::tile - 1) / random::tile * random::tile));
    const random::Key key{seed.value, 0, 0, sample,
                          static_cast<std::uint32_t>(random::purpose::weights)};
    random::draw_tiles(noise_object(q), key, 0, static_cast<Index>(noise.size()) / random::tile,
                       noise.data());
    noise.resize(static_cast<std::size_t>(count));
    return noise;
}

inline constexpr Index draws_per_point = Index{1} << 16;
/// A correct distribution fails one test in a million, by the seed.
inline constexpr double false_alarm_rate = 1e-6;
/// Kolmogorov and Smirnov: P(D > d) <= 2 exp(-2 n d^2) (Massart 1990).
inline const double largest_ks_distance =
    std::sqrt(std::log(2 / false_alarm_rate) / (2.0 * draws_per_point));
/// Standard errors of a mean that correspond to that rate.
inline constexpr double standard_errors = 4.9;

template <class Q, class P>
class DensityLaws {
public:
    using Theta = NaturalValues<Q>;
    using Formula = blue::detail::Formula<Q, P, math::Number<double>>;

    DensityLaws(const Q& q, const P& p, const DistributionLawOptions<Q>& options)
        : plain_{q, p}, options_(options) {
        plain_.constants.fill(0.3);
    }

    std::vector<std::string> run() {
        for (const Theta& theta : options_.points) {
            at_ = " at the parameters " + to_text(theta);
            if constexpr (is_random<Q>) density_of_samples(theta);
            if constexpr (HasParameters<P>) prior_density();
            derivatives(theta);
            if constexpr (LocationScale<Q>) location_scale(theta);
        }
        return failures_;
    }

private:
    void require(bool holds, const std::string& sentence) {
        if (!holds) failures_.push_back(sentence + at_);
    }
    /// The variance floor is part of the density, not of the samples.
    bool floor_is_visible() const { return variance_floor(plain_.q) > 1e-7; }

    void density_of_samples(const Theta& theta) {
        std::vector<double> noise = noise_values(plain_.q, options_.seed, 0, draws_per_point);
        std::vector<double> draws;
        for (double z : noise) draws.push_back(plain_.sample(z, theta));
        std::sort(draws.begin(), draws.end());
        const auto quantile = [&](double u) {
            return draws[static_cast<std::size_t>(u * static_cast<double>(draws.size()))];
        };
        const double width = (quantile(0.75) - quantile(0.25)) / 1.35;
        const TabulatedDensity density([&](double w) { return plain_.log_prob(w, theta); },
                                       quantile(0.5), width);
        require(std::abs(density.total() - 1) < 1e-5,
                "exp(log_prob) integrates to " + to_text(density.total()) + ", not 1");
        if (!floor_is_visible()) {
            double distance = 0;
            for (std::size_t i = 0; i < draws.size(); ++i) {
                const double expected = density.distribution_function(draws[i]) / density.total();
                const double n = static_cast<double>(draws.size());
                distance =
                    std::fmax(distance, std::abs(expected - (static_cast<double>(i) + 0.5) / n));
            }
            require(distance < largest_ks_distance,
                    "samples do not follow exp(log_prob): Kolmogorov-Smirnov distance " +
                        to_text(distance) + ", at most " + to_text(largest_ks_distance));
            if constexpr (has_closed_form_kl<Q, P>) divergence(theta, density, draws);
        }
    }

    void divergence(const Theta& theta, const TabulatedDensity& density,
                    const std::vector<double>& draws) {
        const double kl = plain_.divergence(theta);
        const double integral = density.expectation(
            [&](double w, double log_q) { return log_q - plain_.prior_log_prob(w, theta); });
        // The integral includes variance floors up to 1e-7, closed forms do not.
        require(std::abs(kl - integral) < 1e-5 * (1 + std::abs(kl)),
                "kl is " + to_text(kl) + ", but the integral of q (log q - log p) is " +
                    to_text(integral));
        double mean = 0, squares = 0, n = 0;
        for (double w : draws) {
            const double x = plain_.log_prob(w, theta) - plain_.prior_log_prob(w, theta);
            n += 1;
            squares += (x - mean) * (x - mean) * (n - 1) / n;
            mean += (x - mean) / n;
        }
        const double error = std::sqrt(squares / n / n);
        require(std::abs(kl - mean) <= standard_errors * error + 1e-5 * (1 + std::abs(kl)),
                "kl is " + to_text(kl) + ", but the mean of log q - log p over samples is " +
                    to_text(mean) + " with a standard error of " + to_text(error));
    }

    void prior_density() {
        const auto values = default_parameters(plain_.p);
        const TabulatedDensity density(
            [&](double w) { return plain_.prior_log_prob(w, options_.points[0]); }, values[0], 1);
        require(std::abs(density.total() - 1) < 1e-5,
                "exp(log_prob) of the prior integrates to " + to_text(density.total()) + ", not 1");
    }

    // ------------------------------------------------------------------------------ derivatives

    typename Formula::Parameters prepared(const Theta& theta) const {
        typename Formula::Parameters parameters;
        for (std::size_t k = 0; k < theta.size(); ++k)
            parameters[static_cast<Index>(k)] = {theta[k], std::log(theta[k]), 1 / theta[k]};
        for (std::size_t c = 0; c < plain_.constants.size(); ++c)
            parameters[static_cast<Index>(theta.size() + c)] = {plain_.constants[c], 0, 0};
        return parameters;
    }
    /// df / d theta[k] by differences of plain values.
    template <class F>
    static double slope(F f, Theta theta, std::size_t k) {
        double step = 0x1p-10;  // no larger than a thousandth of any scale
        for (std::size_t i = 0; i < theta.size(); ++i)
            if (Q::parameters::transforms[i] != transform::identity)
                step = std::fmin(step, 0x1p-10 * theta[i]);
        const double original = theta[k];
        return central_difference(
            [&](double by) {
                theta[k] = original + by;
                return f(theta);
            },
            step);
    }
    void compare(const char* what, double given, double expected) {
        require(std::abs(given - expected) <= 1e-7 * (1 + std::abs(expected)),
                std::string(what) + " is " + to_text(given) + ", expected " + to_text(expected));
    }

    void derivatives(const Theta& theta) {
        constexpr int n = Formula::count;
        const auto parameters = prepared(theta);
        const typename Formula::PreparedPrior prior(plain_.p);
        // Noise that is not next to 0, where densities may have kinks.
        for (double z : {-1.9, -0.6, 0.35, 1.1, 2.4}) {
            const auto w = Formula::template sample<n>(plain_.q, z, parameters);
            const auto log_q = Formula::template log_prob<n>(plain_.q, w, parameters);
            compare("a sample through duals", w.value[0], plain_.sample(z, theta));
            compare("log_prob through duals", log_q.value[0], plain_.log_prob(w.value[0], theta));
            for (int k = 0; k < n; ++k) {
                const auto index = static_cast<std::size_t>(k);
                compare("the derivative of a sample", w.derivative(k)[0],
                        slope([&](const Theta& t) { return plain_.sample(z, t); }, theta, index));
                compare(
                    "the derivative of log_prob along a sample", log_q.derivative(k)[0],
                    slope([&](const Theta& t) { return plain_.log_prob(plain_.sample(z, t), t); },
                          theta, index));
            }
            prior_derivatives(theta, parameters, prior, w.value[0]);
        }
        if constexpr (has_closed_form_kl<Q, P>) {
            const auto kl = Formula::template divergence<n>(plain_.q, plain_.p, parameters);
            compare("kl through duals", kl.value[0], plain_.divergence(theta));
            // Of two densities; of an improper one it may be anything.
            if constexpr (HasParameters<P>)
                require(kl.value[0] >= -1e-9, "kl is negative: " + to_text(kl.value[0]));
            if constexpr (std::is_same_v<Q, P>)
                compare("kl from itself", plain_.divergence(default_parameters(plain_.p)), 0);
            for (int k = 0; k < n; ++k)
                compare("the derivative of kl", kl.derivative(k)[0],
                        slope([&](const Theta& t) { return plain_.divergence(t); }, theta,
                              static_cast<std::size_t>(k)));
        }
    }

    void prior_derivatives(const Theta& theta, const typename Formula::Parameters& parameters,
                           const typename Formula::PreparedPrior& prior, double w) {
        constexpr int n = 1 + Formula::required;
        const auto log_p = Formula::template prior_log_prob<n>(
            prior, math::Dual<math::Number<double>, n>::variable(w, 0), parameters);
        compare("log_prob of the prior through duals", log_p.value[0],
                plain_.prior_log_prob(w, theta));
        const auto by_w = [&](double by) { return plain_.prior_log_prob(w + by, theta); };
        compare("the derivative of log_prob of the prior", log_p.derivative(0)[0],
                central_difference(by_w, 0x1p-10));
        required_derivatives(theta, w, log_p, required_parameters<P>{});
    }
    template <class LogProb, fixed_string... Names>
    void required_derivatives([[maybe_unused]] const Theta& theta, [[maybe_unused]] double w,
                              [[maybe_unused]] const LogProb& log_p, names<Names...>) {
        [[maybe_unused]] int direction = 0;
        (compare("the derivative of log_prob of the prior with respect to a variational parameter",
                 log_p.derivative(++direction)[0],
                 slope([&](const Theta& t) { return plain_.prior_log_prob(w, t); }, theta,
                       static_cast<std::size_t>(blue::detail::parameter_index<Q, Names>))),
         ...);
    }

    /// Fast sweeps take w = location + scale z and standard_log_prob for granted.
    void location_scale(const Theta& theta) {
        const double scale = std::sqrt(theta[1] * theta[1] + variance_floor(plain_.q));
        for (double z : {-1.9, -0.6, 0.35, 1.1, 2.4}) {
            const double w = plain_.sample(z, theta);
            compare("a sample of a location-scale family", w, theta[0] + theta[1] * z);
            const math::Number<double> standard((w - theta[0]) / scale);
            compare("standard_log_prob((w - location) / scale) - log(scale)",
                    plain_.q.standard_log_prob(standard)[0] - std::log(scale),
                    plain_.log_prob(w, theta));
        }
    }

    PlainFormulas<Q, P> plain_;
    const DistributionLawOptions<Q>& options_;
    std::string at_;
    std::vector<std::string> failures_;
};

}  // namespace detail

/// The laws of the formulas of a variational distribution and a prior; see `distribution_laws`.
template <class Q, class P>
std::vector<std::string> density_laws(const Q& q, const P& p,
                                      const DistributionLawOptions<Q>& options = {}) {
    return detail::DensityLaws<Q, P>(q, p, options).run();
}

}  // namespace blue::testing

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What holds for the functions of every joint distribution.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/random/draw.hpp>
#include <blue/testing/gradient_check.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace blue::testing {

/// How closely the laws of joint distributions look.
struct JointLawOptions {
    Index draws = 65536;
    double standard_errors = 6;  ///< allowed for means of draws: 2e-9 of them are farther away
    double accuracy = 1e-6;      ///< of derivatives against differences of values
    /// The standard deviation of an element at the start over the one that the option `std` asks
    /// for; another one than 1 for `Radial`.
    double initial_std = 1;
    double extreme_weight = 1e6;  ///< how large a mean is at which passes are finite
    double extreme_log_std = 20;  ///< and the logarithm of a standard deviation, or of its inverse
};

namespace detail {

/// A small variable of a joint distribution in double, with parameters around those of the start.
template <class Q>
struct SmallJoint {
    using Shape = shape<2, 3>;
    using Layout = blue::detail::JointLayout<Q, Shape>;
    static constexpr Index size = Shape::size;
    static constexpr int parameters = Q::parameters::size;

    Q q;
    std::vector<double> stored = std::vector<double>(Layout::value.numbers());
    std::vector<double> workspace, log_std = std::vector<double>(size);

    explicit SmallJoint(const Q& distribution) : q(distribution) {
        workspace.resize(static_cast<std::size_t>(q.workspace(2, 3)));
        for (int k = 0; k < parameters; ++k)
            for (Index e = 0; e < Layout::sizes[static_cast<std::size_t>(k)]; ++e) {
                random::Key key{.seed = 3};
                key.variable = static_cast<std::uint32_t>(k);
                const auto moved = [&](Index i) { return 2 * random::uniform<double>(key, i) - 1; };
                const double start = k == 0 ? 0 : q.initial_value(k, e, moved(e), 0.5);
                stored[at(k, e)] = start + 0.2 * moved(e + 1000);
            }
    }
    static std::size_t at(int k, Index e) {
        return static_cast<std::size_t>(Layout::offsets[static_cast<std::size_t>(k)] + e);
    }
    JointVariable<double> prepared() {
        const JointVariable<double> variable{2, 3, stored.data(), Layout::offsets.data(),
                                             workspace.data()};
        q.prepare(variable, log_std.data());
        return variable;
    }
    std::vector<double> noise(Index draw) const {
        std::vector<double> numbers(static_cast<std::size_t>(q.noise_size(size)));
        random::Key key{.seed = 7};
        key.sample = static_cast<std::uint32_t>(draw);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            numbers[i] = random::draw_element<noise_of<Q>, double>(noise_object(q), key,
                                                                   static_cast<Index>(i));
        return numbers;
    }
};

/// The mean of some numbers, and how far it may be from a true mean.
struct DrawnMean {
    double sum = 0, squares = 0;
    Index count = 0;

    void add(double number) {
        sum += number;
        squares += number * number;
        ++count;
    }
    double mean() const { return sum / static_cast<double>(count); }
    double standard_error() const {
        const double n = static_cast<double>(count);
        return std::sqrt(std::fmax(squares / n - mean() * mean(), 0) / n);
    }
    bool is_near(double expected, double standard_errors) const {
        return std::abs(mean() - expected) <= standard_errors * standard_error() + 1e-12;
    }
};

inline std::string off(const std::string& what, double given, double expected) {
    return what + " is " + std::to_string(given) + ", expected " + std::to_string(expected);
}

}  // namespace detail

/// Draws of a joint distribution have the mean, the deviations and the entropy that it says, and
/// the density integrates to 1: the mean of r(w) / q(w) over draws, for a narrower normal r.
template <JointDistribution Q>
std::vector<std::string> joint_density_laws(const Q& distribution,
                                            const JointLawOptions& options = {}) {
    using Small = detail::SmallJoint<Q>;
    constexpr std::size_t size = Small::size;
    Small joint(distribution);
    const auto variable = joint.prepared();
    detail::DrawnMean first[size], second[size], entropy, ratio;
    const double narrow =
        0.4 * std::exp(*std::min_element(joint.log_std.begin(), joint.log_std.end()));
    for (Index draw = 0; draw < options.draws; ++draw) {
        const std::vector<double> noise = joint.noise(draw);
        double deviation[size], log_r = 0;
        joint.q.deviate(variable, noise.data(), deviation);
        for (std::size_t e = 0; e < size; ++e) {
            first[e].add(deviation[e]);
            second[e].add(deviation[e] * deviation[e]);
            const double z = deviation[e] / narrow;
            log_r += -0.5 * z * z - std::log(narrow) + MeanFieldNormal::constant;
        }
        const double log_q = joint.q.log_prob(variable, noise.data(), deviation);
        entropy.add(-log_q);
        ratio.add(std::exp(log_r - log_q));
    }
    std::vector<std::string> failures;
    const auto expect = [&](const detail::DrawnMean& drawn, double expected,
                            const std::string& what) {
        if (!drawn.is_near(expected, options.standard_errors))
            failures.push_back(detail::off(what, drawn.mean(), expected));
    };
    double of_marginals = 0;
    for (std::size_t e = 0; e < size; ++e) {
        const std::string of = " of element " + std::to_string(e);
        expect(first[e], 0, "the mean deviation" + of);
        expect(second[e], std::exp(2 * joint.log_std[e]), "the mean squared deviation" + of);
        using Number = math::Number<double>;
        of_marginals +=
            typename Q::marginal{}.entropy(Number(0), Number(std::exp(joint.log_std[e])))[0];
    }
    expect(entropy, of_marginals - joint.q.total_correlation(variable), "the mean of -log q");
    expect(ratio, 1, "the integral of exp(log q)");
    return failures;
}

/// `backward` and `prepare_backward` agree with differences of values.
template <JointDistribution Q>
std::vector<std::string> joint_derivative_laws(const Q& distribution,
                                               const JointLawOptions& options = {}) {
    using Small = detail::SmallJoint<Q>;
    using Layout = typename Small::Layout;
    Small joint(distribution);
    const std::vector<double> noise = joint.noise(0);
    const double slopes[] = {0.7, -1.1, 0.4, 1.3, -0.2, 0.9}, factor = 0.6;
    std::vector<double> gradient(joint.stored.size()), prepared_gradient(joint.stored.size());
    const auto target = [&](std::vector<double>& numbers) {
        return JointGradient<double>{numbers.data() + Layout::offsets[1], Layout::offsets.data()};
    };
    const auto variable = joint.prepared();
    joint.q.backward(variable, noise.data(), slopes, factor, target(gradient));
    joint.q.prepare_backward(variable, slopes, factor, target(prepared_gradient));
    const auto of_draw = [&] {
        double deviation[Small::size], value = 0;
        const auto at = joint.prepared();
        joint.q.deviate(at, noise.data(), deviation);
        for (std::size_t e = 0; e < Small::size; ++e) value += slopes[e] * deviation[e];
        return value + factor * joint.q.log_prob(at, noise.data(), deviation);
    };
    const auto of_preparation = [&] {
        const auto at = joint.prepared();
        double value = factor * joint.q.total_correlation(at);
        for (std::size_t e = 0; e < Small::size; ++e) value += slopes[e] * joint.log_std[e];
        return value;
    };
    std::vector<std::string> failures;
    for (int k = 1; k < Small::parameters; ++k)
        for (Index e = 0; e < Layout::sizes[static_cast<std::size_t>(k)]; ++e) {
            double& number = joint.stored[Small::at(k, e)];
            const double original = number;
            const auto compare = [&](auto value, double given, const char* function) {
                const double difference = detail::central_difference(
                    [&](double by) {
                        number = original + by;
                        return value();
                    },
                    1e-4);
                number = original;
                if (!(std::abs(given - difference) <=
                      options.accuracy * std::fmax(1, std::abs(difference))))
                    failures.push_back(detail::off(std::string(function) + " of " +
                                                       Q::parameters::names[k].str() + "[" +
                                                       std::to_string(e) + "]",
                                                   given, difference));
            };
            compare(of_draw, gradient[Small::at(k, e)], "backward");
            compare(of_preparation, prepared_gradient[Small::at(k, e)], "prepare_backward");
        }
    return failures;
}

/// Where a distribution scales its elements: one factor for all multiplies every deviation, and
/// what remains of other factors, where it has not that many scales, is nothing that it could have
/// reached.
template <JointDistribution Q>
std::vector<std::string> joint_scaling_laws([[maybe_unused]] const Q& distribution) {
    std::vector<std::string> failures;
    if constexpr (ScalesElements<Q>) {
        using Small = detail::SmallJoint<Q>;
        using Numbers = std::vector<double>;
        constexpr std::size_t size = Small::size;
        Small joint(distribution);
        const Numbers noise = joint.noise(0);
        const auto deviations = [&] {
            Numbers result(size);
            joint.q.deviate(joint.prepared(), noise.data(), result.data());
            return result;
        };
        // Scales, and gives the changes of the logarithms of standard deviations.
        const auto scale = [&](const Numbers& log_factors) {
            const auto variable = joint.prepared();
            Numbers change = joint.log_std;
            joint.q.scale_elements(variable, log_factors.data(), joint.stored.data());
            joint.prepared();
            for (std::size_t e = 0; e < size; ++e) change[e] = joint.log_std[e] - change[e];
            return change;
        };
        // Some roundings of numbers of order one.
        const auto expect = [&](double given, double expected, const char* what, std::size_t e) {
            if (!(std::abs(given - expected) <= 1e-12 * std::fmax(1, std::abs(expected))))
                failures.push_back(detail::off(what + std::to_string(e), given, expected));
        };
        Numbers log_factors(size, std::log(0.25)), expected = deviations();
        scale(log_factors);
        const Numbers narrowed = deviations();
        for (std::size_t e = 0; e < size; ++e)
            expect(4 * narrowed[e], expected[e],
                   "4 times the deviation, scaled by 1/4, of element ", e);
        for (std::size_t e = 0; e < size; ++e)
            log_factors[e] = std::cos(1 + 0.7 * static_cast<double>(e));
        Numbers change = scale(log_factors);
        for (std::size_t e = 0; e < size; ++e) log_factors[e] -= change[e];
        change = scale(log_factors);
        for (std::size_t e = 0; e < size; ++e)
            expect(change[e], 0, "what a second scaling by the rest changes of element ", e);
    }
    return failures;
}

}  // namespace blue::testing

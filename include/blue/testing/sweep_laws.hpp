// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What holds for the CPU's sweeps over a pair of distributions: they compute the formulas.
#pragma once

#include <blue/backends/cpu/draw.hpp>
#include <blue/testing/density_laws.hpp>
#include <blue/testing/sweep_run.hpp>

#include <limits>

namespace blue::testing {

namespace detail {

template <class T>
inline constexpr const char* type_name = sizeof(T) == 4 ? "float" : "double";

template <class Q, class P, class T>
class SweepLaws {
public:
    using Isa = cpu::BLUE_ISA;
    using Fast = cpu::Sweeps<Q, P, T, Isa>;
    using General = cpu::FormulaSweep<Q, P, T, Isa>;

    SweepLaws(const Q& q, const P& p, const DistributionLawOptions<Q>& options)
        : q_(q), p_(p), options_(options) {}

    std::vector<std::string> run() {
        check(SweepInput<Q, P, T>(q_, options_.points, options_.seed, Terms::log_probs));
        if constexpr (has_closed_form_kl<Q, P>)
            check(SweepInput<Q, P, T>(q_, options_.points, options_.seed, Terms::divergence));
        return failures_;
    }

private:
    /// Rounding: of w, which formulas may magnify by |location| / scale, and of the sums.
    static constexpr double tolerance = 500 * std::numeric_limits<T>::epsilon();
    /// Differences of plain formulas, with which gradients in double are compared.
    static constexpr double gradient_tolerance = tolerance > 1e-7 ? tolerance : 1e-7;

    void check(const SweepInput<Q, P, T>& input) {
        const Index n = input.size;
        const std::vector<Index> whole{0, n};
        const SweepOutcome fast = run_sweep<Fast>(q_, p_, input, whole);
        compare(fast, reference_sweep(q_, p_, input), "the formulas on plain numbers");
        if constexpr (!std::is_same_v<Fast, General>)
            compare(run_sweep<General>(q_, p_, input, whole), fast, "the fast sweep",
                    "the general sweep");
        // Ranges of one element, of part of a pack, with odd offsets, across tiles and chunks.
        const SweepOutcome pieces = run_sweep<Fast>(q_, p_, input, {0, 1, 38, 64, 127, 1029, n});
        require(pieces.weights == fast.weights && pieces.gradients == fast.gradients,
                "in pieces, weights or gradients have other bits than as a whole");
        compare(pieces, fast, "the sweep as a whole", "the sweep in pieces");
        if constexpr (is_random<Q>) {
            SweepInput<Q, P, T> supplied = input;
            supplied.supply_noise(q_);
            const SweepOutcome again = run_sweep<Fast>(q_, p_, supplied, whole);
            require(again == fast,
                    "with the generator's own noise supplied, numbers have other bits");
        }
    }

    void require(bool holds, const std::string& sentence) {
        if (!holds) failures_.push_back(std::string("in ") + type_name<T> + ": " + sentence);
    }

    void compare(const SweepOutcome& given, const SweepOutcome& expected, const char* reference,
                 const char* sweep = "the sweep") {
        const std::string text = std::string(sweep) + " and " + reference + " differ in ";
        require(given.inside, std::string(sweep) + " reads or writes beyond its elements");
        require(given.finite, std::string(sweep) + " gives numbers that are not finite");
        const auto differ = [&](const char* what, const std::vector<double>& a,
                                const std::vector<double>& b, const std::vector<double>& scale,
                                double limit) {
            for (std::size_t i = 0; i < b.size(); ++i)
                if (!(std::abs(a[i] - b[i]) <= limit * scale[i % scale.size()]))
                    return require(false, text + what + " " + std::to_string(i) + ": " +
                                              to_text(a[i]) + " and " + to_text(b[i]));
        };
        differ("weight", given.weights, expected.weights, expected.weight_scale, tolerance);
        differ("log prob", given.log_probs, expected.log_probs, expected.log_prob_scale, tolerance);
        differ("gradient", given.gradients, expected.gradients, expected.gradient_scale,
               gradient_tolerance);
        differ("divergence", {given.divergence}, {expected.divergence}, {expected.divergence_scale},
               tolerance);
    }

    Q q_;
    P p_;
    const DistributionLawOptions<Q>& options_;
    std::vector<std::string> failures_;
};

}  // namespace detail

/// The laws of the sweeps that the CPU makes from two distributions; see `distribution_laws`.
template <class Q, class P>
std::vector<std::string> sweep_laws(const Q& q, const P& p,
                                    const DistributionLawOptions<Q>& options = {}) {
    std::vector<std::string> failures = detail::SweepLaws<Q, P, float>(q, p, options).run();
    for (std::string& sentence : detail::SweepLaws<Q, P, double>(q, p, options).run())
        failures.push_back(std::move(sentence));
    return failures;
}

}  // namespace blue::testing

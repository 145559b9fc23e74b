// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <array>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// A formula that asks how many threads there are.
struct Threaded : MeanFieldNormal {
    template <class T>
    static T sample(T noise, T mean, T std) {
        return MeanFieldNormal::sample(noise, mean, std) * (num_threads() == 3 ? 2 : 1);
    }
    static void standard_log_prob() = delete;  // not as a location-scale family
};
struct Unnormalised : Threaded {
    template <class T>
    T log_prob(T w, T mean, T std) const {
        return MeanFieldNormal::log_prob(w, mean, std) + 1;
    }
};

/// Squares of weights of a million overflow in float when they are squared once more.
struct FourthPower : MeanFieldNormal {
    template <class T>
    T log_prob(T w, T mean, T std) const {
        return MeanFieldNormal::log_prob(w, mean, std) - square(square(w - mean)) * 1e20;
    }
    static void standard_log_prob() = delete;
};
/// Starts with a standard deviation that has no logarithm.
struct NegativeStart : Threaded {
    std::array<double, 2> defaults() const { return {0, -1}; }
};
/// A closed form with its terms the wrong way round.
struct WrongSign : MeanFieldNormal {};
template <class T>
T kl(const WrongSign&, const WrongSign& p, T mean, T std) {
    return log(std / p.std) - (square(std) + square(mean - p.mean)) / (2 * p.std * p.std) + 0.25;
}

}  // namespace

TEST_CASE("each kind of law is part of all laws", "[testing]") {
    const Failures failures = distribution_laws(Unnormalised{}, UniformPrior{});
    CHECK(mentions(failures, "exp(log_prob) integrates to 2.71828"));
    CHECK(mentions(failures, "with 3 threads a pass with log probs has other bits"));
    CHECK_FALSE(mentions(failures, "with 2 threads"));
}

TEST_CASE("laws look where the options say", "[testing]") {
    CHECK(thread_laws(MeanFieldNormal{}, MeanFieldNormal{}) == Failures{});
    // At a standard deviation of 1e-5 the floor of 1e-10 doubles the variance in the density.
    const DistributionLawOptions<MeanFieldNormal> narrow{.points = {{0.0, 1e-5}}, .seed = Seed{2}};
    CHECK(mentions(density_laws(MeanFieldNormal{}, UniformPrior{}, narrow), "do not follow"));
    CHECK(density_laws(MeanFieldNormal{.eps = 0}, UniformPrior{}, narrow) == Failures{});
}

TEST_CASE("laws notice what overflows", "[testing]") {
    CHECK(extreme_laws(MeanFieldNormal{}, MeanFieldNormal{}) == Failures{});
    const Failures failures = extreme_laws(FourthPower{}, UniformPrior{});
    CHECK(mentions(failures, "a log_prob is -inf at the extreme parameters (-1.3, 485165195"));
    // What is not asked for is not looked at.
    CHECK(extreme_laws(FourthPower{}, UniformPrior{}, {.extremes = {{0.0, 1e-3}}}) == Failures{});
}

TEST_CASE("laws notice initial values that are none", "[testing]") {
    CHECK(initial_laws(MeanFieldNormal{}, MeanFieldNormal{}) == Failures{});
    const Failures failures = initial_laws(NegativeStart{}, UniformPrior{});
    CHECK(mentions(failures, "the initial std is "));
}

TEST_CASE("laws notice a divergence below 0, and one from itself", "[testing]") {
    const Failures failures = density_laws(WrongSign{}, WrongSign{});
    CHECK(mentions(failures, "kl is negative"));
    CHECK(mentions(failures, "kl from itself"));
}

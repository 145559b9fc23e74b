// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

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

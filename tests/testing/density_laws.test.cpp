// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/density_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// The value of a number, whose derivatives are lost.
template <class S, int N>
math::Dual<S, N> detached(math::Dual<S, N> x) {
    return {x.value};
}
math::Number<double> detached(math::Number<double> x) {
    return x;
}

struct Unnormalised : MeanFieldNormal {
    template <class T>
    static T log_prob(T w, T mean, T std) {
        return -0.5 * square((w - mean) / std) + constant;
    }
};
struct TooWide : SinhArcsinh {
    template <class T>
    static T sample(T noise, T loc, T scale, T skew) {
        return SinhArcsinh::sample(T(1.05 * noise), loc, scale, skew);
    }
};
struct LostDerivative : SinhArcsinh {
    template <class T>
    static T log_prob(T w, T loc, T scale, T skew) {
        return SinhArcsinh::log_prob(w, loc, scale, detached(skew));
    }
};
struct LostSampleDerivative : SinhArcsinh {
    template <class T>
    static T sample(T noise, T loc, T scale, T skew) {
        return SinhArcsinh::sample(noise, detached(loc), scale, skew);
    }
};
/// Its samples have the right distribution, but fast sweeps would get the sign of the noise wrong.
struct Mirrored : MeanFieldNormal {
    template <class T>
    static T sample(T noise, T mean, T std) {
        return mean - std * noise;
    }
};
struct OtherStandard : MeanFieldNormal {
    template <class T>
    static T standard_log_prob(T z) {
        return -0.45 * square(z) + constant;
    }
};
struct WrongDivergence : MeanFieldNormal {};
template <class T>
T kl(const WrongDivergence&, const MeanFieldNormal& p, T mean, T std) {
    return 1.01 * kl(MeanFieldNormal{}, p, mean, std);
}
struct UnnormalisedPrior {
    using parameters = blue::parameters<real<"loc">, log_of<"scale">>;
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        return -abs(w - loc) / scale;
    }
};
struct LostPriorDerivative : BasicQuietPrior {
    template <class T>
    T log_prob(T w, T mean) const {
        return BasicQuietPrior::log_prob(w, detached(mean));
    }
};

}  // namespace

TEST_CASE("correct formulas keep all laws", "[testing]") {
    CHECK(density_laws(MeanFieldNormal{}, MeanFieldNormal{}) == Failures{});
    CHECK(density_laws(SinhArcsinh{}, UniformPrior{}) == Failures{});
}

TEST_CASE("each law of formulas can be broken", "[testing]") {
    CHECK(mentions(density_laws(Unnormalised{}, UniformPrior{}), "integrates to 2.3, not 1"));

    Failures failures = density_laws(TooWide{}, UniformPrior{});
    CHECK(failures.size() == 3);  // at each of the points
    CHECK(mentions(failures, "samples do not follow"));

    failures = density_laws(LostDerivative{}, UniformPrior{});
    CHECK_FALSE(failures.empty());
    CHECK(mentions(failures, "the derivative of log_prob along a sample"));
    CHECK_FALSE(mentions(failures, "the derivative of a sample"));
    CHECK(mentions(density_laws(LostSampleDerivative{}, UniformPrior{}),
                   "the derivative of a sample is 0, expected 1"));

    failures = density_laws(Mirrored{}, MeanFieldNormal{});
    CHECK(mentions(failures, "a sample of a location-scale family"));
    CHECK_FALSE(mentions(failures, "samples do not follow"));
    CHECK(mentions(density_laws(OtherStandard{}, MeanFieldNormal{}), "standard_log_prob"));

    // Only the integral is exact enough to see 1 %.
    CHECK(mentions(density_laws(WrongDivergence{}, MeanFieldNormal{}),
                   "but the integral of q (log q - log p) is"));

    CHECK(mentions(density_laws(MeanFieldNormal{}, UnnormalisedPrior{}),
                   "exp(log_prob) of the prior integrates to 2"));
    CHECK(mentions(density_laws(MeanFieldNormal{}, LostPriorDerivative{}),
                   "with respect to a variational parameter"));
}

TEST_CASE("a tabulated density knows its distribution function", "[testing]") {
    const blue::testing::detail::TabulatedDensity cauchy(
        [](double x) { return -std::log(3.14159265358979323846 * (1 + x * x)); }, 0.3, 2);
    CHECK(std::abs(cauchy.total() - 1) < 1e-12);  // smooth: accurate to rounding
    // Linear interpolation between points that are 5e-3 apart is off by 5e-3^2 / 8 f' < 2e-6.
    CHECK(std::abs(cauchy.distribution_function(1) - 0.75) < 2e-6);
    CHECK(std::abs(cauchy.distribution_function(-1) - 0.25) < 2e-6);
    CHECK(cauchy.distribution_function(-1e30) == 0);
    CHECK(cauchy.distribution_function(1e30) == cauchy.total());
}

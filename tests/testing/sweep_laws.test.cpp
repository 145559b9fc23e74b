// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/sweep_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

// Formulas that are right on one number and wrong on packs, as a fault in generated code would be.
// The laws of formulas alone do not see it.
template <class T>
inline constexpr double fault = T::lanes > 1 ? 1 : 0;

struct WrongNumbers : SinhArcsinh {
    template <class T>
    static T sample(T noise, T loc, T scale, T skew) {
        return SinhArcsinh::sample(noise, loc, scale, skew) + 1e-3 * fault<T>;
    }
    template <class T>
    static T log_prob(T w, T loc, T scale, T skew) {
        return SinhArcsinh::log_prob(w, loc, scale, skew) + 1e-3 * fault<T>;
    }
};
struct WrongGradient : SinhArcsinh {
    template <class T>
    static T log_prob(T w, T loc, T scale, T skew) {
        const T log_q = SinhArcsinh::log_prob(w, loc, scale, skew);
        return log_q + 1e-3 * fault<T> * (skew - skew.value);
    }
    static math::Number<double> log_prob(math::Number<double> w, math::Number<double> loc,
                                         math::Number<double> scale, math::Number<double> skew) {
        return SinhArcsinh::log_prob(w, loc, scale, skew);
    }
};
/// The fast sweep computes another density than the general one, and the divergence is wrong.
struct OtherStandard : MeanFieldNormal {
    template <class T>
    static T standard_log_prob(T z) {
        return MeanFieldNormal::standard_log_prob(z) + 1e-3 * fault<T>;
    }
};
template <class T>
T kl(const OtherStandard&, const UniformPrior& p, T mean, T std) {
    return kl(MeanFieldNormal{}, p, mean, std) * (1 + 1e-3 * fault<T>);
}

}  // namespace

// That correct sweeps keep the laws is shown for each distribution in tests/distributions.
TEST_CASE("each law of sweeps can be broken", "[testing]") {
    Failures failures = sweep_laws(WrongNumbers{}, UniformPrior{});
    CHECK(mentions(failures, "differ in weight"));
    CHECK(mentions(failures, "differ in log prob"));

    failures = sweep_laws(WrongGradient{}, UniformPrior{});
    const std::string text = ": the sweep and the formulas on plain numbers differ in gradient";
    CHECK(mentions(failures, "in float" + text));
    CHECK(mentions(failures, "in double" + text));
    CHECK(failures.size() == 2);

    failures = sweep_laws(OtherStandard{}, UniformPrior{});
    CHECK(mentions(failures, "the general sweep and the fast sweep differ in log prob"));
    CHECK(mentions(failures, "differ in divergence"));
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("Student's t distribution keeps all laws", "[distributions]") {
    CHECK(LocationScale<MeanFieldStudentT>);
    const MeanFieldStudentT p{.df = 3, .mean = 0.3, .scale = 0.6};
    CHECK(distribution_laws(MeanFieldStudentT{}, p) == Failures{});
    CHECK(density_laws(MeanFieldNormal{}, p) == Failures{});
    CHECK(sweep_laws(MeanFieldNormal{}, p) == Failures{});
}

TEST_CASE("closed-form divergences of Student's t distribution", "[distributions]") {
    for (double df : {5.0, 30.0}) {
        CHECK(density_laws(MeanFieldStudentT{.df = df}, MeanFieldNormal{.std = 0.7}) == Failures{});
        CHECK(density_laws(MeanFieldStudentT{.df = df}, UniformPrior{}) == Failures{});
    }
    using Number = math::Number<double>;
    // The entropy of a Cauchy distribution is log(4 pi).
    CHECK(MeanFieldStudentT{.df = 1}.entropy(Number(0), Number(1))[0] ==
          Approx(std::log(4 * std::acos(-1.0))).epsilon(1e-13));
    // Without a variance there is no finite divergence from a normal.
    CHECK(kl(MeanFieldStudentT{.df = 2}, MeanFieldNormal{}, Number(0), Number(1))[0] ==
          std::numeric_limits<double>::infinity());
}

TEST_CASE("many degrees of freedom leave no rounding", "[distributions]") {
    // mpmath 1.3 with 40 digits: the constant of the density and the entropy at scale 1, on both
    // sides of where a series takes over. The sum of logarithms before has terms of 6000.
    struct Reference {
        double df, constant, entropy;
    };
    for (const auto& [df, constant, entropy] :
         {Reference{999, -0.9191887834131311252, 1.4199397845391318762},
          Reference{1001, -0.91918828341288112503, 1.4199377835381308745},
          Reference{1e6, -0.91893878320467274174, 1.4189395332049227416},
          Reference{1e15, -0.91893853320467299178, 1.4189385332046737418}}) {
        const double tolerance = df < 1000 ? 1e-12 : 1e-15;
        const MeanFieldStudentT t{.df = df};
        CHECK(t.constant == Approx(constant).epsilon(tolerance));
        CHECK(t.entropy_at_one == Approx(entropy).epsilon(tolerance));
    }
}

TEST_CASE("the density and options of Student's t distribution", "[distributions]") {
    using Number = math::Number<double>;
    const MeanFieldStudentT t{.df = 4};
    // log of 3/8 (1 + 2^2 / 4)^(-5/2) / 0.25
    CHECK(t.log_prob(Number(0.7), Number(0.2), Number(0.25))[0] ==
          Approx(std::log(1.5) - 2.5 * std::log(2.0)).epsilon(1e-13));
    CHECK(norm_constant(t) == Approx(std::log(0.375)).epsilon(1e-14));
    MeanFieldStudentT prior{.df = 7, .mean = 0.5, .scale = 2};
    prior.rescale(0.25);
    CHECK(prior.mean == 0.125);
    CHECK(prior.scale == Approx(2 * 0.25001).epsilon(1e-15));
    CHECK(prior.df == 7);
}

TEST_CASE("floats have finite draws above half a degree of freedom, and a density below",
          "[distributions]") {
    // The words that make the largest number, on the axis.
    const auto largest = [](double df) {
        return noise::StudentT{df}.from_words<float, 1>({0u}, {0u})[0];
    };
    CHECK(std::isfinite(largest(0.51)));
    CHECK_FALSE(std::isfinite(largest(0.49)));
    using Number = math::Number<double>;
    // Gamma(5/8) / (Gamma(1/8) sqrt(pi / 4)) by Python's math.lgamma
    CHECK(MeanFieldStudentT{.df = 0.25}.log_prob(Number(0), Number(0), Number(1))[0] ==
          Approx(-1.5378066244296098).epsilon(1e-13));
}

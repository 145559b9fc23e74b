// SPDX-License-Identifier: BSD-3-Clause
// That each law of the functions of joint distributions notices what it is there for.
#include <blue/blue.hpp>
#include <blue/testing/joint_density_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"
#include "testing/joint_mistakes.hpp"

using namespace blue::testing;
using namespace blue_test;

namespace {

struct TooWide : MatrixNormal {
    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        MatrixNormal::deviate(variable, noise, deviation);
        for (Index e = 0; e < variable.size(); ++e) deviation[e] *= T(1.05);
    }
};
struct Shifted : MatrixNormal {
    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        MatrixNormal::deviate(variable, noise, deviation);
        deviation[4] += T(0.05);
    }
};
struct Unnormalised : MatrixNormal {
    template <class T>
    static double log_prob(const JointVariable<T>& variable, const T* noise, const T* deviation) {
        return MatrixNormal::log_prob(variable, noise, deviation) + 0.2;
    }
};
struct ScaledByHalf : MatrixNormal {
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        for (Index i = 0; i < variable.rows; ++i)
            stored[variable.offsets[1] + i] += log_factors[i * variable.columns] / 2;
    }
};
/// Of one factor for all elements the rows take what there is; of others half is left.
struct ScaledInPart : MatrixNormal {
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        for (Index i = 0; i < variable.rows; ++i) {
            const T* const row = log_factors + i * variable.columns;
            stored[variable.offsets[1] + i] += (row[0] + log_factors[0]) / 2;
        }
    }
};
struct WithoutFactors : blue::LowRankNormal<2> {
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        for (Index e = 0; e < variable.size(); ++e)
            stored[variable.offsets[1] + e] += log_factors[e];
    }
};

}  // namespace

TEST_CASE("laws of joint densities notice mistakes", "[testing]") {
    CHECK(joint_density_laws(MatrixNormal{}) == Failures{});
    CHECK(joint_derivative_laws(MatrixNormal{}) == Failures{});
    CHECK(mentions(joint_density_laws(TooWide{}), "the mean squared deviation of element 0"));
    CHECK(mentions(joint_density_laws(Shifted{}), "the mean deviation of element 4"));
    CHECK(mentions(joint_density_laws(Unnormalised{}), "the integral of exp(log q)"));
    CHECK(mentions(joint_density_laws(Unnormalised{}), "the mean of -log q"));
    CHECK(mentions(joint_density_laws(Correlated{}), "the mean of -log q"));
    CHECK(mentions(joint_derivative_laws(WithoutLogProbGradient{}), "backward of row_std[0]"));
    CHECK(mentions(joint_derivative_laws(WithoutPreparedGradient{}),
                   "prepare_backward of column_std[2]"));
}

TEST_CASE("the law of scaling notices mistakes", "[testing]") {
    CHECK(joint_scaling_laws(MatrixNormal{}) == Failures{});
    CHECK(joint_scaling_laws(blue::Radial{}) == Failures{});
    CHECK(joint_scaling_laws(blue::LowRankNormal<2>{}) == Failures{});
    CHECK(joint_scaling_laws(blue::MultivariateNormal{}) == Failures{});
    CHECK(mentions(joint_scaling_laws(ScaledByHalf{}), "4 times the deviation"));
    CHECK(mentions(joint_scaling_laws(WithoutFactors{}), "4 times the deviation"));
    CHECK_FALSE(mentions(joint_scaling_laws(ScaledInPart{}), "4 times the deviation"));
    CHECK(mentions(joint_scaling_laws(ScaledInPart{}), "a second scaling"));
}

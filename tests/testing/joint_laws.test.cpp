// SPDX-License-Identifier: BSD-3-Clause
// That each law of joint distributions notices what it is there for.
#include <blue/blue.hpp>
#include <blue/testing/joint_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"
#include "testing/joint_mistakes.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const MeanFieldNormal unit;

struct Threaded : MatrixNormal {
    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        MatrixNormal::deviate(variable, noise, deviation);
        if (num_threads() == 3) deviation[0] += 1;
    }
};
/// exp(5 * 20) is beyond float.
struct Overflowing : MatrixNormal {
    template <class T>
    static double log_prob(const JointVariable<T>& variable, const T* noise, const T* deviation) {
        const T power = std::exp(5 * variable.parameter(2)[0]);
        return MatrixNormal::log_prob(variable, noise, deviation) + double(power - power);
    }
};
/// Only with one element is a number of this lost.
struct WithoutDivergence : MatrixNormal {
    template <class T>
    static double total_correlation(const JointVariable<T>& variable) {
        return std::log(variable.size() == 1 && variable.parameter(1)[0] < -15 ? 0.0 : 1.0);
    }
};
struct NarrowStart : MatrixNormal {
    static double initial_value(int, Index, double, double std) { return std::log(std); }
};
struct DeafStart : MatrixNormal {
    static double initial_value(int, Index, double, double) { return -1; }
};
struct EndlessStart : MatrixNormal {
    static double initial_value(int k, Index e, double uniform, double std) {
        return e == 7 ? HUGE_VAL : MatrixNormal::initial_value(k, e, uniform, std);
    }
};
struct Credulous : MatrixNormal {
    void validate() const {}
};

}  // namespace

TEST_CASE("laws of joint distributions notice mistakes", "[testing]") {
    CHECK(joint_laws(MatrixNormal{}, unit) == Failures{});
    CHECK(mentions(joint_pass_laws(WithoutLogProbGradient{}, unit), "a loss with log probs"));
    CHECK(mentions(joint_pass_laws(WithoutPreparedGradient{}, unit),
                   "a loss with the closed-form kl"));
    CHECK(mentions(joint_pass_laws(Correlated{}, unit), "the mean of log q - log p"));
    CHECK(mentions(joint_pass_laws(Threaded{}, unit), "with 3 threads a pass with log probs"));
    CHECK_FALSE(mentions(joint_pass_laws(Threaded{}, unit), "with 2 threads"));
}

TEST_CASE("the law of extremes notices mistakes", "[testing]") {
    CHECK(mentions(joint_extreme_laws(Overflowing{}, unit),
                   "nan where column_std is that of the extreme standard deviation"));
    CHECK(joint_extreme_laws(Overflowing{}, unit, {.extreme_log_std = 10}) == Failures{});
    CHECK(mentions(joint_extreme_laws(WithoutDivergence{}, unit), "a divergence is -inf"));
    CHECK(mentions(joint_extreme_laws(WithoutDivergence{}, unit), "of 1 elements, with kl"));
}

TEST_CASE("the law of initial values notices mistakes", "[testing]") {
    const MeanFieldNormal prior{.mean = 0.1, .std = 0.7};
    CHECK(joint_initial_laws(MatrixNormal{.std = 0.3}, prior) == Failures{});
    CHECK(mentions(joint_initial_laws(NarrowStart{}, prior), "the initial variance"));
    CHECK(
        mentions(joint_initial_laws(NarrowStart{}, prior), "with prior initialisation, in float"));
    CHECK(mentions(joint_initial_laws(DeafStart{}, prior), "3 times the option std, in double"));
    CHECK(mentions(joint_initial_laws(DeafStart{}, prior), "without Kaiming initialisation"));
    CHECK(mentions(joint_initial_laws(EndlessStart{}, prior), "at the initial values, in float"));
    CHECK(joint_initial_laws(Credulous{}, prior) ==
          Failures{"a std of -1 is not refused: add validate()",
                   "a std of 0 is not refused: add validate()",
                   "a std of nan is not refused: add validate()"});
    // Radial says what the promise is: all elements together are as far from the mean as one.
    CHECK(mentions(joint_initial_laws(Radial{}, prior), "the initial variance"));
}

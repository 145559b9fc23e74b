// SPDX-License-Identifier: BSD-3-Clause
// That each law of joint distributions notices what it is there for.
#include <blue/blue.hpp>
#include <blue/testing/joint_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const MeanFieldNormal unit;

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
struct Correlated : MatrixNormal {
    template <class T>
    static double total_correlation(const JointVariable<T>&) {
        return 0.2;
    }
};
struct WithoutLogProbGradient : MatrixNormal {
    template <class T>
    static void backward(const JointVariable<T>& variable, const T* noise, const T* slopes, T,
                         const JointGradient<T>& gradient) {
        MatrixNormal::backward(variable, noise, slopes, T(0), gradient);
    }
};
struct WithoutPreparedGradient : MatrixNormal {
    template <class T>
    static void prepare_backward(const JointVariable<T>&, const T*, T, const JointGradient<T>&) {}
};
struct Threaded : MatrixNormal {
    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        MatrixNormal::deviate(variable, noise, deviation);
        if (num_threads() == 3) deviation[0] += 1;
    }
};

}  // namespace

TEST_CASE("laws of joint distributions notice mistakes", "[testing]") {
    CHECK(joint_laws(MatrixNormal{}, unit) == Failures{});
    CHECK(mentions(joint_density_laws(TooWide{}), "the mean squared deviation of element 0"));
    CHECK(mentions(joint_density_laws(Shifted{}), "the mean deviation of element 4"));
    CHECK(mentions(joint_density_laws(Unnormalised{}), "the integral of exp(log q)"));
    CHECK(mentions(joint_density_laws(Unnormalised{}), "the mean of -log q"));
    CHECK(mentions(joint_density_laws(Correlated{}), "the mean of -log q"));
    CHECK(mentions(joint_derivative_laws(WithoutLogProbGradient{}), "backward of row_std[0]"));
    CHECK(mentions(joint_derivative_laws(WithoutPreparedGradient{}),
                   "prepare_backward of column_std[2]"));
    CHECK(mentions(joint_pass_laws(WithoutLogProbGradient{}, unit), "a loss with log probs"));
    CHECK(mentions(joint_pass_laws(WithoutPreparedGradient{}, unit),
                   "a loss with the closed-form kl"));
    CHECK(mentions(joint_pass_laws(Correlated{}, unit), "the mean of log q - log p"));
    CHECK(mentions(joint_pass_laws(Threaded{}, unit), "with 3 threads a pass with log probs"));
    CHECK_FALSE(mentions(joint_pass_laws(Threaded{}, unit), "with 2 threads"));
}

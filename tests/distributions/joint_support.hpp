// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions beside dense computations in double.
#pragma once

#include <blue/blue.hpp>
#include <blue/testing/joint_laws.hpp>

#include "testing/failures.hpp"

#include <Eigen/Dense>

#include <cmath>
#include <vector>

namespace blue_test {

using blue::Index;

/// A draw of a small variable (2, 3) without its mean: the noise of draw i, and log q.
template <class Q>
struct DrawnSmall {
    blue::testing::detail::SmallJoint<Q> small;
    std::vector<double> noise;
    Eigen::VectorXd deviation{6};
    double log_q = 0;

    explicit DrawnSmall(const Q& q, Index draw = 1) : small(q), noise(small.noise(draw)) {
        const auto variable = small.prepared();
        q.deviate(variable, noise.data(), deviation.data());
        log_q = q.log_prob(variable, noise.data(), deviation.data());
    }
    double stored(int k, Index e) const { return small.stored[small.at(k, e)]; }
    Eigen::VectorXd mean() const {
        return Eigen::Map<const Eigen::VectorXd>(small.stored.data(), 6);
    }
    double total_correlation() {
        const auto variable = small.prepared();
        return small.q.total_correlation(variable);
    }
};

/// log N(deviation; 0, covariance) in nats, by a dense factorisation.
inline double dense_log_normal(const Eigen::VectorXd& deviation,
                               const Eigen::MatrixXd& covariance) {
    const double n = static_cast<double>(deviation.size());
    return -0.5 * (n * std::log(2 * std::acos(-1.0)) + std::log(covariance.determinant()) +
                   deviation.dot(covariance.inverse() * deviation));
}
/// KL(N(mean, covariance) || N(prior mean, prior std^2) of each element) in nats.
inline double dense_kl(const Eigen::VectorXd& mean, const Eigen::MatrixXd& covariance,
                       double prior_mean, double prior_std) {
    const double n = static_cast<double>(mean.size()), v = prior_std * prior_std;
    return 0.5 * (covariance.trace() / v + (mean.array() - prior_mean).square().sum() / v - n +
                  n * std::log(v) - std::log(covariance.determinant()));
}

/// The products of 65536 draws of a small variable against its covariance: the largest distance in
/// standard errors. A correct distribution is above 6 for one seed in 25 million (21 products).
template <class Q>
double farthest_covariance(const Q& q, const Eigen::MatrixXd& covariance) {
    blue::testing::detail::SmallJoint<Q> small(q);
    const auto variable = small.prepared();
    blue::testing::detail::DrawnMean product[36];
    for (Index draw = 0; draw < 65536; ++draw) {
        double deviation[6];
        q.deviate(variable, small.noise(draw).data(), deviation);
        for (int k = 0; k < 36; ++k) product[k].add(deviation[k / 6] * deviation[k % 6]);
    }
    double farthest = 0;
    for (int k = 0; k < 36; ++k)
        farthest = std::fmax(farthest, std::abs(product[k].mean() - covariance(k / 6, k % 6)) /
                                           product[k].standard_error());
    return farthest;
}

/// The divergence of a model of one variable (2, 3) with the parameters of `small`.
template <class Q>
double divergence(const blue::testing::detail::SmallJoint<Q>& small,
                  const blue::MeanFieldNormal& prior) {
    using namespace blue;
    testing::detail::OneVariable<Q, MeanFieldNormal, Cpu<double>, 2, 3> model(small.q, prior);
    model.for_each_state([&](auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            for (Index e = 0; e < state.parameter_size(k); ++e)
                state.parameter(k)[e] = small.stored[small.at(k, e)];
    });
    Tape<Cpu<double>> tape;
    const double nothing = 0;
    const auto x = tape.template input<scalar_shape>(&nothing, 1);
    const auto result = forward<Scores::divergence>(model, tape, x, {.samples = 1});
    return result.log_probs.divergences()->value[0];
}

}  // namespace blue_test

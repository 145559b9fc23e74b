// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network of joint distributions, on any backend.
#pragma once

#include "backends/cuda/models.hpp"

#include <blue/distributions/low_rank_normal.hpp>
#include <blue/distributions/matrix_normal.hpp>
#include <blue/distributions/multivariate_normal.hpp>
#include <blue/distributions/radial.hpp>

#include <cmath>

namespace blue_test {

/// A user's own: one standard deviation for all elements.
struct OneScale {
    double std = 1;

    using parameters = blue::parameters<blue::real<"mean">, blue::log_of<"std">>;
    using noise = blue::noise::Normal;
    using marginal = MeanFieldNormal;
    template <class Shape>
    using parameter_shapes = boost::mp11::mp_list<Shape, blue::shape<1>>;

    static blue::Index noise_size(blue::Index size) { return size; }
    static blue::Index workspace(blue::Index, blue::Index) { return 0; }
    static double initial_value(int, blue::Index, double, double std) { return std::log(std); }

    template <class T, class Team = blue::OneLane>
    BLUE_HOST_DEVICE static void prepare(const blue::JointVariable<T>& variable, T* log_std,
                                         const Team& team = {}) {
        team.each(variable.size(), [&](blue::Index e) { log_std[e] = *variable.parameter(1); });
    }
    template <class T, class Team = blue::OneLane>
    BLUE_HOST_DEVICE static double total_correlation(const blue::JointVariable<T>&,
                                                     const Team& = {}) {
        return 0;
    }
    template <class T, class Team = blue::OneLane>
    BLUE_HOST_DEVICE static void prepare_backward(const blue::JointVariable<T>& variable,
                                                  const T* log_std_gradient, T,
                                                  const blue::JointGradient<T>& gradient,
                                                  const Team& team = {}) {
        const double sum =
            team.sum(variable.size(), [&](blue::Index e) { return log_std_gradient[e]; });
        team.once([&] { *gradient.parameter(1) += static_cast<T>(sum); });
    }
    template <class T, class Team = blue::OneLane>
    BLUE_HOST_DEVICE static void deviate(const blue::JointVariable<T>& variable, const T* noise,
                                         T* deviation, const Team& team = {}) {
        const T std = std::exp(*variable.parameter(1));
        team.each(variable.size(), [&](blue::Index e) { deviation[e] = std * noise[e]; });
    }
    template <class T, class Team = blue::OneLane>
    BLUE_HOST_DEVICE static double log_prob(const blue::JointVariable<T>& variable, const T* noise,
                                            const T*, const Team& team = {}) {
        const double log_std = static_cast<double>(*variable.parameter(1));
        return team.sum(variable.size(), [&](blue::Index e) {
            const double z = static_cast<double>(noise[e]);
            return blue::MeanFieldNormal::constant - 0.5 * z * z - log_std;
        });
    }
    template <class T, class Team = blue::OneLane>
    BLUE_HOST_DEVICE static void backward(const blue::JointVariable<T>& variable, const T* noise,
                                          const T* weight_gradient, T factor,
                                          const blue::JointGradient<T>& gradient,
                                          const Team& team = {}) {
        const T std = std::exp(*variable.parameter(1));
        const double sum = team.sum(variable.size(), [&](blue::Index e) {
            return weight_gradient[e] * std * noise[e] - factor;
        });
        team.once([&] { *gradient.parameter(1) += static_cast<T>(sum); });
    }
};
/// All joint distributions, on weights and on biases.
template <class B>
using JointNet =
    blue::Sequential<blue::Linear<8, 30, blue::MatrixNormal, MeanFieldNormal, B>, blue::ReLU,
                     blue::Linear<30, 20, blue::per_variable<blue::LowRankNormal<2>, blue::Radial>,
                                  MeanFieldNormal, B>,
                     blue::Tanh,
                     blue::Linear<20, 4, blue::per_variable<OneScale, blue::MultivariateNormal>,
                                  MeanFieldNormal, B>>;

}  // namespace blue_test

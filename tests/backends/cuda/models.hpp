// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model with a bit of everything, and what tests do with it on any backend.
#pragma once

#include "backends/cuda/compare.hpp"

#include <blue/distributions/categorical.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/residual.hpp>
#include <blue/models/sequential.hpp>
#include <blue/objectives/accuracy_versus_uncertainty.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/objectives/kullback_leibler_loss.hpp>
#include <blue/objectives/renyi_bound.hpp>
#include <blue/optim/gradients.hpp>
#include <blue/optim/optimizer.hpp>

#include <cstdint>

namespace blue_test {

/// A user's distribution: three parameters, logistic noise.
struct SkewedLogistic {
    using parameters =
        blue::parameters<blue::real<"loc">, blue::log_of<"scale">, blue::real<"skew">>;
    using noise = blue::noise::Logistic;
    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T loc, T scale, T skew) {
        return loc + scale * (noise + 0.1 * skew * square(noise));
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T loc, T scale, T skew) {
        const T z = (w - loc) / scale;
        return -z - log(scale) - 2 * softplus(-z) - 0.1 * skew * z;
    }
};

/// A user's prior, which reads a variational parameter.
struct LocationPrior {
    using required_parameters = blue::names<"loc">;
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T loc) {
        return -0.5 * square(w) - 0.01 * square(loc);
    }
};

/// A user's layer: the weights also meet elementwise operations, and the bias is used twice.
template <blue::Index In, blue::Index Out, class Q, class P, class B>
struct Gated
    : blue::Module<Gated<In, Out, Q, P, B>,
                   blue::variables<blue::variable<"weight", Out, In>,
                                   blue::variable<"gate", Out, In>, blue::variable<"bias", Out>>,
                   Q, P, B> {
    using Gated::Module::Module;
    auto forward(auto& pass, auto x) const {
        using blue::operator""_v;
        const auto bias = pass.sample(*this, "bias"_v);
        const auto gate = sigmoid(linear(x, pass.sample(*this, "gate"_v)));
        return gate * linear(x, pass.sample(*this, "weight"_v), bias) + tanh(bias);
    }
};

using blue::MeanFieldNormal;

template <class B>
using Everything = blue::Sequential<
    blue::Linear<8, 70, MeanFieldNormal, MeanFieldNormal, B>, blue::GELU,
    blue::Residual<blue::Linear<70, 70, SkewedLogistic, LocationPrior, B>, blue::Tanh>,
    Gated<70, 7, MeanFieldNormal, blue::UniformPrior, B>,
    blue::Linear<7, 4, blue::NonBayesian, MeanFieldNormal, B>>;

/// Examples for `Everything`.
template <class T>
struct Examples {
    static constexpr blue::Index count = 6;
    std::vector<T> inputs = numbers<T>(count * 8);
    std::vector<std::int32_t> labels{0, 1, 2, 3, 1, 0};
};

/// What is minimised: torch_blue's loss; closed-form divergences where there are some, and no
/// normalisation constants; a bound in which samples differ in weight; calibration, too.
enum class Objective { kullback_leibler_loss, elbo, renyi_bound, calibrated };
inline constexpr Objective all_objectives[] = {Objective::kullback_leibler_loss, Objective::elbo,
                                               Objective::renyi_bound, Objective::calibrated};

/// The loss of one pass and everything that leads to it.
template <class B, class M>
std::vector<double> step(M& net, blue::Tape<B>& tape, Objective objective, int pass,
                         bool differentiate) {
    const Examples<typename B::scalar> data;
    tape.reset();
    const auto x = tape.template input<blue::shape<8>>(data.inputs.data(), data.count);
    const auto labels = blue::make_labels(tape, data.labels.data(), data.count, 4);
    const blue::ForwardOptions options{.samples = 3,
                                       .seed = blue::Seed{5},
                                       .pass = static_cast<std::uint64_t>(pass),
                                       .norm_constants = objective != Objective::elbo};
    const blue::DatasetSize size{50};
    std::vector<double> result;
    const auto finish = [&](const auto& output, const auto& loss) {
        result.push_back(static_cast<double>(loss.total.value()));
        const auto parts = loss.values();
        result.insert(result.end(), {parts.data_fitting, parts.prior_matching, parts.divergence});
        for (double kl : loss.divergences()) result.push_back(kl);
        const auto outputs = output.to_host();
        result.insert(result.end(), outputs.begin(), outputs.end());
        if (!differentiate) return;
        backward(loss);
        for (double norm : blue::gradient_norms(tape)) result.push_back(norm);
    };
    if (objective == Objective::elbo) {
        const auto r = forward<blue::Scores::divergence>(net, tape, x, options);
        finish(r.samples, blue::Elbo{blue::Categorical{}}(r, labels, size));
    } else {
        const auto r = forward(net, tape, x, options);
        blue::AccuracyVersusUncertainty calibrated{blue::Elbo{blue::Categorical{}}};
        blue::KullbackLeiblerLoss loss{blue::Categorical{}, {.heat = 0.7}};
        const blue::RenyiBound bound{blue::Categorical{}, {.alpha = 0.9, .heat = 0.7}};
        finish(r.samples, objective == Objective::renyi_bound  ? bound(r, labels, size)
                          : objective == Objective::calibrated ? calibrated(r, labels, size)
                                                               : loss(r, labels, size));
    }
    return result;
}

/// All numbers of three steps of training.
template <class B>
std::vector<double> trajectory(Objective objective) {
    Everything<B> net{blue::Seed{3}};
    blue::Tape<B> tape;
    auto optimizer = make_optimizer(net, blue::Adam{.learning_rate = 1e-2});
    std::vector<double> result;
    for (int pass = 0; pass < 3; ++pass) {
        const std::vector<double> numbers = step(net, tape, objective, pass, true);
        result.insert(result.end(), numbers.begin(), numbers.end());
        optimizer.step(net, tape);
    }
    return result;
}

/// The largest relative difference of two lists of numbers, each compared with its own size or 1.
inline double worst_of(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double error = std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i]));
        worst =
            std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
    }
    return worst;
}

/// The largest relative difference between the gradient of the loss and differences of values, over
/// some parameters of every variable.
template <class B>
double gradient_error(Objective objective) {
    using T = typename B::scalar;
    Everything<B> net{blue::Seed{3}};
    blue::Tape<B> tape;
    step(net, tape, objective, 0, true);
    std::vector<std::vector<T>> gradients;
    for (const blue::Draw<B>& draw : tape.draws()) {
        gradients.emplace_back(static_cast<std::size_t>(draw.kernels->parameters * draw.stride));
        B::memory::copy_to_host(gradients.back().data(), draw.gradient,
                                static_cast<blue::Index>(gradients.back().size()));
    }
    double worst = 0;
    std::size_t slot = 0;
    blue::detail::visit_variables(net, [&](auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            for (blue::Index e = 0; e < state.size; e += std::max<blue::Index>(1, state.size / 3)) {
                T* const parameter = state.parameter(k) + e;
                T start = 0;
                B::memory::copy_to_host(&start, parameter, 1);
                const T h = T(1e-5);
                const auto loss_at = [&](T value) {
                    B::memory::copy_from_host(parameter, &value, 1);
                    return step(net, tape, objective, 0, false).front();
                };
                const double slope = (loss_at(start + h) - loss_at(start - h)) / (2 * 1e-5);
                loss_at(start);
                const double given = static_cast<double>(
                    gradients[slot][static_cast<std::size_t>(k * state.stride + e)]);
                worst = std::max(worst, std::abs(given - slope) / (1 + std::abs(slope)));
            }
        ++slot;
    });
    return worst;
}

}  // namespace blue_test

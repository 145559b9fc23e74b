// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Batch normalisation.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/norm_options.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/affine.hpp>
#include <blue/ops/standardise_channels.hpp>

namespace blue {

/// Batch normalisation (Ioffe and Szegedy 2015) of each channel, the first axis of an item, over
/// the batch and all positions: (x - mean) / sqrt(variance + eps), times "weight" plus "bias",
/// which are deterministic parameters (Channels) and begin at 1 and 0. One class for vectors,
/// sequences, images and volumes: `BatchNorm<64>`, `BatchNorm<64, without_affine>`.
///
/// Under several weight samples each sample is a network of its own: in training it is standardised
/// with its own batch statistics. Predictions take the buffers "running_mean" and
/// "running_variance" (`running_mean` and `running_var` in state dicts), which all samples share:
/// with each step of the optimiser they move by `momentum` towards the mean over the samples of
/// the batch mean and of the unbiased batch variance. Throws ShapeError in training for fewer than
/// 2 numbers per channel, and ValueError for an `eps` that is negative or not finite or a
/// `momentum` outside of [0, 1].
template <Index Channels, class... Options>
struct BatchNorm
    : Module<BatchNorm<Channels, Options...>,
             detail::norm_variables<detail::norm_options<Options...>, Channels,
                                    buffer<"running_mean", zeros, Channels>,
                                    buffer<"running_var", ones, Channels>>,
             NonBayesian, UniformPrior, typename detail::norm_options<Options...>::backend> {
    using options = detail::norm_options<Options...>;
    template <class... Others>
    using with = BatchNorm<Channels, Others...>;
    template <class Q, class P, class B>
    using with_policies = typename detail::norm_on<BatchNorm, options, B>::type;
    template <class Shape>
    using expected_input = replace_first<Shape, Channels>;
    using input_shape = shape<Channels>;

    /// Added to the variance.
    double eps = 1e-5;
    /// How far running statistics move towards those of a batch.
    double momentum = 0.1;
    using fields = blue::fields<&BatchNorm::eps, &BatchNorm::momentum>;

    template <class Pass, class X>
    X forward(Pass& pass, X x) const {
        const X y = standardised(pass, x);
        if constexpr (options::has_weight)
            return affine<channel_axis::first>(y, pass.sample(*this, "weight"_v),
                                               pass.sample(*this, "bias"_v));
        else
            return y;
    }

private:
    template <class Pass, class X>
    X standardised(Pass& pass, X x) const {
        if constexpr (requires { pass.training(); })  // a pass of moments only predicts
            if (pass.training()) {
                if (!(momentum >= 0 && momentum <= 1))
                    throw ValueError("BatchNorm: expected a momentum in [0, 1], got ", momentum);
                const auto [y, statistics] = standardise_channels(x, eps);
                pass.update(*this, "running_mean"_v, statistics.mean, momentum);
                pass.update(*this, "running_var"_v, statistics.variance, momentum);
                return y;
            }
        require_not_negative("normalisation", "eps", eps);
        const auto mean = pass.sample(*this, "running_mean"_v);
        const auto factor = exp(log(pass.sample(*this, "running_var"_v) + eps) * -0.5);
        return affine<channel_axis::first>(x, factor, -(mean * factor));
    }
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normal observation noise whose size the model predicts.
#pragma once

#include <blue/distributions/mean_field_normal.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/slice.hpp>

#include <type_traits>

namespace blue {

namespace requirement {
/// The output that a likelihood with a mean and a scale per target needs.
template <bool Even, class Likelihood, class Given>
struct mean_and_scale : check {
    static_assert(
        Even,
        "blue: this likelihood needs a mean and a scale for each target, an even number of outputs "
        "on the last axis, see the likelihood and the given shape of the output in "
        "mean_and_scale<...>: give the last layer twice as many outputs as there are targets");
};
}  // namespace requirement

namespace ops {
/// A positive scale from any number: softplus, and a floor.
struct NoiseScale {
    double floor;
    template <class T>
    BLUE_HOST_DEVICE T apply(T raw) const {
        return softplus(raw) + floor;
    }
};
struct NoiseVariance {
    NoiseScale std;
    template <class T>
    BLUE_HOST_DEVICE T apply(T raw) const {
        return square(std.apply(raw));
    }
};
/// log N(y; mean, std(raw)^2) in nats.
struct NoisyNormalLogProb {
    NoiseScale std;
    template <class T>
    BLUE_HOST_DEVICE T apply(T y, T mean, T raw) const {
        const T scale = std.apply(raw);
        return -0.5 * square((y - mean) / scale) - log(scale) + MeanFieldNormal::constant;
    }
};
}  // namespace ops

namespace detail {

/// K numbers of 2K: the first ones or the last ones.
template <int Which, class Likelihood, class B, class Shape>
auto output_half(Var<B, Shape> output) {
    static_assert(typename Likelihood::template output_check<Shape>{});
    if constexpr (last_extent<Shape> % 2 == 0)
        return slice_last<Which*(last_extent<Shape> / 2), last_extent<Shape> / 2>(output);
    else  // after an error
        return Var<B, any_shape>{output.tape, output.node};
}

/// (..., 2K) to (..., K).
template <class Output>
using half_output =
    std::conditional_t<last_extent<Output> % 2 == 0,
                       replace_last<Output, (last_extent<Output> + 1) / 2>, any_shape>;

template <class Likelihood, class Output>
using mean_and_scale_check =
    requirement::mean_and_scale<last_extent<Output> % 2 == 0 || std::is_same_v<Output, any_shape>,
                                Likelihood, requirement::given<Output>>;

}  // namespace detail

/// Independent normal observation noise of a size that depends on the input (Nix and Weigend 1994).
/// For K targets the model's last axis has 2K outputs: K means, then K numbers r that give the
/// standard deviations softplus(r) + min_std.
struct HeteroscedasticGaussian {
    /// The smallest standard deviation, in the unit of the targets, so that no target that is met
    /// exactly has an unbounded density. The default is the variance of 1e-6 of Lakshminarayanan et
    /// al. (2017), for targets of order 1.
    double min_std = 1e-3;

    using target_type = float;
    /// (..., 2K) to (..., K).
    template <class Output>
    using target_shape = detail::half_output<Output>;
    template <class Output>
    using output_check = detail::mean_and_scale_check<HeteroscedasticGaussian, Output>;

    /// The means of each sample: (S, B, ..., K).
    template <class B, class Shape>
    auto mean(Var<B, Shape> output) const {
        return half<0>(output);
    }
    /// The variances of each sample: (S, B, ..., K).
    template <class B, class Shape>
    auto variance(Var<B, Shape> output) const {
        return elementwise(ops::NoiseVariance{noise()}, half<1>(output));
    }

    /// log N(y; mean_s(x), std_s(x)^2) of each sample in nats: (S, B, ..., K). Throws ValueError
    /// unless min_std is positive.
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> output, Var<B, TargetShape> y) const {
        return elementwise(ops::NoisyNormalLogProb{noise()}, y, half<0>(output), half<1>(output));
    }

private:
    ops::NoiseScale noise() const {
        require_positive("HeteroscedasticGaussian", "min_std", min_std);
        return {min_std};
    }

    template <int Which, class B, class Shape>
    static auto half(Var<B, Shape> output) {
        return detail::output_half<Which, HeteroscedasticGaussian>(output);
    }
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layer normalisation.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/norm_options.hpp>
#include <blue/ops/layer_norm.hpp>

namespace blue {

/// Layer normalisation (Ba et al. 2016): (x - mean) / sqrt(variance + eps) over the N numbers of
/// the last axis, times "weight" plus "bias". Both are deterministic parameters (N), which begin at
/// 1 and 0: `LayerNorm<64>`, `LayerNorm<64, without_bias>`, `LayerNorm<64, without_affine,
/// Cpu<double>>`.
template <Index N, class... Options>
struct LayerNorm
    : Module<LayerNorm<N, Options...>, detail::norm_variables<detail::norm_options<Options...>, N>,
             NonBayesian, UniformPrior, typename detail::norm_options<Options...>::backend> {
    using options = detail::norm_options<Options...>;
    template <class... Others>
    using with = LayerNorm<N, Others...>;
    template <class Q, class P, class B>
    using with_policies = typename detail::norm_on<LayerNorm, options, B>::type;
    template <class Shape>
    using expected_input = replace_last<Shape, N>;
    using input_shape = shape<N>;

    /// Added to the variance. Negative and not finite ones throw ValueError.
    double eps = 1e-5;
    using fields = blue::fields<&LayerNorm::eps>;

    auto forward(auto& pass, auto x) const {
        return layer_norm(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v), eps);
    }
    /// Of x + y.
    auto forward(auto& pass, auto x, auto y) const {
        return add_layer_norm(x, y, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v),
                              eps);
    }
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Observation noise of an unknown, constant size.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/options.hpp>
#include <blue/ops/concatenate.hpp>

namespace blue {

/// The last layer before `HeteroscedasticGaussian` for noise that is the same for all inputs
/// (homoscedastic) and learned: (S, B, ..., K) means to (S, B, ..., 2K), the means and the same raw
/// scales for every input. The scales are a random variable of the model, so they have a posterior
/// and are trained with all others.
///
/// Random variable: "raw_scale" (K).
/// \tparam Policies variational distribution, prior, backend; all may be left out.
template <Index K, class... Policies>
struct LearnedNoise : Module<LearnedNoise<K, Policies...>, variables<variable<"raw_scale", K>>,
                             typename detail::layer_policies<Policies...>::variational,
                             typename detail::layer_policies<Policies...>::prior,
                             typename detail::layer_policies<Policies...>::backend> {
    using LearnedNoise::Module::Module;

    /// The shape that the layer expects in place of a given one.
    template <class Shape>
    using expected_input = replace_last<Shape, K>;
    /// The input of a model that begins with this layer.
    using input_shape = shape<K>;

    auto forward(auto& pass, auto x) const {
        return append_last(x, pass.sample(*this, "raw_scale"_v));
    }
};

}  // namespace blue

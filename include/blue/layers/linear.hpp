// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear layer.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/options.hpp>
#include <blue/ops/linear.hpp>

namespace blue {

/// x W^T + b over the last axis: (S, B, ..., In) to (S, B, ..., Out).
///
/// Random variables: "weight" (Out, In) and "bias" (Out).
/// \tparam Policies the option `without_bias`, then variational distribution, prior, backend; all
/// may be
///   left out: `Linear<784, 512>`, `Linear<784, 512, without_bias, MeanFieldNormal, UniformPrior>`.
template <Index In, Index Out, class... Policies>
struct Linear
    : Module<
          Linear<In, Out, Policies...>,
          variables<variable<"weight", Out, In>,
                    optional_variable<detail::layer_policies<Policies...>::has_bias, "bias", Out>>,
          typename detail::layer_policies<Policies...>::variational,
          typename detail::layer_policies<Policies...>::prior,
          typename detail::layer_policies<Policies...>::backend> {
    using Linear::Module::Module;

    /// The shape that the layer expects in place of a given one.
    template <class Shape>
    using expected_input = replace_last<Shape, In>;
    /// The input of a model that begins with this layer.
    using input_shape = shape<In>;

    auto forward(auto& pass, auto x) const {
        return linear(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
    static constexpr bool fuses_relu = true;
    /// max(that, 0): what a stack runs in place of this layer and the `ReLU` behind it.
    auto forward_relu(auto& pass, auto x) const {
        return linear_relu(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
};

}  // namespace blue

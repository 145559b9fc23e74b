// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A linear layer that can do without some of its units.
#pragma once

#include <blue/distributions/half_cauchy_prior.hpp>
#include <blue/distributions/log_normal.hpp>
#include <blue/layers/module.hpp>
#include <blue/layers/options.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/linear.hpp>

namespace blue {

/// A linear layer with the horseshoe prior of Ghosh et al. (2018, "Structured Variational Learning
/// of Bayesian Neural Networks with Horseshoe Priors") on the incoming weights of each unit, in
/// their non-centred form: weight W_kl = layer_scale unit_scale_k z_kl, with normal z and
/// half-Cauchy scales: the prior favours layers in which few units are large. Items are vectors,
/// (S, B, In) to (S, B, Out), with a factor per unit on the output of z x^T, so it costs little
/// more than `Linear`.
///
/// Random variables: "weight" (Out, In), which is z; "unit_scale" (Out) and "layer_scale" (), with
/// log-normal distributions and `HalfCauchyPrior`s of median 1, which
/// `state<"layer_scale">().prior = {.scale = 1e-3}` changes; "bias" (Out). The divergence of the
/// scales is estimated from the draws: they are few beside the weights. (The paper has it in closed
/// form, with an auxiliary variable per scale.)
/// \tparam Policies the option `without_bias`, then variational distribution and prior of weight
///   and bias, and backend; all may be left out.
template <Index In, Index Out, class... Policies>
struct HorseshoeLinear
    : Module<HorseshoeLinear<In, Out, Policies...>,
             variables<
                 variable<"weight", Out, In>, variable<"unit_scale", Out>, variable<"layer_scale">,
                 optional_variable<detail::layer_policies<Policies...>::has_bias, "bias", Out>>,
             per_variable<typename detail::layer_policies<Policies...>::variational,
                          MeanFieldLogNormal, MeanFieldLogNormal,
                          typename detail::layer_policies<Policies...>::variational>,
             per_variable<typename detail::layer_policies<Policies...>::prior, HalfCauchyPrior,
                          HalfCauchyPrior, typename detail::layer_policies<Policies...>::prior>,
             typename detail::layer_policies<Policies...>::backend> {
    /// The shape that the layer expects in place of a given one.
    template <class>
    using expected_input = shape<In>;
    /// The input of a model that begins with this layer.
    using input_shape = shape<In>;

    auto forward(auto& pass, auto x) const {
        const auto scaled = linear(x, pass.sample(*this, "weight"_v)) *
                            pass.sample(*this, "unit_scale"_v) *
                            pass.sample(*this, "layer_scale"_v);
        if constexpr (detail::layer_policies<Policies...>::has_bias)
            return scaled + pass.sample(*this, "bias"_v);
        else
            return scaled;
    }
};

}  // namespace blue

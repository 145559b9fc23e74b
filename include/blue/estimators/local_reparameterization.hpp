// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Outputs of a linear map drawn in place of its weights.
#pragma once

#include <blue/estimators/requirement.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/estimated.hpp>
#include <blue/ops/noise.hpp>
#include <blue/ops/weight_moments.hpp>

#include <limits>

namespace blue {

/// The variational distribution `Q` for layers that draw their outputs (Kingma, Salimans and
/// Welling 2015): with means m and variances v of independent normal weights, each row x of a batch
/// has
///
///     y ~ N(x m^T + m_bias, x^2 v^T + v_bias),
///
/// independently of all other rows; of a convolution each output in the same way, from its window.
/// So the gradient's variance falls with the batch size, where
/// weights that a batch shares keep it. The divergence takes the closed form, as no weights are
/// there to be scored; a prior without one is a compile error.
///
/// The outputs of a single example follow the same distribution as with drawn weights, through all
/// layers. Those of different examples are independent of each other, which they are not for drawn
/// weights; predictions therefore draw weights, and are equal to the last bit with and without the
/// wrapper. Several rows of one example, such as the steps of a sequence, and the positions of an
/// image are treated the same way, as torch_blue and Molchanov et al. (2017) do: each output has
/// the right distribution, but those of rows and positions are independent where drawn weights make
/// them dependent. Where that matters, use `Flipout`. A
/// variable may be used once in a pass (else Error), since all uses share its weights.
///
/// Everything else is that of `Q`: parameters, names, initial values, options,
/// `LocalReparameterization<MeanFieldNormal>{{.std = 0.1}}`.
/// \tparam Q a location-scale family with normal noise.
template <class Q>
struct LocalReparameterization : Q {
    using estimator_check = requirement::estimator_around<(NormalWeights<Q> && draws_weights<Q> &&
                                                           !leaves_out_score<Q>),
                                                          requirement::normal_weights<false, Q>, Q>;
    using estimator = blue::estimator::DrawnOutputs;
};

template <class Q>
struct detail::drawn_distribution<LocalReparameterization<Q>> : drawn_distribution<Q> {};

namespace ops {

/// N(mean, variance) from standard normal noise. Of a row of zeros without a bias the variance is
/// 0, and an infinite derivative of the root would meet derivatives of 0 of the variance. There,
/// and where the variance is so small that it has lost its digits, the root counts as the constant
/// 0: along x -> 0 it is |x| up to a factor, and of all slopes at the kink this one is 0.
struct DrawNormal {
    double smallest;
    template <class T>
    BLUE_HOST_DEVICE T apply(T mean, T variance, T noise) const {
        const auto positive = variance > T(smallest);
        return mean + noise * where(positive, sqrt(where(positive, variance, T(1))), T(0));
    }
};

}  // namespace ops

template <class Map, class B>
Node<B>* estimated(estimator::DrawnOutputs*, const Map& map, Tape<B>& tape, Node<B>* x,
                   Draw<B>* weight, Draw<B>* bias, bool bias_too) {
    if (!weight->estimated) return map(tape, x, weight, bias);
    const bool estimates_bias = bias && bias_too;
    if (weight->drawn || (estimates_bias && bias->drawn))
        throw Error(
            "LocalReparameterization: expected one use in a pass of a variable, got another one: "
            "uses that share weights need drawn weights or Flipout");
    using Value = Var<B, any_shape>;
    Draw<B>*mean_bias = bias, *variance_bias = nullptr;
    const detail::MomentsArgs<B> weights = detail::moments(tape, *weight);
    if (estimates_bias) {
        const detail::MomentsArgs<B> of_bias = detail::moments(tape, *bias);
        mean_bias = of_bias.location;
        variance_bias = of_bias.variance;
    }
    const Value mean{&tape, map(tape, x, weights.location, mean_bias)};
    Node<B>* const squares = square(Value{&tape, x}).node;
    const Value variance{&tape, map(tape, squares, weights.variance, variance_bias)};
    random::Key key = weight->key;
    key.purpose = static_cast<std::uint32_t>(random::purpose::outputs);
    const Value standard{
        &tape, weight->supplied_noise
                   ? tape.view(weight->supplied_noise, weight->samples, x->batch, mean.node->item)
                   : detail::noise_values(tape, noise::Normal{}, key, weight->antithetic,
                                          weight->samples, x->batch, mean.node->item)};
    constexpr double smallest = std::numeric_limits<typename B::scalar>::min();
    return elementwise(ops::DrawNormal{smallest}, mean, variance, standard).node;
}

}  // namespace blue

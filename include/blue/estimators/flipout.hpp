// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Weights whose deviations change signs from example to example.
#pragma once

#include <blue/estimators/requirement.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/estimated.hpp>
#include <blue/ops/noise.hpp>
#include <blue/ops/weight_moments.hpp>

namespace blue {

/// The variational distribution `Q` for layers in which each example sees other signs of the drawn
/// deviations (Wen, Vicol, Ba, Tran and Grosse 2018). With locations m, one draw of deviations d
/// per sample, and fair random signs r of the outputs and s of the inputs for each example,
///
///     y = x m^T + m_bias + ((x s) d^T + d_bias) r,
///
/// and the same for convolutions, with a sign for each channel. Several rows of an example, such as
/// the steps of a sequence, and all positions of an image share the signs: they see the same
/// weights. For symmetric distributions, each example's weights m + d r s^T are distributed as
/// drawn ones, so nothing is biased. Weights of different examples are uncorrelated, so the
/// variance of gradients of locations falls with the batch size. Those of scales have a part that
/// all examples share: the squares of d, which signs do not change. Log probs are those of the
/// weights m + d, one for each sample. Bounds that weigh whole draws (`ImportanceWeightedElbo`,
/// `RenyiBound`) are compile errors, because the examples of a sample do not have these weights in
/// common.
///
/// Predictions draw weights without signs, and are equal to the last bit with and without the
/// wrapper. Everything else is that of `Q`: parameters, names, initial values, options,
/// `Flipout<MeanFieldLaplace>{{.scale = 0.1}}`.
/// \tparam Q a location-scale family with symmetric noise.
template <class Q>
struct Flipout : Q {
    using estimator_check =
        requirement::estimator_around<(SymmetricWeights<Q> && draws_weights<Q>),
                                      requirement::symmetric_weights<false, Q>, Q>;
    using estimator = blue::estimator::FlippedDeviations;
};

namespace ops {
struct MultiplyAdd {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T a, T b, T c) {
        return a * b + c;
    }
};
}  // namespace ops

template <class Map, class B>
Node<B>* estimated(estimator::FlippedDeviations*, const Map& map, Tape<B>& tape, Node<B>* x,
                   Draw<B>* weight, Draw<B>* bias, bool bias_too) {
    if (!weight->estimated) return map(tape, x, weight, bias);
    using Value = Var<B, any_shape>;
    const auto flipped = [&](std::uint32_t side, auto f, Index channels, auto value, auto... rest) {
        random::Key key = weight->key;
        key.purpose = static_cast<std::uint32_t>(random::purpose::outputs) | side << 8;
        Node<B>* const signs =
            detail::channel_noise(tape, noise::Sign{}, key, weight->antithetic, weight->samples,
                                  *value.node, channels, Map::channels_last);
        return elementwise(f, value, Value{&tape, signs}, rest...);
    };
    const Value input = flipped(0, ops::Multiply{}, map.in(), Value{&tape, x});
    const Value deviation{&tape, map(tape, input.node, weight, bias_too ? bias : nullptr)};
    Draw<B>* const centre = detail::locations(tape, *weight);
    Draw<B>* const centre_bias = bias && bias_too ? detail::locations(tape, *bias) : bias;
    const Value mean{&tape, map(tape, x, centre, centre_bias)};
    return flipped(1, ops::MultiplyAdd{}, map.out(), deviation, mean).node;
}

}  // namespace blue

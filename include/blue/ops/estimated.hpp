// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Maps that are linear in their weights, with weights that an estimator may stand in for.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/meta/variables.hpp>
#include <blue/tensor/tape.hpp>

#include <type_traits>

namespace blue {

namespace requirement {
/// The bias of `linear` or `convolution` with weights that are not drawn.
template <bool Ok, class Expected, class Given>
struct bias_estimator : check {
    static_assert(
        Ok,
        "blue: the bias must be estimated as its weight is, or drawn, see the expected and given "
        "estimator in bias_estimator<...>: wrap both distributions alike");
};
}  // namespace requirement

/// What a map does with a weight of this estimator; the others have theirs in blue/estimators.
/// \param map of a tape, an input, a weight and a bias: the result. It is linear in the input and
/// in
///   the weights, `in()` and `out()` are the channels of its sides, and `channels_last` says
///   whether the numbers of a channel lie apart from each other in an item.
/// \param bias_too whether the bias has the same estimator; else it is drawn.
template <class Map, class B>
Node<B>* estimated(estimator::DrawnWeights*, const Map& map, Tape<B>& tape, Node<B>* x,
                   Draw<B>* weight, Draw<B>* bias, [[maybe_unused]] bool bias_too) {
    return map(tape, x, weight, bias);
}

namespace detail {

template <class Variable>
struct estimator_of_draw {
    using type = estimator::DrawnWeights;
};
template <class B, class Shape, class Estimator>
struct estimator_of_draw<Lazy<B, Shape, Estimator>> {
    using type = Estimator;
};

/// The check of weight and bias of a map.
template <class Estimator, class Bias, class BiasEstimator = typename estimator_of_draw<Bias>::type>
using bias_estimator_check =
    requirement::bias_estimator<(std::is_same_v<BiasEstimator, Estimator> ||
                                 std::is_same_v<BiasEstimator, estimator::DrawnWeights>),
                                requirement::expected<Estimator>,
                                requirement::given<BiasEstimator>>;

/// The map for a random weight, by the estimator of the weight. \param bias drawn, or `absent`.
template <class Map, class B, class XShape, class WeightShape, class Estimator, class Bias>
Node<B>* estimate(const Map& map, Var<B, XShape> x, Lazy<B, WeightShape, Estimator> weight,
                  Bias bias) {
    constexpr bool alike = std::is_same_v<typename estimator_of_draw<Bias>::type, Estimator>;
    Draw<B>* bias_draw = nullptr;
    if constexpr (!std::is_same_v<Bias, absent>) bias_draw = bias.draw;
    return estimated(static_cast<Estimator*>(nullptr), map, common_tape(x, weight, bias), x.node,
                     weight.draw, bias_draw, alike);
}

}  // namespace detail

}  // namespace blue

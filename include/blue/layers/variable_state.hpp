// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a module holds for each of its random variables.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/fwd.hpp>
#include <blue/meta/variables.hpp>
#include <blue/tensor/buffer.hpp>
#include <blue/tensor/draw.hpp>

#include <boost/mp11/list.hpp>

#include <utility>

namespace blue {

/// A random variable with its distributions, as a type: `Variable` is `variable<name, extents...>`.
template <class Variable, class Q, class P>
struct random_variable : Variable {
    using variational_distribution = Q;
    using prior = P;
};

/// A random variable of a module at run time: its policy objects and parameters.
template <class RandomVariable, class B>
struct VariableState {
    using variable = RandomVariable;
    using Q = typename RandomVariable::variational_distribution;
    using P = typename RandomVariable::prior;
    static constexpr Index size = RandomVariable::shape::size;
    /// Distance between parameters, unless those of a joint distribution: whole cache lines.
    static constexpr Index stride = (size + 15) / 16 * 16;
    static constexpr int parameters = Q::parameters::size;
    /// Where parameters of other sizes lie; nullptr without such ones.
    static constexpr const ParameterLayout* layout() {
        if constexpr (is_joint<Q>)
            return &detail::JointLayout<Q, typename RandomVariable::shape>::value;
        else
            return nullptr;
    }
    /// Where parameter k begins; for k = `parameters`, where they end.
    static constexpr Index offset(int k) {
        if constexpr (is_joint<Q>)
            return layout()->offsets[k];
        else
            return k * stride;
    }
    /// Of all parameters, with padding.
    static constexpr Index numbers() { return offset(parameters); }
    /// Elements of parameter k.
    static constexpr Index parameter_size([[maybe_unused]] int k) {
        if constexpr (is_joint<Q>)
            return layout()->sizes[k];
        else
            return size;
    }
    static_assert(typename detail::shape_check_of<Q, typename RandomVariable::shape>::type{});
    /// Numbers per element that the prior keeps; not trained.
    static constexpr int constants = constants_of<P>::size;

    Q distribution{};
    P prior{};
    bool prior_is_rescaled = false;
    FrozenDraws<B> frozen{};
    Buffer<B> values{numbers() + constants * stride};

    typename B::scalar* parameter(int k) { return values.data() + offset(k); }
    const typename B::scalar* parameter(int k) const { return values.data() + offset(k); }
    typename B::scalar* constant(int c) { return parameter(parameters) + c * stride; }
    const typename B::scalar* constant(int c) const { return parameter(parameters) + c * stride; }
};

namespace detail {

namespace mp = boost::mp11;

/// The state of one variable, addressable by its position in a module.
template <std::size_t Position, class RandomVariable, class B>
struct StateLeaf {
    VariableState<RandomVariable, B> state;
};

template <class Indices, class RandomVariables, class B>
struct States;
template <std::size_t... Position, class... V, class B>
struct States<std::index_sequence<Position...>, mp::mp_list<V...>, B>
    : StateLeaf<Position, V, B>... {};

template <std::size_t Position, class V, class B>
VariableState<V, B>& state_of(StateLeaf<Position, V, B>& leaf) {
    return leaf.state;
}
template <std::size_t Position, class V, class B>
const VariableState<V, B>& state_of(const StateLeaf<Position, V, B>& leaf) {
    return leaf.state;
}

}  // namespace detail

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The random variables of a model at run time, without their types.
#pragma once

#include <blue/distributions/traits.hpp>
#include <blue/models/structure.hpp>
#include <blue/tensor/draw.hpp>

#include <array>

namespace blue {

/// A random variable of a model as passes and optimisers see it. They are compiled once for all
/// models, so that a model of 64 layers does not take 64 times as long.
template <class B>
struct VariableView {
    const DrawKernels<B>* kernels;
    const void* distribution;  ///< the policy object in the model
    const void* prior;
    const void* storage;               ///< address in the model: the variable's identity
    const typename B::scalar* values;  ///< parameters, one array after the other
    Index size;                        ///< number of elements
    Index stride;                      ///< distance between parameters
    const ParameterLayout* layout;     ///< where parameters are instead; nullptr without others
    int parameters;
    bool is_random;
    bool is_antithetic;
    FrozenDraws<B> frozen;

    /// Where parameter k begins in `values`; for k = `parameters`, where they end.
    Index offset(int k) const { return layout ? layout->offsets[k] : k * stride; }
    /// Elements of parameter k.
    Index parameter_size(int k) const { return layout ? layout->sizes[k] : size; }
    /// Of all parameters, with padding.
    Index numbers() const { return offset(parameters); }
};

/// The views of all random variables of a model, in the order of its slots. Valid while the model
/// stays where it is.
template <class M, class B = backend_of<M>>
std::array<VariableView<B>, static_cast<std::size_t>(random_variable_count<M>)> variable_views(
    const M& model) {
    std::array<VariableView<B>, static_cast<std::size_t>(random_variable_count<M>)> views;
    auto* next = views.data();
    detail::visit_variables(model, [&](const auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        using Q = typename State::Q;
        using Drawn = typename detail::drawn_distribution<Q>::type;
        const auto* const frozen = state.frozen.kernels;
        *next++ = {frozen ? frozen : draw_kernels<Drawn, typename State::P>(B{}),
                   frozen ? static_cast<const void*>(&state.distribution)
                          : static_cast<const Drawn*>(&state.distribution),
                   &state.prior,
                   &state,
                   state.values.data(),
                   State::size,
                   State::stride,
                   State::layout(),
                   State::parameters,
                   is_random<Q> && !frozen,
                   is_antithetic<Q>,
                   state.frozen};
    });
    return views;
}

}  // namespace blue

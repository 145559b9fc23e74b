// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The random variables whose posteriors can be sharpened, and what belongs to them meanwhile.
#pragma once

#include <blue/estimators/requirement.hpp>
#include <blue/models/variable_view.hpp>
#include <blue/objectives/closed_form.hpp>
#include <blue/ops/sharpening_args.hpp>
#include <blue/random/draw.hpp>
#include <blue/tensor/buffer.hpp>

namespace blue {

namespace requirement {
/// A random variable of a model whose posterior is sharpened.
template <bool Ok, class Path, class Variational, class Prior>
struct sharpened_weights : check {
    static_assert(
        Ok,
        "blue: posterior sharpening moves draws of normal weights and needs their divergence in "
        "closed form, see the distributions in sharpened_weights<...>: use MeanFieldNormal "
        "without an estimator, or NonBayesian, and a prior with a closed form");
};
}  // namespace requirement

namespace detail {

/// Whether w = mean + std z with a normal z, and mean and log std are what is stored.
template <class Q>
inline constexpr bool can_be_sharpened = [] {
    if constexpr (NormalWeights<Q> && Q::parameters::size == 2)
        return draws_weights<Q> && Q::parameters::transforms[1] == transform::exponential;
    else
        return false;
}();
template <class Placed>
using is_not_sharpened = mp::mp_bool<is_random<variational_of<Placed>> &&
                                     !(can_be_sharpened<variational_of<Placed>> &&
                                       divergence_of_placed<Placed> == Divergence::closed_form)>;
template <class M>
using sharpening_check_of =
    typename first_variable_check<requirement::sharpened_weights,
                                  mp::mp_copy_if<random_variables<M>, is_not_sharpened>>::type;

/// What belongs to a random variable of the model, a parameter or a buffer.
template <class B, class Rule>
struct SharpenedVariable {
    bool is_trained, has_steps;
    bool is_moved = false;  ///< has steps, and is not frozen to its mean
    Buffer<B> steps, step_gradient, state, directions, noise, sharpened_noise, gradient;

    SharpenedVariable(const VariableView<B>& view, bool trained, bool random)
        : is_trained(trained), has_steps(random), gradient(trained ? view.numbers() : 0) {
        if (!random) return;
        const Index padded = (view.size + random::tile - 1) / random::tile * random::tile;
        for (Buffer<B>* buffer : {&noise, &sharpened_noise}) *buffer = Buffer<B>(padded);
        for (Buffer<B>* buffer : {&steps, &step_gradient}) *buffer = Buffer<B>(view.size);
        state = Buffer<B>(Rule::state_arrays * view.size);
    }
    void begin() {
        B::memory::fill_zero(gradient.data(), gradient.size());
        B::memory::fill_zero(step_gradient.data(), step_gradient.size());
    }
    SharpenedArgs<B> at(Index sample) {
        return {steps.data(),    directions.data() + sample * steps.size(),
                noise.data(),    sharpened_noise.data(),
                gradient.data(), step_gradient.data()};
    }
};

}  // namespace detail

}  // namespace blue

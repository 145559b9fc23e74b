// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One pass over a model: where modules get their drawn weights from.
#pragma once

#include <blue/concepts/module.hpp>
#include <blue/distributions/deterministic.hpp>
#include <blue/meta/variables.hpp>
#include <blue/tensor/tape.hpp>

#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <span>
#include <type_traits>

namespace blue {

namespace detail {

template <class Variables>
struct known_names;
template <class... V>
struct known_names<variables<V...>> {
    using type = requirement::known<typename spell<V::name>::type...>;
};

/// What a name means in a module.
template <class M, class Name>
struct variable_lookup {
    using check = requirement::name_literal<false, requirement::given<Name>>;
    static constexpr bool declared = false;
};
template <class M, class Name>
requires requires {
    Name::text;
}
struct variable_lookup<M, Name> {
    /// Position among the variables that the module has; -1 when it is absent.
    static constexpr int index = variable_index<typename M::own_variables, Name::text>;
    static constexpr bool declared =
        variable_index<typename M::declared_variables, Name::text> >= 0;
    using check =
        requirement::variable_name<declared, typename spell<Name::text>::type, M,
                                   typename known_names<typename M::declared_variables>::type>;
};

/// What `Pass::sample` gives.
template <class B, class M, class Name>
constexpr auto sampled() {
    using Lookup = variable_lookup<M, Name>;
    if constexpr (!Lookup::declared)
        return std::type_identity<Lazy<B, any_shape>>{};  // after an error
    else if constexpr (Lookup::index < 0)
        return std::type_identity<absent>{};
    else {
        using Variable = boost::mp11::mp_at_c<typename M::own_variables, Lookup::index>;
        using Q = typename Variable::variational_distribution;
        if constexpr (is_trained<Q>)
            return std::type_identity<Lazy<B, typename Variable::shape, estimator_of<Q>>>{};
        else
            return std::type_identity<Var<B, typename Variable::shape>>{};
    }
}

}  // namespace detail

/// Handed through `forward` functions. Modules have no hidden state: the draws of a pass belong to
/// its tape, so several threads may run the same model.
template <class B>
class Pass {
public:
    using backend = B;

    /// \param order positions of the tape's draws, sorted by the address of their variables.
    /// \param training whether layers behave as in training.
    /// \param noise the key of noise that belongs to no random variable.
    Pass(Tape<B>& tape, Index samples, std::span<const int> order, bool training = true,
         const random::Key& noise = {})
        : tape_(tape), samples_(samples), order_(order), training_(training), noise_(noise) {}

    Tape<B>& tape() const { return tape_; }
    /// Number of weight samples.
    Index samples() const { return samples_; }
    /// Whether layers such as `Dropout` behave as in training.
    bool training() const { return training_; }

    /// The key of new noise of a layer, such as a mask of `Dropout`: another one for each call in a
    /// pass, in the order of the calls. Sample s of the pass has the key's sample + s.
    random::Key new_noise() const {
        random::Key key = noise_;
        key.variable = tape_.next_noise();
        return key;
    }

    /// The draw of a module's random variable in this pass: `pass.sample(*this, "weight"_v)`. It is
    /// drawn where it is used; all uses within a pass share one draw. `absent` when the module does
    /// not have the variable. A buffer gives its value, which has no gradient. Throws Error when
    /// the module is not among its parent's children.
    template <class M, class Name>
    typename decltype(detail::sampled<B, M, Name>())::type sample(const M& module, Name) const {
        using Lookup = detail::variable_lookup<M, Name>;
        static_assert(typename Lookup::check{});
        if constexpr (!Lookup::declared) {
            return {&tape_, nullptr};
        } else if constexpr (Lookup::index < 0) {
            return {};
        } else {
            const auto& state = module.template state_at<Lookup::index>();
            Draw<B>* const draw = find(&state, Name::text);
            if constexpr (is_trained<typename std::remove_cvref_t<decltype(state)>::Q>)
                return {&tape_, draw};
            else
                return {&tape_, tape_.view(draw->stored, 1, 1, draw->size)};
        }
    }

    /// Moves a buffer of a module towards a value with the step of the optimiser that follows:
    /// (1 - rate) of what it is plus rate of the value. The pass itself changes no model.
    /// \param value one number per element, in the backend's memory until the tape is reset.
    template <class M, class Name>
    void update(const M& module, Name, const typename B::scalar* value, double rate) const {
        using Lookup = detail::variable_lookup<M, Name>;
        static_assert(typename Lookup::check{});
        Draw<B>* const draw = find(&module.template state_at<Lookup::index>(), Name::text);
        draw->target = value;
        draw->target_rate = rate;
    }

    /// The same pass for modules that have fewer samples.
    Pass with_samples(Index samples) const { return {tape_, samples, order_, training_, noise_}; }

    /// The draw of a variable's state. Throws Error when it is not part of the model.
    template <class State>
    Draw<B>& draw_of(const State& state) const {
        return *find(&state, State::variable::name);
    }

private:
    Draw<B>* find(const void* storage, const fixed_string& what) const {
        const std::span<Draw<B>> draws = tape_.draws();
        const auto at = std::lower_bound(
            order_.begin(), order_.end(), storage, [&](int slot, const void* address) {
                return std::less<const void*>{}(draws[static_cast<std::size_t>(slot)].storage,
                                                address);
            });
        if (at == order_.end() || draws[static_cast<std::size_t>(*at)].storage != storage)
            throw Error(
                std::string("sample: the variable \"") + what.str() +
                "\" does not belong to the model of this pass: is its module among the children "
                "of its parent?");
        return &draws[static_cast<std::size_t>(*at)];
    }

    Tape<B>& tape_;
    Index samples_;
    std::span<const int> order_;
    bool training_;
    random::Key noise_;
};

}  // namespace blue

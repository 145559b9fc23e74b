// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One pass over a model: where modules get their drawn weights from.
#pragma once

#include <blue/concepts/module.hpp>
#include <blue/meta/variables.hpp>
#include <blue/tensor/tape.hpp>

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

inline constexpr int after_error = -2;

/// Position of a variable among those that a module has; -1 for one that is absent.
template <class M, class Name>
constexpr int own_variable_index() {
    if constexpr (requires { Name::text; }) {
        constexpr bool declared = variable_index<typename M::declared_variables, Name::text> >= 0;
        static_assert(requirement::variable_name<
                      declared, typename spell<Name::text>::type, M,
                      typename known_names<typename M::declared_variables>::type>{});
        return declared ? variable_index<typename M::own_variables, Name::text> : after_error;
    } else {
        constexpr bool is_name = requires {
            Name::text;
        };
        static_assert(requirement::name_literal<is_name, requirement::given<Name>>{});
        return after_error;
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
    Pass(Tape<B>& tape, Index samples, std::span<const int> order)
        : tape_(tape), samples_(samples), order_(order) {}

    Tape<B>& tape() const { return tape_; }
    /// Number of weight samples.
    Index samples() const { return samples_; }

    /// The draw of a module's random variable in this pass: `pass.sample(*this, "weight"_v)`. It is
    /// drawn where it is used; all uses within a pass share one draw. `absent` when the module does
    /// not have the variable. Throws Error when the module is not among its parent's children.
    template <class M, class Name>
    auto sample(const M& module, Name) const {
        constexpr int index = detail::own_variable_index<M, Name>();
        if constexpr (index == detail::after_error) {
            return Lazy<B, any_shape>{&tape_, nullptr};
        } else if constexpr (index < 0) {
            return absent{};
        } else {
            const auto& state = module.template state_at<index>();
            using Variable = typename std::remove_cvref_t<decltype(state)>::variable;
            return Lazy<B, typename Variable::shape>{&tape_, find(&state, Variable::name)};
        }
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
};

}  // namespace blue

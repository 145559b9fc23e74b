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

/// Whether a module declares a variable but does not have it.
template <class M, class Name>
inline constexpr bool is_absent = [] {
    if constexpr (requires { Name::text; })
        return variable_index<typename M::declared_variables, Name::text> >= 0 &&
               variable_index<typename M::own_variables, Name::text> < 0;
    else
        return false;
}();

/// Position of a variable among those that a module has. After an error: that of the first.
template <class M, class Name>
constexpr int own_variable_index() {
    if constexpr (!requires { Name::text; }) {
        static_assert(
            requirement::name_literal<requires { Name::text; }, requirement::given<Name>>{});
        return 0;
    } else {
        constexpr int index = variable_index<typename M::own_variables, Name::text>;
        static_assert(requirement::variable_name<
                      (index >= 0), typename spell<Name::text>::type, M,
                      typename known_names<typename M::declared_variables>::type>{});
        return index < 0 ? 0 : index;
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
        if constexpr (detail::is_absent<M, Name>) {
            return absent{};
        } else {
            const auto& state = module.template state_at<detail::own_variable_index<M, Name>()>();
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

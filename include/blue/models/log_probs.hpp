// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The log probs of a pass: one typed entry per random variable.
#pragma once

#include <blue/models/structure.hpp>

#include <algorithm>
#include <tuple>
#include <vector>

namespace blue {

/// Log probs are not computed: the type of a result without them.
struct NoLogProbs {};

/// Log probs of one random variable in nats, one number per sample, summed over its elements.
struct LogProbEntry {
    std::vector<double> prior;        ///< log p(w)
    std::vector<double> variational;  ///< log q(w)
};

namespace detail {
/// A path without its last key.
template <class Path, class Front = path<>>
struct parent {
    using type = Front;
};
template <key First, key Second, key... Rest, key... Front>
struct parent<path<First, Second, Rest...>, path<Front...>>
    : parent<path<Second, Rest...>, path<Front..., First>> {};

/// Position of the variable at a path, -1 when there is none.
template <class List, class Path>
inline constexpr int slot_index = -1;
template <class... Placed, class Path>
inline constexpr int slot_index<mp::mp_list<Placed...>, Path> = [] {
    int index = -1, i = 0;
    ((std::is_same_v<typename Placed::path::template append<key(Placed::variable::name)>, Path>
          ? static_cast<void>(index = i)
          : void(),
      ++i),
     ...);
    return index;
}();

/// Whether a path is a single number.
template <key... Path>
inline constexpr bool is_index = false;
template <key Only>
inline constexpr bool is_index<Only> = Only.number >= 0;

/// The paths that could have been meant, for messages: of the variables in the same module or, when
/// there is no such module, of all (the first ones of a large model).
template <class M, class Wanted>
struct known_paths {
    template <class Placed>
    using in_same_module = std::is_same<typename Placed::path, typename parent<Wanted>::type>;
    template <class Placed>
    using spelled_path =
        spell_path<typename Placed::path::template append<key(Placed::variable::name)>>;

    static constexpr std::size_t most = 8;
    using all = random_variables<M>;
    using near = mp::mp_copy_if<all, in_same_module>;
    using some = std::conditional_t<mp::mp_empty<near>::value, all, near>;
    using type = mp::mp_apply<
        requirement::known,
        mp::mp_transform<spelled_path,
                         mp::mp_take_c<some, std::min(most, mp::mp_size<some>::value)>>>;
};

/// The variable at a path, or by its number when the path is a single number; the first one after
/// an error.
template <class M, key... Path>
constexpr int slot_at() {
    if constexpr (is_index<Path...>) {
        constexpr int slot = (Path.number, ...);
        constexpr bool exists = slot < random_variable_count<M>;
        static_assert(requirement::log_prob_index<exists, requirement::position<slot>,
                                                  requirement::count<random_variable_count<M>>>{});
        return exists ? slot : 0;
    } else {
        constexpr int slot = slot_index<random_variables<M>, path<Path...>>;
        static_assert(requirement::log_prob_path<(slot >= 0), spell_path<path<Path...>>,
                                                 typename known_paths<M, path<Path...>>::type>{});
        return slot < 0 ? 0 : slot;
    }
}

}  // namespace detail

template <class M, class B>
class LogProbs;

/// The log probs of the I-th random variable.
template <std::size_t Position, class M, class B>
LogProbEntry get(const LogProbs<M, B>& log_probs);

/// The log probs of a pass over a model of type M: a tuple with one entry per random variable,
/// addressed by position (`get<0>(log_probs)`, structured bindings) or by path (`log_probs.template
/// get<2, "weight">()`). Valid until the tape is reset.
template <class M, class B>
class LogProbs {
public:
    static constexpr int size = random_variable_count<M>;

    LogProbs(Tape<B>* tape, Node<B>* table, Node<B>* divergences)
        : tape_(tape), table_(table), divergences_(divergences) {}

    /// The entry of the variable at a path: positions and names of the layers from the outside in,
    /// the variable last, `get<2, "gated", "weight">()`. A single number counts the variables:
    /// `get<0>()` is the first. A path that does not exist is a compile error.
    template <key... Path>
    LogProbEntry get() const {
        return entry(detail::slot_at<M, Path...>());
    }
    /// The entry of a slot in [0, size).
    LogProbEntry entry(int slot) const {
        const Index samples = table_->batch;
        std::vector<typename B::scalar> pairs(static_cast<std::size_t>(2 * samples));
        B::memory::copy_to_host(pairs.data(), table_->value + slot * samples * 2, samples * 2);
        LogProbEntry result;
        for (std::size_t s = 0; s < static_cast<std::size_t>(samples); ++s) {
            result.prior.push_back(static_cast<double>(pairs[2 * s]));
            result.variational.push_back(static_cast<double>(pairs[2 * s + 1]));
        }
        return result;
    }
    /// The sum over all variables.
    LogProbEntry total() const {
        LogProbEntry result{std::vector<double>(static_cast<std::size_t>(table_->batch)),
                            std::vector<double>(static_cast<std::size_t>(table_->batch))};
        for (int slot = 0; slot < size; ++slot) {
            const LogProbEntry part = entry(slot);
            for (std::size_t s = 0; s < part.prior.size(); ++s) {
                result.prior[s] += part.prior[s];
                result.variational[s] += part.variational[s];
            }
        }
        return result;
    }

    Tape<B>* tape() const { return tape_; }
    Node<B>* table() const { return table_; }
    Node<B>* divergences() const { return divergences_; }

private:
    Tape<B>* tape_;
    Node<B>* table_;
    Node<B>* divergences_;
};

template <std::size_t Position, class M, class B>
LogProbEntry get(const LogProbs<M, B>& log_probs) {
    return log_probs.entry(detail::slot_at<M, key(static_cast<int>(Position))>());
}

}  // namespace blue

template <class M, class B>
struct std::tuple_size<blue::LogProbs<M, B>>
    : std::integral_constant<std::size_t, static_cast<std::size_t>(blue::LogProbs<M, B>::size)> {};
template <std::size_t Position, class M, class B>
struct std::tuple_element<Position, blue::LogProbs<M, B>> {
    using type = blue::LogProbEntry;
};

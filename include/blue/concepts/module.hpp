// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The sentences when a module does not agree with its random variables, policies or children.
#pragma once

#include <blue/concepts/layer.hpp>

namespace blue {

namespace detail {

struct ForwardName {
    int forward;
};
/// As in `CallProbe`: a name from two bases is ambiguous.
template <class M>
struct ForwardProbe : M, ForwardName {};

template <class M>
inline constexpr bool has_forward = [] {
    if constexpr (std::is_final_v<M>)
        return true;
    else
        return !requires {
            &ForwardProbe<M>::forward;
        };
}();

}  // namespace detail

namespace requirement {

/// The function that a class derived from `Module` must have.
template <bool Ok, class Given>
struct forward_function : check {
    static_assert(Ok,
                  "blue: the module lacks forward, see given in forward_function<...>: add auto "
                  "forward(auto& pass, auto x) const");
};

/// A random variable that is asked for by name: `pass.sample(*this, "weight"_v)`.
template <bool Exists, class Name, class Module, class Known>
struct variable_name : check {
    static_assert(
        Exists,
        "blue: the module has no random variable of this name, see the name, the module and the "
        "known names in variable_name<...>: use a known name, or add it to the variables");
};

/// The name must be a type.
template <bool Ok, class Given>
struct name_literal : check {
    static_assert(Ok,
                  "blue: pass.sample takes a name as a literal with _v, see given in "
                  "name_literal<...>: append "
                  "_v to the string, after using namespace blue::literals");
};

/// A list of policies, one per variable.
template <bool Fits, class Policies, class Expected, class Given>
struct policy_count : check {
    static_assert(
        Fits,
        "blue: per_variable needs one distribution for each random variable of the layer, see the "
        "list, and expected and given count in policy_count<...>: add or remove some");
};

/// The policies of a built-in layer.
template <bool Fits, class Given>
struct policies : check {
    static_assert(
        Fits,
        "blue: a layer takes its options first and then at most three policies (variational "
        "distribution, prior, backend), see given count in policies<...>: remove the others");
};

/// A log prob that is asked for by path: `get<2, "weight">()`.
template <bool Found, class Path, class Known>
struct log_prob_path : check {
    static_assert(
        Found,
        "blue: the model has no random variable at this path, see the path and the known paths in "
        "log_prob_path<...>: give positions and names from the outside in, the variable last");
};

/// A log prob that is asked for by position: `get<3>(log_probs)`.
template <bool Found, class Position, class Count>
struct log_prob_index : check {
    static_assert(Found,
                  "blue: the model has fewer random variables than this index, see position and "
                  "count in log_prob_index<...>: use a position below the count");
};

/// An argument of `initialise` and of models after the seed.
template <bool Ok, class Given>
struct setting : check {
    static_assert(Ok,
                  "blue: not a setting, see given in setting<...>: use posterior(q), prior(p) or "
                  "ModuleOptions{...}");
};

/// How a module that is no stack gets its initial values.
template <bool Made, class Given>
struct made : check {
    static_assert(Made,
                  "blue: only stacks such as Sequential are constructed from a seed, see given in "
                  "made<...>: write auto layer = blue::make<Layer>(blue::Seed{1})");
};

/// A setting must have something to set.
template <bool Used, class Distribution, class Model>
struct setting_applies : check {
    static_assert(
        Used,
        "blue: this setting changes nothing, because no random variable of the model has a "
        "distribution of its type, see setting_applies<...>: change its type or the model's");
};

}  // namespace requirement

}  // namespace blue

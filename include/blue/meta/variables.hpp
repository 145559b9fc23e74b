// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The random variables and deterministic parameters of a module, and policies that differ from
/// variable to variable.
#pragma once

#include <blue/meta/fixed_string.hpp>
#include <blue/meta/shape.hpp>

#include <type_traits>

namespace blue {

/// A random variable of a module: its name and shape. `variable<"weight", 512, 784>`.
template <fixed_string Name, Index... Extents>
struct variable {
    static constexpr fixed_string name = Name;
    static constexpr bool present = true, is_parameter = false;
    using shape = blue::shape<Extents...>;
    static_assert(shape::is_static, "blue: the shape of a random variable has no dynamic extents");
};

/// A variable that this instance of a module does not have; sampling it gives `blue::absent`.
template <fixed_string Name>
struct absent_variable {
    static constexpr fixed_string name = Name;
    static constexpr bool present = false, is_parameter = false;
};

/// A variable that is there when the condition holds: `optional_variable<has_bias, "bias", Out>`.
template <bool Present, fixed_string Name, Index... Extents>
using optional_variable =
    std::conditional_t<Present, variable<Name, Extents...>, absent_variable<Name>>;

/// What sampling an absent variable gives.
struct absent {};

/// Where all elements of a deterministic parameter begin.
struct zeros {
    static constexpr double value = 0;
};
struct ones {
    static constexpr double value = 1;
};
/// Numerator / Denominator: `fraction<1, 4>` is 0.25.
template <Index Numerator, Index Denominator>
struct fraction {
    static constexpr double value =
        static_cast<double>(Numerator) / static_cast<double>(Denominator);
};

/// A deterministic parameter of a module: trained, but without distribution, prior and log probs.
/// `parameter<"weight", ones, 64>` is named as in PyTorch in state dicts, `2.weight`.
/// \tparam Start `zeros`, `ones`, `fraction<1, 4>` or a class with a static number `value`.
template <fixed_string Name, class Start, Index... Extents>
struct parameter : variable<Name, Extents...> {
    static constexpr bool is_parameter = true, is_trained = true;
    using start = Start;
};

/// Numbers that a module keeps and saves but does not train, such as running statistics:
/// `buffer<"running_mean", zeros, 64>`. Sampling it gives its value; `Pass::update` moves it.
template <fixed_string Name, class Start, Index... Extents>
struct buffer : parameter<Name, Start, Extents...> {
    static constexpr bool is_trained = false;
};

/// The random variables of a module, its deterministic parameters and its buffers.
template <class... Variables>
struct variables {
    static constexpr int size = sizeof...(Variables);
    static constexpr bool has_parameters = (false || ... || Variables::is_parameter);
};

/// A list of names: the variational parameters that a prior asks for, `names<"mean">`.
template <fixed_string... Names>
struct names {
    static constexpr int size = sizeof...(Names);
};

/// One policy per variable, in the order of the module's variables, in place of one for all:
/// `Linear<4, 3, per_variable<MeanFieldNormal, NonBayesian>>`.
template <class... Policies>
struct per_variable {};

namespace detail {

template <class Policy>
inline constexpr bool is_policy_list = false;
template <class... Policies>
inline constexpr bool is_policy_list<per_variable<Policies...>> = true;

/// Position of a variable in a list, -1 when there is none of that name.
template <class List, fixed_string Name>
inline constexpr int variable_index = -1;
template <template <class...> class List, class... V, fixed_string Name>
inline constexpr int variable_index<List<V...>, Name> = [] {
    int index = -1, i = 0;
    ((V::name == Name ? static_cast<void>(index = i) : void(), ++i), ...);
    return index;
}();

}  // namespace detail

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Where something is in a model: paths of positions and names, and state-dict names made of them.
#pragma once

#include <blue/meta/fixed_string.hpp>

#include <array>
#include <string_view>

namespace blue {

/// One step into a model: the position in a `Sequential` (`2`) or the name of a member ("gate").
struct key {
    fixed_string text{};
    int number = -1;

    constexpr key(int position) : number(position) {}
    template <std::size_t N>
    constexpr key(const char (&name)[N]) : text(name) {}
    /// nvcc spells template arguments member by member.
    constexpr key(fixed_string name, int position = -1) : text(name), number(position) {}
    friend constexpr bool operator==(const key&, const key&) = default;
};

/// The way from the root of a model to a module or variable.
template <key... Keys>
struct path {
    static constexpr int size = sizeof...(Keys);
    template <key... More>
    using append = path<Keys..., More...>;
};

namespace detail {

/// Text that grows in constant expressions.
struct text_buffer {
    std::array<char, 256> data{};
    std::size_t size = 0;

    constexpr void add(char c) { data[size++] = c; }
    constexpr void add(const fixed_string& text) {
        for (int i = 0; i < text.size(); ++i) add(text[i]);
    }
    constexpr void add(const key& step) {
        if (step.number < 0) return add(step.text);
        int digits[12] = {}, n = 0, rest = step.number;
        do digits[n++] = rest % 10;
        while ((rest /= 10) > 0);
        while (n > 0) add(static_cast<char>('0' + digits[--n]));
    }
};

template <class Path>
struct path_text;
template <key... Keys>
struct path_text<path<Keys...>> {
    static constexpr text_buffer dotted = [] {
        text_buffer text;
        int i = 0;
        ((text.add(Keys), ++i < path<Keys...>::size ? text.add('.') : void()), ...);
        return text;
    }();
};

template <class Path, fixed_string Variable, fixed_string Parameter>
struct parameter_text {
    static constexpr text_buffer dotted = [] {
        text_buffer text = path_text<Path>::dotted;
        if (text.size > 0) text.add('.');
        text.add('_');
        text.add(Variable);
        text.add('_');
        text.add(Parameter);
        return text;
    }();
};

template <class Path, class Positions = std::make_index_sequence<path_text<Path>::dotted.size>>
struct spell_path_letters;
template <class Path, std::size_t... Position>
struct spell_path_letters<Path, std::index_sequence<Position...>> {
    using type = spelled<path_text<Path>::dotted.data[Position]...>;
};

}  // namespace detail

/// A path letter by letter, for messages.
template <class Path>
using spell_path = typename detail::spell_path_letters<Path>::type;

/// A path as in a state dict: "2.0.gated"; empty for the root.
template <class Path>
inline constexpr std::string_view path_name{detail::path_text<Path>::dotted.data.data(),
                                            detail::path_text<Path>::dotted.size};

/// The state-dict name of a variational parameter, as torch_blue spells it: "0._weight_log_std".
template <class Path, fixed_string Variable, fixed_string Parameter>
inline constexpr std::string_view parameter_name{
    detail::parameter_text<Path, Variable, Parameter>::dotted.data.data(),
    detail::parameter_text<Path, Variable, Parameter>::dotted.size};

}  // namespace blue

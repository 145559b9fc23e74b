// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Strings as template arguments.
#pragma once

#include <blue/config.hpp>

#include <string>
#include <utility>

namespace blue {

/// Text of at most 32 characters that can be a template argument: the names of variables,
/// parameters and layers. Packed into integers, because nvcc rejects kernels whose template
/// arguments contain an array of characters.
struct fixed_string {
    static constexpr int capacity = 32;

    std::uint64_t word0 = 0, word1 = 0, word2 = 0, word3 = 0;

    constexpr fixed_string() = default;
    /// nvcc spells template arguments member by member.
    constexpr fixed_string(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d)
        : word0(a), word1(b), word2(c), word3(d) {}
    template <std::size_t N>
    constexpr fixed_string(const char (&text)[N]) {
        static_assert(N <= capacity + 1, "blue: names have at most 32 characters");
        for (std::size_t i = 0; i + 1 < N; ++i) set(static_cast<int>(i), text[i]);
    }

    constexpr char operator[](int i) const {
        return static_cast<char>(word(i / 8) >> (8 * (i % 8)) & 0xff);
    }
    constexpr int size() const {
        int n = 0;
        while (n < capacity && (*this)[n] != '\0') ++n;
        return n;
    }
    std::string str() const {
        std::string text;
        for (int i = 0; i < size(); ++i) text += (*this)[i];
        return text;
    }
    friend constexpr bool operator==(const fixed_string&, const fixed_string&) = default;

    /// Both texts after each other. Characters beyond the capacity are an error in constant
    /// expressions.
    friend constexpr fixed_string operator+(const fixed_string& a, const fixed_string& b) {
        fixed_string joined = a;
        const int n = a.size(), m = b.size();
        if (n + m > capacity) throw "blue: names have at most 32 characters";
        for (int i = 0; i < m; ++i) joined.set(n + i, b[i]);
        return joined;
    }

private:
    constexpr std::uint64_t word(int k) const {
        return k == 0 ? word0 : k == 1 ? word1 : k == 2 ? word2 : word3;
    }
    constexpr void set(int i, char c) {
        const auto bits = static_cast<std::uint64_t>(static_cast<unsigned char>(c))
                          << (8 * (i % 8));
        (i < 8 ? word0 : i < 16 ? word1 : i < 24 ? word2 : word3) |= bits;
    }
};

/// A name as a type, so that functions can take it as an argument: `pass.sample(*this,
/// "weight"_v)`.
template <fixed_string Text>
struct name {
    static constexpr fixed_string text = Text;
};

inline namespace literals {
template <fixed_string Text>
constexpr name<Text> operator""_v() {
    return {};
}
}  // namespace literals

/// A name letter by letter: the one form of a string that every compiler prints readably in errors.
template <char... Letters>
struct spelled {};

namespace detail {
template <fixed_string Text, class Positions>
struct spell_letters;
template <fixed_string Text, int... Position>
struct spell_letters<Text, std::integer_sequence<int, Position...>> {
    using type = spelled<Text[Position]...>;
};
}  // namespace detail

/// `typename spell<Text>::type` is the name letter by letter. (The length is a member, because g++
/// 12 crashes on a member function called in a template argument.)
template <fixed_string Text>
struct spell {
    static constexpr int length = Text.size();
    using type =
        typename detail::spell_letters<Text, std::make_integer_sequence<int, length>>::type;
};

}  // namespace blue

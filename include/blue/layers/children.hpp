// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The modules inside a module.
#pragma once

#include <blue/meta/path.hpp>

#include <boost/mp11/list.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace blue {

/// A child under another name than its member's: `child<"encoder", &Model::first>`.
template <fixed_string Name, auto Member>
struct child {};

/// The modules inside a module, in the order of the state dict; names are those of the members:
/// `using children = blue::children<&Block::linear1, &Block::gated>;`. An entry is a pointer to a
/// member or a `child<"name", &Block::member>{}`.
template <auto... Members>
struct children {};

/// Members of a module that say how it computes and are no children, for whoever copies it from one
/// backend to another: `using fields = blue::fields<&BatchNorm::eps, &BatchNorm::momentum>;`.
template <auto... Members>
struct fields {};

namespace detail {

template <auto Member>
constexpr std::string_view pretty_name() {
    return __PRETTY_FUNCTION__;
}

/// The member's name, cut out of what the compiler prints for a pointer to it.
template <auto Member>
constexpr fixed_string member_name() {
    // "[with auto Member = &Block::gated; std::string_view = ...]" (g++), "[Member =
    // &Block::gated]" (clang), with parentheses on some. The class may have template arguments, so
    // the name starts after the last colon.
    constexpr std::string_view text = pretty_name<Member>();
    constexpr std::size_t pointer = text.find("Member = ");
    constexpr std::size_t semicolon = text.find(';', pointer);
    constexpr std::size_t end = semicolon == std::string_view::npos ? text.rfind(']') : semicolon;
    constexpr std::size_t stop = text[end - 1] == ')' ? end - 1 : end;
    constexpr std::size_t begin = text.find_last_of(':', stop) + 1;
    static_assert(stop - begin <= fixed_string::capacity,
                  "blue: names of child modules have at most 32 characters");
    fixed_string result;
    for (std::size_t i = begin; i < stop; ++i) {
        const char letter[2] = {text[i], '\0'};
        result = result + fixed_string(letter);
    }
    return result;
}

template <class Pointer>
struct member_type;
template <class Class, class T>
struct member_type<T Class::*> {
    using type = T;
};

/// One child: its key in paths, its type, and how to reach it.
template <auto Member>
struct child_entry {
    static constexpr blue::key key{member_name<Member>()};
    using type = typename member_type<decltype(Member)>::type;
    template <class Parent>
    static auto& get(Parent& parent) {
        return parent.*Member;
    }
};
template <fixed_string Name, auto Member>
struct named_child_entry {
    static constexpr blue::key key{Name};
    using type = typename member_type<decltype(Member)>::type;
    template <class Parent>
    static auto& get(Parent& parent) {
        return parent.*Member;
    }
};

template <auto Entry>
struct entry_of {
    using type = child_entry<Entry>;
};
template <fixed_string Name, auto Member, child<Name, Member> Entry>
struct entry_of<Entry> {
    using type = named_child_entry<Name, Member>;
};

template <class Children>
struct children_list;
template <auto... Members>
struct children_list<children<Members...>> {
    using type = boost::mp11::mp_list<typename entry_of<Members>::type...>;
};

/// The children of a module as a list of entries: from `children`, or from `child_entries` for
/// containers.
template <class M>
struct child_entries_of {
    using type = boost::mp11::mp_list<>;
};
template <class M>
requires requires {
    typename M::children;
}
struct child_entries_of<M> : children_list<typename M::children> {};
template <class M>
requires requires {
    typename M::child_entries;
}
struct child_entries_of<M> {
    using type = typename M::child_entries;
};

}  // namespace detail

}  // namespace blue

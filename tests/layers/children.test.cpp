// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;
using detail::child_entries_of;
namespace mp = boost::mp11;

namespace {

namespace inner {
template <class T, Index N>
struct Parent : Module<Parent<T, N>, variables<>> {
    Linear<N, N> first, second_1;
    ReLU activation;
    using children =
        blue::children<&Parent::second_1, child<"renamed", &Parent::first>{}, &Parent::activation>;
    auto forward(auto& pass, auto x) const { return first(pass, second_1(pass, x)); }
};
}  // namespace inner

struct Plain {
    Linear<2, 2> abcdefghijklmnopqrstuvwxyz012345;
    using children = blue::children<&Plain::abcdefghijklmnopqrstuvwxyz012345>;
};

template <class M, std::size_t N>
using entry = mp::mp_at_c<typename child_entries_of<M>::type, N>;
using Parent = inner::Parent<float, 4>;

}  // namespace

// Names are those of the members, in the order of the list.
static_assert(mp::mp_size<child_entries_of<Parent>::type>::value == 3);
static_assert(entry<Parent, 0>::key == key("second_1"));
static_assert(entry<Parent, 1>::key == key("renamed"));
static_assert(entry<Parent, 2>::key == key("activation"));
static_assert(std::is_same_v<entry<Parent, 1>::type, Linear<4, 4>>);
static_assert(std::is_same_v<entry<Parent, 2>::type, ReLU>);

// Of a class that is no template, and of the greatest length.
static_assert(entry<Plain, 0>::key == key("abcdefghijklmnopqrstuvwxyz012345"));

static_assert(mp::mp_empty<child_entries_of<Linear<2, 3>>::type>::value);
static_assert(mp::mp_empty<child_entries_of<int>::type>::value);

TEST_CASE("entries reach the members of their parent") {
    Parent parent;
    CHECK(&entry<Parent, 0>::get(parent) == &parent.second_1);
    CHECK(&entry<Parent, 1>::get(parent) == &parent.first);
    const Parent& constant = parent;
    CHECK(&entry<Parent, 2>::get(constant) == &parent.activation);
}

TEST_CASE("the names of children are part of the paths") {
    CHECK(random_variable_names<Parent>[0] == "second_1.weight");
    CHECK(variational_parameter_names<Parent>[7] == "renamed._bias_log_std");
}

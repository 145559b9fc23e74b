// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <string>
#include <type_traits>
#include <vector>

using namespace blue;
using namespace blue::literals;
namespace mp = boost::mp11;

namespace {

template <class Q, class P, bool HasBias = true>
struct Three
    : Module<Three<Q, P, HasBias>,
             variables<variable<"a", 2, 3>, optional_variable<HasBias, "b", 5>, variable<"c">>, Q,
             P> {
    using Three::Module::Module;
    auto forward(auto& pass, auto x) const { return x * pass.sample(*this, "c"_v); }
};

template <class M, std::size_t N>
using own = mp::mp_at_c<typename M::own_variables, N>;
template <class M>
constexpr std::size_t own_count = mp::mp_size<typename M::own_variables>::value;

using Normal = MeanFieldNormal;
using One = Three<Normal, UniformPrior>;
using Each = Three<per_variable<Normal, NonBayesian, Normal>,
                   per_variable<Normal, UniformPrior, UniformPrior>>;
/// A list may have an entry for the variable that is absent, or none.
using EachDeclared = Three<per_variable<Normal, int, NonBayesian>, UniformPrior, false>;
using EachPresent = Three<per_variable<Normal, NonBayesian>, UniformPrior, false>;

}  // namespace

// One policy for all variables.
static_assert(own_count<One> == 3);
static_assert(std::is_same_v<own<One, 0>::variational_distribution, Normal>);
static_assert(std::is_same_v<own<One, 2>::prior, UniformPrior>);
static_assert(std::is_same_v<own<One, 1>::shape, shape<5>>);
static_assert(own<One, 2>::name == fixed_string("c"));

// One policy per variable.
static_assert(std::is_same_v<own<Each, 0>::variational_distribution, Normal>);
static_assert(std::is_same_v<own<Each, 1>::variational_distribution, NonBayesian>);
static_assert(std::is_same_v<own<Each, 0>::prior, Normal>);
static_assert(std::is_same_v<own<Each, 1>::prior, UniformPrior>);

static_assert(own_count<EachDeclared> == 2 && own_count<EachPresent> == 2);
static_assert(std::is_same_v<EachDeclared::own_variables, EachPresent::own_variables>);
static_assert(std::is_same_v<own<EachDeclared, 1>::variational_distribution, NonBayesian>);
static_assert(own<EachDeclared, 1>::name == fixed_string("c"));
static_assert(EachDeclared::declared_variables::size == 3);

TEST_CASE("the state of a variable is found by name and by position") {
    Three<Normal, Normal> three(Normal{.std = 0.5}, Normal{.std = 2}, {.rescale_prior = true});
    CHECK(three.module_options.rescale_prior);
    CHECK(three.module_options.kaiming_initialization);
    CHECK(three.state<"a">().distribution.std == 0.5);
    CHECK(three.state("b"_v).prior.std == 2);
    CHECK(&three.state<"c">() == &three.state_at<2>());
    const auto& constant = three;
    CHECK(&constant.state<"a">() == &constant.state("a"_v));
    CHECK(constant.state<"a">().size == 6);
    CHECK(constant.state<"b">().size == 5);

    std::vector<std::string> names;
    std::vector<Index> sizes;
    constant.for_each_state([&](const auto& state) {
        names.push_back(std::remove_cvref_t<decltype(state)>::variable::name.str());
        sizes.push_back(state.size);
    });
    CHECK(names == std::vector<std::string>{"a", "b", "c"});
    CHECK(sizes == std::vector<Index>{6, 5, 1});
}

TEST_CASE("parameters stand apart by whole cache lines and start at zero") {
    const Linear<5, 7> layer;
    const auto& state = layer.state<"weight">();
    CHECK(state.size == 35);
    CHECK(state.stride == 48);
    CHECK(state.parameters == 2);
    CHECK(state.parameter(1) - state.parameter(0) == state.stride);
    CHECK(reinterpret_cast<std::uintptr_t>(state.parameter(1)) % 64 == 0);
    for (Index e = 0; e < 2 * state.stride; ++e) CHECK(state.values.data()[e] == 0.0f);
}

TEST_CASE("modules without variables have no state") {
    int calls = 0;
    const blue_test::Block<2, 3> block;
    block.for_each_state([&](const auto&) { ++calls; });
    CHECK(calls == 0);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

#include <tuple>
#include <type_traits>
#include <vector>

using namespace blue;
using B = Cpu<double>;
template <Index In, Index Out>
using Dense = Linear<In, Out, MeanFieldNormal, MeanFieldNormal, B>;
using Left = Sequential<Dense<3, 4>, Tanh>;
using Right = Dense<3, 4>;

namespace {

const std::vector<double> numbers{0.5, -2, 1, 3, 0.25, -1};

struct Product {
    auto operator()(auto a, auto b) const { return a * b; }
};

/// The outputs of both branches on their own, from a model whose branches have the same seed.
template <class Combine>
void compare(Combine expected_of) {
    const Parallel<Combine, Left, Right> net{Seed{1}};
    const Branch<Left, Right> apart{Seed{1}};
    Tape<B> tape;
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto y = forward(net, tape, x, {.samples = 3}).samples.to_host();
    const auto outputs = forward(apart, tape, x, {.samples = 3}).samples;
    static_assert(
        std::is_same_v<decltype(outputs), const std::tuple<Var<B, shape<4>>, Var<B, shape<4>>>>);
    CHECK(y == std::apply(expected_of, outputs).to_host());
}

}  // namespace

static_assert(random_variable_names<Parallel<Sum, Left, Right>>[1] == "0.0.bias");
static_assert(random_variable_names<Parallel<Sum, Left, Right>>[2] == "1.weight");

TEST_CASE("branches are added, concatenated, or combined by a function") {
    compare(Sum{});
    compare(Concatenate<>{});
    compare(Product{});
    const Parallel<Concatenate<>, Left, Right, Identity> net{Seed{1}};
    Tape<B> tape;
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto y = forward(net, tape, x, {.samples = 2}).samples;
    static_assert(std::is_same_v<decltype(y)::shape, shape<11>>);
    CHECK(y.to_host()[8] == numbers[0]);
    CHECK(y.to_host()[43] == numbers[5]);
}

TEST_CASE("gradients go through all branches") {
    const Parallel<Sum, Sequential<Dense<3, 3>, Tanh>, Identity, Dense<3, 3>> net{Seed{1}};
    Tape<B> tape;
    const auto f = [&](auto x) { return forward(net, *x.tape, x, {.samples = 2}).samples; };
    const auto report = testing::gradient_check(f, testing::Values<shape<3>>{1, 2, numbers});
    INFO(report.sentence());
    CHECK(report.error < 1e-8);  // of differences, see gradient_check
}

TEST_CASE("branches inside a stack see its values") {
    using Net =
        Sequential<Dense<3, 6>, Parallel<Sum, Identity, Sequential<Dense<6, 2>, Dense<2, 6>>>,
                   Dense<6, 1>>;
    using Same = Sequential<Dense<3, 6>, Residual<Dense<6, 2>, Dense<2, 6>>, Dense<6, 1>>;
    const Net net{Seed{4}};
    const Same same{Seed{4}};
    Tape<B> tape;
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto a = forward(net, tape, x, {.samples = 2}).samples.to_host();
    const auto b = forward(same, tape, x, {.samples = 2}).samples.to_host();
    CHECK(a == b);
}

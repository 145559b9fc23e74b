// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences for recurrent layers, and ways to go through them.
#pragma once

#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include <vector>

namespace blue_test {

/// A layer within a model whose forward function is f(layer, pass, x).
template <class L, class F>
struct Probe : blue::Module<Probe<L, F>, blue::variables<>, blue::MeanFieldNormal,
                            blue::UniformPrior, blue::backend_of<L>> {
    L layer;
    F function{};
    using children = blue::children<&Probe::layer>;
    auto forward(auto& pass, auto x) const { return function(layer, pass, x); }
};

/// Five sequences of six steps with three numbers each, and how long they count as.
inline const std::vector<double> numbers =
    blue::testing::random_values<blue::shape<3>>(1, 30, blue::Seed{9}).numbers;
inline const std::vector<blue::Index> lengths{6, 1, 3, 6, 2};

constexpr auto plain = [](const auto& layer, auto& pass, auto x) { return layer(pass, x); };
constexpr auto cut = [](const auto& layer, auto& pass, auto x) { return layer(pass, x, lengths); };
constexpr auto last_state = [](const auto& layer, auto& pass, auto x) {
    return layer.run(pass, x, lengths).state.h;
};
/// Twice, the second time from the state behind the first.
constexpr auto twice = [](const auto& layer, auto& pass, auto x) {
    const auto first = layer.run(pass, x);
    const auto second = layer.run(pass, x, {}, first.state);
    return first.output + 2 * second.output;
};

}  // namespace blue_test

// SPDX-License-Identifier: BSD-3-Clause
// Models and modules with several inputs and outputs.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <tuple>
#include <type_traits>
#include <vector>

using namespace blue;
using B = Cpu<double>;
template <Index In, Index Out>
using Dense = Linear<In, Out, MeanFieldNormal, MeanFieldNormal, B>;
template <class Self, class... Variables>
using Piece = Module<Self, variables<Variables...>, MeanFieldNormal, MeanFieldNormal, B>;

namespace {

/// What `Mixer` gives: a struct.
template <class X>
struct Mixed {
    X sum, difference;
};

/// Two inputs, two outputs.
struct Mixer : Piece<Mixer, variable<"scale", 3>> {
    auto forward(auto& pass, auto x, auto y) const {
        const auto scale = pass.sample(*this, "scale"_v);
        return Mixed<decltype(x)>{scale * (x + y), scale * (x - y)};
    }
};
/// The same, as a tuple, and with a flag.
struct Chooser : Piece<Chooser> {
    Mixer mixer;
    using children = blue::children<&Chooser::mixer>;
    auto forward(auto& pass, auto x, auto y, bool swapped) const {
        const auto mixed = mixer(pass, x, y);
        return swapped ? std::tuple{mixed.difference, mixed.sum}
                       : std::tuple{mixed.sum, mixed.difference};
    }
};
/// A model of two inputs of different shapes and one output.
struct Net : Piece<Net> {
    Dense<2, 3> left;
    Dense<4, 3> right;
    Chooser chooser;
    using children = blue::children<&Net::left, &Net::right, &Net::chooser>;
    auto forward(auto& pass, auto x, auto y) const {
        const auto [a, b] = chooser(pass, left(pass, x), right(pass, y), true);
        return a * tanh(b);
    }
};

const std::vector<double> first{0.5, -1, 2, 0.25}, second{1, 2, 3, 4, -1, -2, -3, -4};

}  // namespace

static_assert(random_variable_names<Net>[4] == "chooser.mixer.scale");

TEST_CASE("a model takes several inputs") {
    const Net net = make<Net>(Seed{1});
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(first.data(), 2);
    const auto y = tape.input<shape<4>>(second.data(), 2);
    const auto result = forward(net, tape, Inputs{x, y}, {.samples = 3});
    static_assert(std::is_same_v<decltype(result.samples), Var<B, shape<3>>>);
    CHECK(result.samples.samples() == 3);
    CHECK(result.log_probs.get<"chooser", "mixer", "scale">().prior.size() == 3);
    tape.reset();
    const auto again = forward<Scores::none>(
        net, tape,
        Inputs{tape.input<shape<2>>(first.data(), 2), tape.input<shape<4>>(second.data(), 2)},
        {.samples = 3});
    static_assert(std::is_same_v<decltype(again.log_probs), NoLogProbs>);
    CHECK(again.samples.to_host().size() == 18);
}

TEST_CASE("one input may stand among the inputs") {
    const Sequential<Dense<2, 3>> net{Seed{1}};
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(first.data(), 2);
    CHECK(forward(net, tape, Inputs{x}).samples.to_host() ==
          forward(net, tape, x).samples.to_host());
}

TEST_CASE("a model gives several outputs") {
    const Chooser net = make<Chooser>(Seed{2});
    Tape<B> tape;
    const std::vector<double> a{1, 2, 3}, b{4, 6, 8};
    const auto x = tape.input<shape<3>>(a.data(), 1), y = tape.input<shape<3>>(b.data(), 1);
    const auto plain = forward(net, tape, Inputs{x, y, false}, {.samples = 2}).samples;
    const auto swapped = forward(net, tape, Inputs{x, y, true}, {.samples = 2}).samples;
    const auto sum = std::get<0>(plain).to_host(), difference = std::get<1>(plain).to_host();
    for (std::size_t i = 0; i < 6; ++i) {
        const double scale = sum[i] / (a[i % 3] + b[i % 3]);
        CHECK(std::abs(difference[i] - scale * (a[i % 3] - b[i % 3])) < 1e-14);  // a few ulp
    }
    CHECK(std::get<0>(swapped).to_host() == difference);
    CHECK(std::get<1>(swapped).to_host() == sum);
}

TEST_CASE("gradients go to all inputs and through all outputs") {
    const Net net = make<Net>(Seed{3});
    Tape<B> tape;
    const auto value = [&](const std::vector<double>& a, const std::vector<double>& b) {
        tape.reset();
        const auto x = tape.leaf<shape<2>>(a.data(), 2);
        const auto y = tape.leaf<shape<4>>(b.data(), 2);
        const auto root = sum(forward(net, tape, Inputs{x, y}, {.samples = 2}).samples);
        return std::tuple{root, x, y};
    };
    const auto [root, x, y] = value(first, second);
    tape.backward(root);
    const auto dx = tape.gradient_of(x.node), dy = tape.gradient_of(y.node);
    const auto slope_at = [&](auto f) { return testing::detail::central_difference(f, 0x1p-10); };
    // Differences are accurate to about 1e-10.
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(std::abs(slope_at([&](double step) {
                           auto moved = first;
                           moved[i] += step;
                           return std::get<0>(value(moved, second)).value();
                       }) -
                       dx[i]) < 1e-9);
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(std::abs(slope_at([&](double step) {
                           auto moved = second;
                           moved[i] += step;
                           return std::get<0>(value(first, moved)).value();
                       }) -
                       dy[i]) < 1e-9);
}

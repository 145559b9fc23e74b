// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

using blue::Layer;

namespace {

struct Generic {
    auto operator()(auto&, auto x) const { return x; }
};
struct Overloaded {
    int operator()(int&, int) const { return 1; }
    double operator()(double&, double) const { return 1; }
};
struct Final final {
    auto operator()(auto&, auto x) const { return x; }
};
struct ForwardOnly {
    auto forward(auto&, auto x) const { return x; }
};
struct NotCopyable {
    NotCopyable(const NotCopyable&) = delete;
    auto operator()(auto&, auto x) const { return x; }
};

}  // namespace

static_assert(Layer<blue::Linear<3, 2>> && Layer<blue::ReLU> && Layer<blue::Flatten<2, 3>>);
static_assert(Layer<blue::Sequential<blue::Linear<3, 2>>> && Layer<blue::Residual<blue::ReLU>>);
static_assert(Layer<Generic> && Layer<Overloaded> && Layer<Final>);
static_assert(!Layer<ForwardOnly> && !Layer<NotCopyable>);
static_assert(!Layer<int> && !Layer<int (*)(int)> && !Layer<blue::shape<3>>);

TEST_CASE("a lambda can be a layer") {
    const auto doubled = [](auto&, auto x) { return 2 * x; };
    STATIC_REQUIRE(Layer<decltype(doubled)>);
    const blue::Sequential<std::remove_const_t<decltype(doubled)>> model{doubled};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[2] = {1, -3};
    const auto y = blue::forward(model, tape, tape.input<blue::shape<2>>(x, 1)).samples.to_host();
    CHECK(y == std::vector<float>{2, -6});
}

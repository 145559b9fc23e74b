// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <thread>
#include <vector>

using blue::Seed;
using B = blue::Cpu<float>;
using Net =
    blue::Sequential<blue::Linear<4, 5>, blue::Tanh, blue_test::Block<5, 3>, blue::Linear<5, 2>>;

namespace {

const std::vector<float> inputs{1, 2, 3, 4, -1, 0, 1, 0.5f, 2, 2, -2, 0};

template <class N>
std::vector<float> run(const N& net, blue::Tape<B>& tape, const blue::ForwardOptions& options) {
    tape.reset();
    return blue::forward<blue::Scores::none>(net, tape,
                                             tape.input<blue::shape<4>>(inputs.data(), 3), options)
        .samples.to_host();
}

}  // namespace

TEST_CASE("a pass is a function of seed, number and sample") {
    const Net net{Seed{1}};
    blue::Tape<B> tape;
    const auto a = run(net, tape, {.samples = 4, .seed = Seed{5}, .pass = 7});
    CHECK(a.size() == 4 * 3 * 2);
    CHECK(run(net, tape, {.samples = 4, .seed = Seed{5}, .pass = 7}) == a);
    CHECK(run(net, tape, {.samples = 4, .seed = Seed{6}, .pass = 7}) != a);
    CHECK(run(net, tape, {.samples = 4, .seed = Seed{5}, .pass = 8}) != a);
    // Samples 2 and 3 on their own.
    const auto later =
        run(net, tape, {.samples = 2, .seed = Seed{5}, .pass = 7, .first_sample = 2});
    CHECK(std::vector<float>(a.begin() + 12, a.end()) == later);
}

TEST_CASE("one model serves two tapes in two threads") {
    const Net net{Seed{1}};
    std::vector<float> results[2];
    std::thread threads[2];
    for (int i = 0; i < 2; ++i)
        threads[i] = std::thread([&, i] {
            blue::Tape<B> tape;
            for (int repeat = 0; repeat < 50; ++repeat) results[i] = run(net, tape, {.samples = 3});
        });
    for (auto& thread : threads) thread.join();
    CHECK(results[0] == results[1]);
}

TEST_CASE("copies are deep, and models can be moved") {
    Net net{Seed{1}};
    blue::Tape<B> tape;
    const auto before = run(net, tape, {.samples = 2});
    Net copy = net;
    blue::layer<0>(copy).state<"weight">().parameter(0)[0] += 1;
    CHECK(run(net, tape, {.samples = 2}) == before);
    CHECK(run(copy, tape, {.samples = 2}) != before);
    const Net moved = std::move(net);
    CHECK(run(moved, tape, {.samples = 2}) == before);
}

TEST_CASE("without scores the log probs have no size") {
    blue::Tape<B> tape;
    const Net net{Seed{1}};
    tape.reset();
    const auto result = blue::forward<blue::Scores::none>(
        net, tape, tape.input<blue::shape<4>>(inputs.data(), 3), {});
    static_assert(std::is_same_v<decltype(result.log_probs), blue::NoLogProbs>);
    static_assert(sizeof(result) == sizeof(result.samples));
    CHECK(result.samples.samples() == 10);
}

TEST_CASE("wrong options and noise are errors") {
    const Net net{Seed{1}};
    blue::Tape<B> tape;
    const auto x = tape.input<blue::shape<4>>(inputs.data(), 3);
    CHECK_THROWS_WITH(blue::forward(net, tape, x, {.samples = 0}),
                      "forward: expected at least 1 sample, got 0");
    const std::vector<const float*> noise(2, nullptr);
    CHECK_THROWS_AS(blue::forward(net, tape, x, {}, noise), blue::ShapeError);
}

namespace {
using namespace blue_test;
/// A parent that forgets one of its children.
struct Forgetful : blue::Module<Forgetful, blue::variables<>> {
    blue::Linear<4, 4> known, forgotten;
    using children = blue::children<&Forgetful::known>;
    auto forward(auto& pass, auto x) const { return forgotten(pass, known(pass, x)); }
};
/// A child that is called twice: tied weights.
struct Tied : blue::Module<Tied, blue::variables<>> {
    blue::Linear<4, 4, blue::without_bias> inner;
    using children = blue::children<&Tied::inner>;
    auto forward(auto& pass, auto x) const { return inner(pass, x) - inner(pass, x); }
};
}  // namespace

TEST_CASE("a child that is not listed is found in the first pass") {
    const auto model = blue::make<Forgetful>(Seed{1});
    blue::Tape<B> tape;
    const auto x = tape.input<blue::shape<4>>(inputs.data(), 3);
    std::string message;
    try {
        blue::forward(model, tape, x);
    } catch (const blue::Error& error) {
        message = error.what();
    }
    CHECK(message.find("children") != std::string::npos);
}

TEST_CASE("a child that is called twice shares its draw and counts once") {
    const auto model = blue::make<Tied>(Seed{1});
    blue::Tape<B> tape;
    const auto x = tape.input<blue::shape<4>>(inputs.data(), 3);
    const auto result = blue::forward(model, tape, x, {.samples = 5});
    for (float difference : result.samples.to_host()) CHECK(difference == 0.0f);
    CHECK(std::tuple_size_v<decltype(result.log_probs)> == 1);
}

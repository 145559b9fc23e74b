// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <cmath>
#include <thread>
#include <type_traits>
#include <vector>

using namespace blue;
using B = Cpu<float>;
using Net = Sequential<Linear<4, 5>, Tanh, blue_test::Block<5, 3>, Linear<5, 2>>;

namespace {

const std::vector<float> inputs{1, 2, 3, 4, -1, 0, 1, 0.5f, 2, 2, -2, 0};

template <class M>
std::vector<float> run(const M& model, Tape<B>& tape, const ForwardOptions& options) {
    tape.reset();
    return forward<Scores::none>(model, tape, tape.input<shape<4>>(inputs.data(), 3), options)
        .samples.to_host();
}

}  // namespace

TEST_CASE("a pass is a function of seed, number and sample") {
    const Net net{Seed{1}};
    Tape<B> tape;
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

TEST_CASE("what is computed about the weights does not change the draws") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto a = run(net, tape, {.samples = 3});
    tape.reset();
    const auto x = tape.input<shape<4>>(inputs.data(), 3);
    CHECK(forward<Scores::log_probs>(net, tape, x, {.samples = 3}).samples.to_host() == a);
    CHECK(forward<Scores::divergence>(net, tape, x, {.samples = 3}).samples.to_host() == a);
    tape.recording = false;
    CHECK(run(net, tape, {.samples = 3}) == a);
}

TEST_CASE("one model serves two tapes in two threads") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto expected = run(net, tape, {.samples = 3});
    bool equal[2] = {true, true};
    std::thread threads[2];
    for (int i = 0; i < 2; ++i)
        threads[i] = std::thread([&, i] {
            Tape<B> own;
            for (int repeat = 0; repeat < 50; ++repeat)
                equal[i] = equal[i] && run(net, own, {.samples = 3}) == expected;
        });
    for (auto& thread : threads) thread.join();
    CHECK(equal[0]);
    CHECK(equal[1]);
}

TEST_CASE("copies are deep, and models can be moved") {
    Net net{Seed{1}};
    Tape<B> tape;
    const auto before = run(net, tape, {.samples = 2});
    Net copy = net;
    CHECK(run(copy, tape, {.samples = 2}) == before);
    layer<0>(copy).state<"weight">().parameter(0)[0] += 1;
    layer<2>(copy).gated.state<"gate">().prior.std = 7;
    CHECK(run(net, tape, {.samples = 2}) == before);
    CHECK(layer<2>(net).gated.state<"gate">().prior.std == 1);
    CHECK(run(copy, tape, {.samples = 2}) != before);
    Net moved = std::move(net);
    CHECK(run(moved, tape, {.samples = 2}) == before);
    CHECK_THROWS_AS(run(net, tape, {.samples = 2}), Error);
    copy = moved;
    CHECK(run(copy, tape, {.samples = 2}) == before);
    moved = Net{Seed{2}};
    CHECK(run(moved, tape, {.samples = 2}) != before);
    CHECK(run(copy, tape, {.samples = 2}) == before);
}

TEST_CASE("without scores the log probs have no size") {
    Tape<B> tape;
    const Net net{Seed{1}};
    const auto result =
        forward<Scores::none>(net, tape, tape.input<shape<4>>(inputs.data(), 3), {});
    static_assert(std::is_same_v<decltype(result.log_probs), NoLogProbs>);
    static_assert(std::is_empty_v<NoLogProbs>);
    static_assert(sizeof(result) == sizeof(result.samples));
    CHECK(result.samples.samples() == 10);
    CHECK(result.samples.batch() == 3);
}

TEST_CASE("supplied noise replaces the generator's, variable by variable") {
    using Layer = Linear<2, 2, MeanFieldNormal, MeanFieldNormal, Cpu<double>>;
    const auto layer = make<Layer>(Seed{1});
    const double* mean = layer.state<"weight">().parameter(0);
    const double* bias = layer.state<"bias">().parameter(0);
    const double std = std::exp(layer.state<"weight">().parameter(1)[0]);
    Tape<Cpu<double>> tape;
    const double x[2] = {3, -2};
    const std::vector<double> weight_noise{1, 0, -2, 0.5}, bias_noise{0, 0};
    const double* const noise[] = {weight_noise.data(), bias_noise.data()};
    const auto y = forward(layer, tape, tape.input<shape<2>>(x, 1), {.samples = 1}, noise).samples;
    const auto values = y.to_host();
    for (std::size_t i = 0; i < 2; ++i) {
        double expected = bias[i];
        for (std::size_t j = 0; j < 2; ++j)
            expected += (mean[2 * i + j] + std * weight_noise[2 * i + j]) * x[j];
        // A few roundings of numbers of order 1.
        CHECK(std::abs(values[i] - expected) < 1e-14);
    }
    // nullptr: the generator's, for that variable only.
    const double* const zeros[] = {nullptr, bias_noise.data()};
    const auto drawn =
        forward(layer, tape, tape.input<shape<2>>(x, 1), {.samples = 1}, zeros).samples.to_host();
    CHECK(drawn != values);
}

TEST_CASE("wrong options and noise are errors that say what was expected") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto x = tape.input<shape<4>>(inputs.data(), 3);
    CHECK_THROWS_AS(forward(net, tape, x, {.samples = 0}), ValueError);
    CHECK_THROWS_WITH(forward(net, tape, x, {.samples = 0}),
                      "forward: expected at least 1 sample, got 0");
    CHECK_THROWS_WITH(forward(net, tape, x, {.samples = -3}),
                      "forward: expected at least 1 sample, got -3");
    const std::vector<const float*> noise(2, nullptr);
    CHECK_THROWS_AS(forward(net, tape, x, {}, noise), ShapeError);
    CHECK_THROWS_WITH(forward(net, tape, x, {}, noise),
                      "forward: expected supplied noise for 9 variables, got 2");
}

TEST_CASE("sizes that are known at run time only are compared with both sides in the message") {
    const Linear<4, 2> layer = make<Linear<4, 2>>(Seed{1});
    Tape<B> tape;
    // An input with three samples, weights with five.
    const auto sampled = tape.input<shape<4>>(inputs.data(), 1, 3);
    CHECK_THROWS_AS(forward(layer, tape, sampled, {.samples = 5}), ShapeError);
    CHECK_THROWS_WITH(forward(layer, tape, sampled, {.samples = 5}),
                      "linear: an input with 3 samples does not go with weights of 5 samples");
    CHECK(forward(layer, tape, sampled, {.samples = 3}).samples.samples() == 3);
    // Batches of two and three.
    const auto two = tape.input<shape<4>>(inputs.data(), 2);
    const auto three = tape.input<shape<4>>(inputs.data(), 3);
    CHECK_THROWS_WITH(two + three,
                      "elementwise: cannot combine 1 samples x batch 2 with 1 samples x batch 3");
}

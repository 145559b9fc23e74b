// SPDX-License-Identifier: BSD-3-Clause
// What docs/how-to/recurrent.md shows works.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdio>
#include <vector>

using namespace blue::literals;

using Net =
    blue::Sequential<blue::LSTM<1, 16, blue::steps<12>, blue::final_output>, blue::Linear<16, 1>>;
static_assert(std::is_same_v<blue::output_shape_of<Net>, blue::shape<1>>);

using Words = blue::Sequential<blue::Embedding<100, 8, blue::steps<20>>,
                               blue::GRU<8, 16, blue::final_output>, blue::Linear<16, 2>>;
static_assert(std::is_same_v<blue::output_shape_of<Words>, blue::shape<2>>);

struct Reader : blue::Module<Reader, blue::variables<>> {
    blue::GRU<2, 8, blue::layers<2>> gru;
    using children = blue::children<&Reader::gru>;
    std::vector<blue::Index> lengths{3, 5};
    auto forward(auto& pass, auto x) const {
        const auto first = gru.run(pass, x, lengths);
        const auto again = gru.run(pass, x, lengths, first.state);
        return first.output + again.output;
    }
};

struct MinimalCell {
    static constexpr int gates = 2, states = 1, recurrent = 0, split_gate = 1;
    template <class T>
    static blue::CellNumbers<T, 1> step(const blue::CellNumbers<T, 2>& a, T x,
                                        const blue::CellNumbers<T, 1>& state) {
        const T forget = sigmoid(a[0]);
        return {(1 - forget) * state[0] + forget * tanh(x + forget * a[1])};
    }
};

struct Minimal
    : blue::Module<Minimal,
                   blue::variables<blue::variable<"input", 6, 2>, blue::variable<"hidden", 6, 3>>> {
    auto forward(auto& pass, auto x) const {
        return recurrence<MinimalCell>(linear(x, pass.sample(*this, "input"_v)),
                                       pass.sample(*this, "hidden"_v));
    }
};

TEST_CASE("the sharpened posterior of the guide learns") {
    std::vector<float> series, next;
    for (int i = 0; i < 8; ++i) {
        for (int k = 0; k < 12; ++k) series.push_back(std::sin(0.5f * static_cast<float>(i + k)));
        next.push_back(std::sin(0.5f * static_cast<float>(i + 12)));
    }
    Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const blue::Elbo objective{blue::Gaussian{0.1}, {.dataset_size = blue::DatasetSize{8}}};
    auto optimizer = blue::make_optimizer(net, blue::Adam{.learning_rate = 1e-2});
    blue::PosteriorSharpening sharpening(net, {.std = 0.02});
    const auto batch = [&](auto& tape) {
        return std::pair{tape.template input<blue::shape<12, 1>>(series.data(), 8),
                         tape.template input<blue::shape<1>>(next.data(), 8)};
    };
    for (std::uint64_t step = 0; step < 20; ++step) {
        const blue::SharpenedLoss loss =
            sharpening.backward(net, tape, objective, batch, {.samples = 2, .pass = step});
        optimizer.step(net, tape);
        sharpening.step();
        std::printf("%.1f nats, %.1f before the move\n", loss.data_fitting, loss.unsharpened);
    }
    double largest = 0;
    for (float step : sharpening.step_sizes(0))
        largest = std::fmax(largest, static_cast<double>(std::abs(step)));
    CHECK(largest > 1e-3);
}

TEST_CASE("the recurrent networks of the guide run") {
    const std::vector<float> numbers(20, 0.5f);
    const auto samples = [&](const auto& model) {
        blue::Tape<blue::Cpu<float>> tape;
        const auto x = tape.input<blue::shape<5, 2>>(numbers.data(), 2);
        return blue::forward(model, tape, x, {.samples = 3}).samples.to_host();
    };
    const auto read = samples(blue::make<Reader>(blue::Seed{1}));
    REQUIRE(read.size() == 3 * 2 * 5 * 8);
    for (std::size_t i = 3 * 8; i < 5 * 8; ++i) CHECK(read[i] == 0);
    CHECK(samples(blue::make<Minimal>(blue::Seed{1})).size() == 3 * 2 * 5 * 3);
}

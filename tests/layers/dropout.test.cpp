// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace blue;

namespace {

using B = Cpu<double>;

struct Outcome {
    Index samples;
    std::vector<double> numbers, gradient;
};

/// Through one Dropout layer, from the input 1.
Outcome run(const Dropout& dropout, const ForwardOptions& options, Index batch = 50) {
    using Net = Sequential<Dropout>;
    const Net net{dropout};
    Tape<B> tape;
    const std::vector<double> numbers(static_cast<std::size_t>(batch * 8), 1.0);
    const auto x = tape.leaf<shape<8>>(numbers.data(), batch);
    const auto y = forward<Scores::none>(net, tape, x, options).samples;
    tape.backward(sum(y));
    return {y.samples(), y.to_host(), tape.gradient_of(x.node)};
}

}  // namespace

TEST_CASE("dropout drops in training, and scales what is left", "[layers]") {
    const auto [samples, y, gradient] = run({.probability = 0.25}, {.samples = 20});
    REQUIRE(samples == 20);
    const auto kept = std::count(y.begin(), y.end(), 1 / 0.75);
    const auto dropped = std::count(y.begin(), y.end(), 0.0);
    CHECK(kept + dropped == 20 * 50 * 8);
    // Binomial with standard deviation 39: false alarm at 5 standard deviations, 6e-7.
    CHECK(std::abs(static_cast<double>(dropped) - 2000) < 5 * 39);
    // The gradient of the sum is that of the masks, added up over the samples.
    for (std::size_t i = 0; i < 400; ++i) {
        double mask = 0;
        for (std::size_t s = 0; s < 20; ++s) mask += y[s * 400 + i];
        CHECK(gradient[i] == Approx(mask).epsilon(1e-14));
    }
}

TEST_CASE("masks follow from seed, pass, sample and call", "[layers]") {
    const Dropout half;
    const ForwardOptions options{.samples = 2, .seed = Seed{1}, .pass = 3};
    const auto y = run(half, options).numbers;
    CHECK(run(half, options).numbers == y);
    CHECK(std::vector(y.begin(), y.begin() + 400) != std::vector(y.begin() + 400, y.end()));
    CHECK(run(half, {.samples = 2, .seed = Seed{2}, .pass = 3}).numbers != y);
    CHECK(run(half, {.samples = 2, .seed = Seed{1}, .pass = 4}).numbers != y);
    // Sample 1 alone.
    const auto second = run(half, {.samples = 1, .seed = Seed{1}, .pass = 3, .first_sample = 1});
    CHECK(second.numbers == std::vector(y.begin() + 400, y.end()));
    // Two layers: what both keep is a quarter, not a half.
    Tape<B> tape;
    const std::vector<double> ones(8000, 1.0);
    const Sequential<Dropout, Dropout> twice;
    const auto both =
        forward<Scores::none>(twice, tape, tape.input<shape<8>>(ones.data(), 1000), {.samples = 1})
            .samples.to_host();
    const auto kept = std::count(both.begin(), both.end(), 4.0);
    // Binomial with standard deviation 39.
    CHECK(std::abs(static_cast<double>(kept) - 2000) < 5 * 39);
}

TEST_CASE("predictions drop only when they are asked to", "[layers]") {
    const ForwardOptions prediction{.samples = 3, .training = false};
    CHECK(run({}, prediction).numbers == std::vector<double>(400, 1.0));
    CHECK(run({.at_prediction = true}, prediction).samples == 3);
    CHECK(run({.probability = 0}, {.samples = 3}).samples == 1);

    // Monte Carlo dropout of point estimates: predictions have a spread.
    using Point = Linear<2, 8, NonBayesian, UniformPrior>;
    using Net = Sequential<Point, Dropout, Linear<8, 1, NonBayesian, UniformPrior>>;
    const Net without{Seed{1}};
    const Net with{Seed{1}, Point{}, Dropout{.at_prediction = true}, {}};
    Array<float> inputs({1, 2}, {1, 2});
    const auto spread = [&](const Net& net) {
        return predict(net, Gaussian{.std = 1}, inputs, {.samples = 50}).epistemic_variance[0];
    };
    CHECK(spread(without) == 0);
    CHECK(spread(with) > 0);
}

TEST_CASE("an impossible probability is an error", "[layers]") {
    for (const double wrong : {-0.1, 1.0, std::nan("")})
        CHECK_THROWS_AS(run({.probability = wrong}, {}), ValueError);
    CHECK_THROWS_WITH(run({.probability = 1.5}, {}),
                      "Dropout: expected a probability in [0, 1), got 1.5");
    const Sequential<Linear<2, 1>, Dropout> net{Seed{1}, {}, Dropout{.at_prediction = true}};
    CHECK_THROWS_AS(predict(net, Gaussian{.std = 1}, Array<float>({1, 2}), MomentPropagation{}),
                    ValueError);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using B = blue::Cpu<double>;
using Net = blue::Sequential<blue::Linear<3, 2, blue::MeanFieldNormal, blue::MeanFieldNormal, B>>;

namespace {

/// The loss of a step, with its gradients on the tape.
double run(Net& net, blue::Tape<B>& tape, std::uint64_t step) {
    static const std::vector<double> inputs{1, 2, 3, -1, 0, 1};
    static const std::vector<std::int32_t> labels{0, 1};
    tape.reset();
    const auto x = tape.input<blue::shape<3>>(inputs.data(), 2);
    const auto y = blue::make_labels(tape, labels.data(), 2, 2);
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, x, {.samples = 4, .pass = step});
    const auto loss = blue::Elbo{blue::Categorical{}}(result, y, blue::DatasetSize{2});
    blue::backward(loss);
    return loss.total.value();
}

}  // namespace

TEST_CASE("a step changes every parameter by what the rule says") {
    Net net{blue::Seed{1}};
    const Net before = net;
    blue::Tape<B> tape;
    run(net, tape, 0);
    auto optimizer = blue::make_optimizer(net, blue::SGD{.learning_rate = 0.01});
    optimizer.step(net, tape, 0.5);
    CHECK(optimizer.steps() == 1);
    const auto& old_state = blue::layer<0>(before).state<"weight">();
    const auto& new_state = blue::layer<0>(net).state<"weight">();
    for (int k = 0; k < 2; ++k)
        for (blue::Index e = 0; e < 6; ++e) {
            const double gradient = tape.draws()[0].gradient[k * new_state.stride + e];
            CHECK(gradient != 0);
            CHECK(std::abs(new_state.parameter(k)[e] -
                           (old_state.parameter(k)[e] - 0.005 * gradient)) < 1e-15);
        }
}

TEST_CASE("without a gradient nothing moves, and a tape of another model is refused") {
    Net net{blue::Seed{1}};
    const Net before = net;
    blue::Tape<B> tape;
    const std::vector<double> inputs(3, 1);
    blue::forward(net, tape, tape.input<blue::shape<3>>(inputs.data(), 1), {.samples = 2});
    auto optimizer = blue::make_optimizer(net, blue::Adam{});
    optimizer.step(net, tape);
    for (blue::Index e = 0; e < 6; ++e)
        CHECK(blue::layer<0>(net).state<"weight">().parameter(0)[e] ==
              blue::layer<0>(before).state<"weight">().parameter(0)[e]);
    blue::Tape<B> empty;
    CHECK_THROWS_AS(optimizer.step(net, empty), blue::Error);
}

TEST_CASE("Adam finds a lower loss") {
    Net net{blue::Seed{1}};
    blue::Tape<B> tape;
    auto optimizer = blue::make_optimizer(net, blue::Adam{.learning_rate = 0.05});
    const double first = run(net, tape, 0);
    for (std::uint64_t step = 1; step < 200; ++step) {
        run(net, tape, step);
        optimizer.step(net, tape);
    }
    // The same noise as in the first evaluation.
    CHECK(run(net, tape, 0) < first);
}

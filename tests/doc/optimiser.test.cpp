// SPDX-License-Identifier: BSD-3-Clause
// The programs of docs/concepts/optimiser.md work.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

// Resilient steps: of the sign of the gradient only.
struct SignDescent {
    double learning_rate = 1e-3;

    static constexpr int state_arrays = 1;
    struct Constants {
        double rate, share;
    };
    Constants constants(blue::Index, double factor) const { return {learning_rate * factor, 0.9}; }
    template <class T>
    BLUE_HOST_DEVICE static void update(const Constants& c, T& p, T g, T (&state)[1]) {
        state[0] = c.share * state[0] + (1 - c.share) * g;
        p = p - c.rate * where(state[0] > T(0), T(1), where(state[0] < T(0), T(-1), T(0)));
    }
};

TEST_CASE("rates of their own, and averages") {
    using Net = blue_test::Classifier;
    const auto data = blue_test::three_classes(64), test = blue_test::three_classes(64, 2);
    const blue::Elbo objective{blue::Categorical{}};
    const blue::FitOptions quiet{.epochs = 30, .progress = blue::Progress::none};
    Net net{blue::Seed{1}};

    const auto options = quiet;
    const auto report = blue::fit(net, objective, data, options,
                                  blue::ParameterGroups{blue::Adam{.learning_rate = 1e-3},
                                                        {{"log_std", {.learning_rate = 1e-2}}}});
    CHECK(report.epochs.back().loss < report.epochs.front().loss);

    const float* x = data.inputs.data();
    blue::Tape<blue::Cpu<float>> tape;
    auto optimizer = blue::make_optimizer(net, blue::Ivon{.learning_rate = 0.05});
    const auto train_step = [&](std::uint64_t step) {
        tape.reset();
        const auto result = blue::forward<blue::Scores::divergence>(
            net, tape, tape.input<blue::shape<2>>(x, 64), {.pass = step});
        blue::backward(objective(result, blue::make_labels(tape, data.targets.data(), 64, 3),
                                 blue::DatasetSize{64}));
        optimizer.step(net, tape);
    };
    blue::WeightAverage average(net, blue::Averaging::exponential(0.999));
    for (std::uint64_t step = 0; step < 100; ++step) {
        train_step(step);
        average.update(net);
    }
    average.swap(net);  // the model has the average
    const auto quality = blue::evaluate(net, blue::Categorical{}, test);
    average.swap(net);  // and goes on
    CHECK(quality.accuracy > 0.4);
    CHECK(quality.accuracy <= 1);
}

TEST_CASE("a rule of one's own trains") {
    blue_test::Classifier net{blue::Seed{1}};
    const auto report = blue::fit(
        net, blue::Elbo{blue::Categorical{}}, blue_test::three_classes(64),
        {.epochs = 200, .progress = blue::Progress::none}, SignDescent{.learning_rate = 0.01});
    CHECK(report.epochs.back().loss < report.epochs.front().loss);
}

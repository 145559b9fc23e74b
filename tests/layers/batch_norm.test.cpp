// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/io/state_dict.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>

using namespace blue;
using blue_test::message_of;

namespace {

using B = Cpu<double>;
using Norm = BatchNorm<2, B>;
using Net = Sequential<Norm, Linear<2, 1, MeanFieldNormal, MeanFieldNormal, B>>;

// Buffers are saved, but not trained.
static_assert(variational_parameter_names<Net>[2] == "0.running_mean");
static_assert(variational_parameter_names<Net>[3] == "0.running_var");
static_assert(parameter_count<Norm> == 4);
static_assert(parameter_count<BatchNorm<2, without_affine>> == 0);
static_assert(
    std::is_same_v<with_policies<BatchNorm<2, without_bias>, NonBayesian, UniformPrior, B>,
                   BatchNorm<2, without_bias, B>>);

std::vector<double> values(const auto& state) {
    return {state.values.data(), state.values.data() + 2};
}

/// The numbers of two channels: 1, 3 and 10, 50.
const std::vector<double> numbers{1, 10, 3, 50};

}  // namespace

TEST_CASE("running statistics move with the step of the optimiser, not with the pass", "[layers]") {
    Net net{Seed{1}};
    const auto& norm = layer<0>(net);
    auto optimizer = make_optimizer(net, SGD{.learning_rate = 0.01});
    Tape<B> tape;
    const auto pass = [&](bool training) {
        tape.reset();
        const auto x = tape.input<shape<2>>(numbers.data(), 2);
        const auto y = forward<Scores::none>(net, tape, x, {.samples = 3, .training = training});
        tape.backward(sum(y.samples));
    };
    pass(true);
    CHECK(values(norm.state<"running_mean">()) == std::vector<double>{0, 0});
    optimizer.step(net, tape);
    // A tenth of the way from 0 to 2 and 30, and from 1 to 2 and 800 (n - 1 = 1 in the divisor).
    const auto mean = values(norm.state<"running_mean">());
    const auto variance = values(norm.state<"running_var">());
    CHECK(mean[0] == Approx(0.2).epsilon(1e-13));
    CHECK(mean[1] == Approx(3).epsilon(1e-13));
    CHECK(variance[0] == Approx(1.1).epsilon(1e-13));
    CHECK(variance[1] == Approx(80.9).epsilon(1e-13));
    CHECK(values(norm.state<"bias">()) != std::vector<double>{0, 0});
    // Fine-tuning without training mode leaves them.
    pass(false);
    optimizer.step(net, tape);
    CHECK(values(norm.state<"running_mean">()) == mean);

    const auto tensors = io::state_dict(net);
    Net other{Seed{2}};
    io::load_state_dict(other, tensors);
    CHECK(values(layer<0>(other).state<"running_mean">()) == mean);
}

TEST_CASE("predictions take the running statistics", "[layers]") {
    auto norm = make<Norm>(Seed{1});
    norm.eps = 0;
    norm.state<"running_mean">().values.data()[1] = 30;
    norm.state<"running_var">().values.data()[1] = 4;
    norm.state<"weight">().values.data()[0] = 3;
    norm.state<"bias">().values.data()[0] = 1;
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(numbers.data(), 2);
    const auto y = forward(norm, tape, x, {.training = false}).samples.to_host();
    const std::vector<double> expected{4, -10, 10, 10};
    for (std::size_t i = 0; i < 4; ++i) CHECK(y[i] == Approx(expected[i]).epsilon(1e-14));
    // In training each channel of a sample has its own mean and variance.
    const auto trained = forward(norm, tape, x).samples.to_host();
    const std::vector<double> own{-2, -1, 4, 1};
    for (std::size_t i = 0; i < 4; ++i) CHECK(trained[i] == Approx(own[i]).epsilon(1e-14));
}

TEST_CASE("a network with batch normalisation is trained and evaluated", "[layers]") {
    Net net{Seed{1}};
    Dataset<double> data{Array<float>({64, 2}), Array<double>({64, 1})};
    for (Index i = 0; i < 64; ++i) {
        data.inputs[2 * i] = 100 + std::sin(static_cast<float>(i));
        data.inputs[2 * i + 1] = std::cos(static_cast<float>(i));
        data.targets[i] = std::sin(static_cast<double>(i));
    }
    fit(net, Elbo{Gaussian{.std = 0.1}}, data,
        {.epochs = 100, .batch_size = 16, .samples = 4, .progress = Progress::none},
        Adam{.learning_rate = 0.02});
    // 400 steps: what is left of the start is 0.9^400, and batches of 16 differ by 0.18 in the
    // mean.
    CHECK(layer<0>(net).state<"running_mean">().values.data()[0] == Approx(100).margin(0.3));
    const auto prediction = predict(net, Gaussian{.std = 0.1}, data.inputs, {.samples = 20});
    double square = 0;
    for (Index i = 0; i < 64; ++i) {
        const double error = prediction.mean[i] - data.targets[i];
        square += error * error / 64;
    }
    // The targets have variance 1/2; the fit is good where running statistics are.
    CHECK(std::sqrt(square) < 0.2);
}

TEST_CASE("batch normalisation in a prediction without draws", "[layers]") {
    Net net{Seed{1}};
    layer<0>(net).state<"running_mean">().values.data()[1] = 30;
    layer<0>(net).state<"running_var">().values.data()[1] = 4;
    freeze(net);  // to the means, where moments are exact
    const Array<float> inputs({2, 2}, {1, 10, 3, 50});
    const auto drawn = predict(net, Gaussian{}, inputs);
    const auto propagated = predict(net, Gaussian{}, inputs, MomentPropagation{});
    for (Index i = 0; i < 2; ++i) CHECK(propagated.mean[i] == Approx(drawn.mean[i]).epsilon(1e-13));
}

TEST_CASE("options of batch normalisation that make no sense", "[layers]") {
    auto norm = make<Norm>(Seed{1});
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(numbers.data(), 2);
    const auto error = [&](double eps, double momentum, bool training) {
        norm.eps = eps;
        norm.momentum = momentum;
        return message_of<ValueError>([&] { forward(norm, tape, x, {.training = training}); });
    };
    const std::string expected = "normalisation: expected a finite eps of at least 0, got -1";
    CHECK(error(-1, 0.1, true) == expected);
    CHECK(error(-1, 0.1, false) == expected);
    CHECK(error(0, 1.5, true) == "BatchNorm: expected a momentum in [0, 1], got 1.5");
    CHECK(error(0, std::nan(""), true) == "BatchNorm: expected a momentum in [0, 1], got nan");
}

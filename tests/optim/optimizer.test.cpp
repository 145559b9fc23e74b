// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using Net = SmallModel<per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal>;

void loss(const Net& net, Tape<Cpu<double>>& tape) {
    tape.reset();
    backward(small_loss<Scores::divergence>(net, tape, Elbo{Categorical{}, {DatasetSize{30}}}));
}
/// All gradients in the order of the state dict.
std::vector<double> gradients(Tape<Cpu<double>>& tape) {
    std::vector<double> numbers;
    for (const auto& draw : tape.draws())
        for (int k = 0; k < draw.kernels->parameters; ++k)
            numbers.insert(numbers.end(), draw.gradient + k * draw.stride,
                           draw.gradient + k * draw.stride + draw.size);
    return numbers;
}

struct Partly : Module<Partly, variables<variable<"used", 3>, variable<"unused", 2>>,
                       MeanFieldNormal, MeanFieldNormal, Cpu<double>> {
    auto forward(auto& pass, auto) const { return sum(as_var(pass.sample(*this, "used"_v))); }
};
struct ItselfAsLogProb {
    auto log_prob(auto x, int) const { return x; }
};

}  // namespace

TEST_CASE("a step moves all parameters of a model", "[optim]") {
    Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    auto optimizer = make_optimizer(net, SGD{.learning_rate = 0.01, .momentum = 0.5});
    std::vector<double> expected = parameter_values(net), velocity(expected.size());
    for (int step = 0; step < 3; ++step) {
        loss(net, tape);
        const std::vector<double> g = gradients(tape);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            velocity[i] = 0.5 * velocity[i] + g[i];
            expected[i] -= 0.01 * velocity[i];
        }
        optimizer.step(net, tape);
        const std::vector<double> found = parameter_values(net);
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(found[i] == Approx(expected[i]).epsilon(1e-14));
    }
    CHECK(optimizer.steps() == 3);
}

TEST_CASE("a factor scales the learning rate of one step", "[optim]") {
    Net net{Seed{1}};
    const std::vector<double> before = parameter_values(net);
    Tape<Cpu<double>> tape;
    loss(net, tape);
    auto optimizer = make_optimizer(net, SGD{.learning_rate = 0.01});
    optimizer.step(net, tape, 0);
    CHECK(parameter_values(net) == before);
    optimizer.step(net, tape, 0.5);
    CHECK(parameter_values(net)[0] ==
          Approx(before[0] - 0.005 * gradients(tape)[0]).epsilon(1e-14));
    optimizer.rule().learning_rate = 0;
    const std::vector<double> now = parameter_values(net);
    optimizer.step(net, tape);
    CHECK(parameter_values(net) == now);
}

TEST_CASE("parameters that a pass did not use stay as they are", "[optim]") {
    Partly model = make<Partly>(Seed{1});
    const std::vector<double> before = parameter_values(model);
    Tape<Cpu<double>> tape;
    const double nothing = 0;
    backward(Elbo{ItselfAsLogProb{}}(
        forward<Scores::divergence>(model, tape, tape.input<scalar_shape>(&nothing, 1)), 0,
        DatasetSize{1}));
    make_optimizer(model, AdamW{.learning_rate = 0.1}).step(model, tape);
    const std::vector<double> after = parameter_values(model);
    for (std::size_t i = 0; i < 6; ++i) CHECK(after[i] != before[i]);
    for (std::size_t i = 6; i < 10; ++i) CHECK(after[i] == before[i]);
}

TEST_CASE("a tape of another model is refused, and nothing changes", "[optim]") {
    Net net{Seed{1}};
    Partly other = make<Partly>(Seed{1});
    const std::vector<double> before = parameter_values(other);
    Tape<Cpu<double>> tape;
    loss(net, tape);
    auto optimizer = make_optimizer(other, Adam{});
    CHECK_THROWS_AS(optimizer.step(other, tape), Error);
    CHECK(parameter_values(other) == before);
    CHECK(optimizer.steps() == 0);
    // Nor one of the same type.
    Net twin = net;
    CHECK_THROWS_AS(make_optimizer(twin, Adam{}).step(twin, tape), Error);
    CHECK(parameter_values(twin) == parameter_values(net));
}

TEST_CASE("a refused rate leaves the model as it was", "[optim]") {
    Net net{Seed{1}};
    const std::vector<double> before = parameter_values(net);
    Tape<Cpu<double>> tape;
    loss(net, tape);
    auto optimizer = make_optimizer(net, Adam{.learning_rate = -1});
    CHECK_THROWS_AS(optimizer.step(net, tape), ValueError);
    optimizer.rule().learning_rate = 1;
    CHECK_THROWS_AS(optimizer.step(net, tape, std::nan("")), ValueError);
    CHECK(parameter_values(net) == before);
    CHECK(optimizer.steps() == 0);
}

TEST_CASE("without backward nothing moves", "[optim]") {
    Net net{Seed{1}};
    const std::vector<double> before = parameter_values(net);
    Tape<Cpu<double>> tape;
    small_pass<Scores::divergence>(net, tape);
    make_optimizer(net, Adam{}).step(net, tape);
    CHECK(parameter_values(net) == before);
}

TEST_CASE("Adam finds a lower loss", "[optim]") {
    Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    auto optimizer = make_optimizer(net, Adam{.learning_rate = 0.05});
    const Elbo elbo{Categorical{}, {DatasetSize{30}}};
    const double first = small_loss<Scores::divergence>(net, tape, elbo).total.value();
    for (int step = 0; step < 100; ++step) {
        loss(net, tape);
        optimizer.step(net, tape);
    }
    tape.reset();
    CHECK(small_loss<Scores::divergence>(net, tape, elbo).total.value() < first);
}

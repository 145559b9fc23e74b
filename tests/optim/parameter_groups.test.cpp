// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using Net = SmallModel<per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal>;

/// The parameters after some steps of a rule.
template <class Rule>
std::vector<double> after(int steps, const Rule& rule, double factor = 1) {
    Net net{Seed{1}};
    Tape<Cpu<double>> tape;
    auto optimizer = make_optimizer(net, rule);
    for (int step = 0; step < steps; ++step) {
        tape.reset();
        backward(small_loss<Scores::divergence>(net, tape, Elbo{Categorical{}, {DatasetSize{30}}}));
        optimizer.step(net, tape, factor);
    }
    return parameter_values(net);
}

/// The parameters of the model: a kind for each number.
std::vector<std::string_view> kinds() {
    std::vector<std::string_view> result;
    const std::array<Index, 6> sizes{15, 15, 5, 20, 20, 4};
    for (std::size_t i = 0; i < sizes.size(); ++i)
        result.insert(result.end(), static_cast<std::size_t>(sizes[i]),
                      variational_parameter_kinds<Net>[i]);
    return result;
}

}  // namespace

TEST_CASE("kinds of parameters stand beside their names", "[optim]") {
    REQUIRE(variational_parameter_names<Net>.size() == 6);
    CHECK(variational_parameter_names<Net>[1] == "0._weight_log_std");
    CHECK(variational_parameter_kinds<Net>[1] == "log_std");
    CHECK(variational_parameter_kinds<Net>[2] == "mean");
}

TEST_CASE("a kind of parameters steps by its own rule", "[optim]") {
    const SGD slow{.learning_rate = 1e-3, .momentum = 0.9}, fast{.learning_rate = 1e-2};
    const std::vector<double> by_slow = after(1, slow), by_fast = after(1, fast);
    const std::vector<double> grouped = after(1, ParameterGroups{slow, {{"log_std", fast}}});
    REQUIRE(grouped.size() == kinds().size());
    for (std::size_t i = 0; i < grouped.size(); ++i) {
        CHECK(by_slow[i] != by_fast[i]);
        CHECK(grouped[i] == (kinds()[i] == "log_std" ? by_fast : by_slow)[i]);
    }
}

TEST_CASE("groups of one rule are that rule, with its state", "[optim]") {
    const AdamW rule{.learning_rate = 0.01};
    const std::vector<double> expected = after(5, rule, 0.5);
    CHECK(after(5, ParameterGroups{rule, {}}, 0.5) == expected);
    CHECK(after(5, ParameterGroups{AdamW{}, {{"mean", rule}, {"log_std", rule}}}, 0.5) == expected);
}

TEST_CASE("a single parameter by its name; the last group counts", "[optim]") {
    const Adam still{.learning_rate = 0}, moving{.learning_rate = 0.01};
    const std::vector<double> start = after(0, still);
    const std::vector<double> end =
        after(1, ParameterGroups{still, {{"log_std", moving}, {"2._weight_log_std", still}}});
    for (std::size_t i = 0; i < start.size(); ++i)
        CHECK((start[i] != end[i]) == (i >= 15 && i < 30));
}

TEST_CASE("groups that name nothing, and rules without a meaning, change nothing", "[optim]") {
    Net net{Seed{1}};
    const std::vector<double> before = parameter_values(net);
    Tape<Cpu<double>> tape;
    backward(small_loss<Scores::divergence>(net, tape, Elbo{Categorical{}, {DatasetSize{30}}}));
    const auto message = [&](const ParameterGroups<Adam>& rule) {
        auto optimizer = make_optimizer(net, rule);
        const std::string text = message_of<ValueError>([&] { optimizer.step(net, tape); });
        CHECK(parameter_values(net) == before);
        CHECK(optimizer.steps() == 0);
        return text;
    };
    CHECK(message({Adam{}, {{"log_scale", Adam{}}}}) ==
          "ParameterGroups: expected a kind of parameters (mean, log_std) or the name of one "
          "(0._weight_mean, 0._weight_log_std, 0._bias_mean, 2._weight_mean, 2._weight_log_std, "
          "2._bias_mean), got log_scale");
    CHECK(message({Adam{}, {{"mean", Adam{.learning_rate = -1}}}}) ==
          "Adam: expected a finite learning rate of at least 0, got -1");
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;

namespace {

/// The same value, of which the tape does not know where it comes from: its gradient is lost.
template <class B, class Shape>
Var<B, Shape> detached(Var<B, Shape> x) {
    return {x.tape, x.tape->view(x.node->value, x.samples(), x.batch(), x.node->item)};
}

using Net = Sequential<Linear<3, 4, MeanFieldNormal, MeanFieldNormal, Cpu<double>>, Tanh,
                       Linear<4, 2, MeanFieldNormal, MeanFieldNormal, Cpu<double>>>;

const std::vector<double> inputs = random_values<shape<3>>(1, 5, Seed{9}).numbers;
const std::vector<std::int32_t> labels{0, 1, 1, 0, 1};

/// The loss of a fixed batch and fixed noise. What `change` does to the output is part of it.
template <class Change>
auto loss_of(const Net& net, Change change) {
    return [&net, change](Tape<Cpu<double>>& tape) {
        const auto x = tape.input<shape<3>>(inputs.data(), 5);
        auto result =
            forward<Scores::divergence>(net, tape, x, {.samples = 2, .seed = Seed{3}, .pass = 1});
        result.samples = change(result.samples);
        const Elbo elbo{Categorical{}, {.dataset_size = DatasetSize{20}}};
        return elbo(result, make_labels(tape, labels.data(), 5, 2)).total;
    };
}

}  // namespace

TEST_CASE("a correct gradient passes", "[testing]") {
    const auto x = random_values<shape<5>>(2, 3, Seed{1}),
               y = random_values<shape<5>>(1, 3, Seed{2});
    const GradientReport report =
        gradient_check([](auto a, auto b) { return exp(a) * tanh(b); }, x, y);
    CHECK(report.error <
          1e-9);  // step^4 / 30 = 3e-14 and rounding 1e-13, times derivatives of order 10
    CHECK(report.elements == 30 + 15);
}

TEST_CASE("values do not depend on the type", "[testing]") {
    for (double number : random_values<shape<7>>(2, 3, Seed{1}, -1, 3).numbers) {
        CHECK(number == static_cast<double>(static_cast<float>(number)));
        CHECK(number > -1);
        CHECK(number < 3);
    }
}

TEST_CASE("a lost part of a gradient is found", "[testing]") {
    const auto x = random_values<shape<5>>(2, 3, Seed{1});
    // The derivative of x^2, but half of it is missing.
    const GradientReport report = gradient_check([](auto a) { return a * detached(a); }, x);
    CHECK(report.error > 0.4);
    CHECK(report.derivative == Approx(report.difference / 2));
    CHECK(report.sentence().find("argument 0, element") != std::string::npos);
}

TEST_CASE("a single wrong element is found and named", "[testing]") {
    auto x = random_values<shape<6>>(1, 1, Seed{1}, 0.5, 1), y = x;
    // Beyond 3 the gradient is lost: only element 4 is there.
    x.numbers[4] = 4;
    const auto f = [](auto a) {
        return elementwise(ops::Relu{}, a - 3) + elementwise(ops::Square{}, a) -
               elementwise(ops::Relu{}, detached(a) - 3);
    };
    const GradientReport report = gradient_check(f, x);
    CHECK(report.where == "argument 0, element 4");
    CHECK(report.error > 0.1);
    CHECK(gradient_check(f, y).error < 1e-9);
}

TEST_CASE("a gradient that is not a number is found", "[testing]") {
    auto x = random_values<shape<4>>(1, 1, Seed{1}, 0.5, 1);
    x.numbers[2] = -1;
    CHECK_FALSE(gradient_check([](auto a) { return log(a); }, x).error < 1);
}

TEST_CASE("large arguments are checked at some elements", "[testing]") {
    const auto x = random_values<shape<500>>(1, 4, Seed{1});
    const auto report = gradient_check([](auto a) { return square(a); }, {.most_elements = 50}, x);
    CHECK(report.elements == 50);
    CHECK(report.error < 1e-9);
}

TEST_CASE("the parameters of a model are checked and left alone", "[testing]") {
    Net net{Seed{4}};
    const std::vector<double> before = parameter_values(net);
    const auto report = parameter_gradient_check(net, loss_of(net, [](auto y) { return y; }));
    CHECK(report.error < 1e-8);
    CHECK(report.elements == 2 * (3 * 4 + 4 + 4 * 2 + 2));
    CHECK(parameter_values(net) == before);
    CHECK(static_cast<Index>(before.size()) == parameter_count<Net>);
}

TEST_CASE("a wrong gradient of a model's parameter is found and named", "[testing]") {
    Net net{Seed{4}};
    // Half of what the outputs contribute is lost; the divergence is right.
    const auto report = parameter_gradient_check(
        net, loss_of(net, [](auto y) { return 0.5 * y + 0.5 * detached(y); }));
    CHECK(report.error > 0.1);
    CHECK((report.where.find("0._") == 0 || report.where.find("2._") == 0));
}

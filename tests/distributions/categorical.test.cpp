// SPDX-License-Identifier: BSD-3-Clause
// Compared with torch_blue in tests/golden/predictive.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const std::vector<std::int32_t> labels{3, 0, 2, 1, 1, 0};
constexpr Categorical::Input logits = Categorical::Input::logits, probs = Categorical::Input::probs;

}  // namespace

TEST_CASE("log probs of classes keep the laws", "[distributions]") {
    const auto each = [](Categorical::Input input) {
        return [input](auto x) {
            return Categorical{input}.log_prob(x, make_labels(*x.tape, labels.data(), 6, 4));
        };
    };
    const auto mixture = [](Categorical::Input input) {
        return [input](auto x) {
            return Categorical{input}.mixture_log_prob(x,
                                                       make_labels(*x.tape, labels.data(), 6, 4));
        };
    };
    const auto x = random_values<shape<4>>(3, 6, Seed{1});
    const auto positive = random_values<shape<4>>(3, 6, Seed{1}, 0.1, 2);
    CHECK(operation_laws(each(logits), x) == Failures{});
    CHECK(operation_laws(mixture(logits), x) == Failures{});
    CHECK(operation_laws(each(probs), positive) == Failures{});
    CHECK(operation_laws(mixture(probs), positive) == Failures{});
}

TEST_CASE("log probs of classes in numbers", "[distributions]") {
    Tape<Cpu<double>> tape;
    // Probabilities (1, 1, 2) / 4 and (8, 1, 1) / 10, in two forms.
    const std::vector<double> scores{1, 1, 2, 8, 1, 1};
    std::vector<double> logarithms;
    for (double score : scores) logarithms.push_back(std::log(score) + 5);
    const std::int32_t label = 0;
    const auto target = make_labels(tape, &label, 1, 3);
    for (Categorical::Input input : {logits, probs}) {
        const auto& numbers = input == logits ? logarithms : scores;
        const auto x = tape.input<shape<3>>(numbers.data(), 1, 2);
        const Categorical categorical{input, 0.001};
        const auto log_prob = categorical.log_prob(x, target).to_host();
        CHECK(log_prob[0] == Approx(std::log(0.25)).epsilon(1e-14));
        CHECK(log_prob[1] == Approx(std::log(0.8)).epsilon(1e-14));
        CHECK(categorical.mixture_log_prob(x, target).value() ==
              Approx(std::log((0.25 + 0.8) / 2 + 0.001)).epsilon(1e-14));
        CHECK(categorical.probabilities(x).to_host()[5] == Approx(0.1).epsilon(1e-14));
    }
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const auto soft = [](auto a) { return softmax(a); };
const auto log_soft = [](auto a) { return log_softmax(a); };
const auto share = [](auto a) { return normalise(a); };
const auto log_share = [](auto a) { return log_normalise(a); };

}  // namespace

TEST_CASE("softmax and its relatives keep the laws", "[ops]") {
    const auto x = random_values<shape<11>>(3, 4, Seed{1});
    CHECK(operation_laws(soft, x) == Failures{});
    CHECK(operation_laws(log_soft, x) == Failures{});
    const auto scores = random_values<shape<11>>(3, 4, Seed{1}, 0.25, 2);
    CHECK(operation_laws(share, scores) == Failures{});
    CHECK(operation_laws(log_share, scores) == Failures{});
}

TEST_CASE("they work on the last axis of longer items", "[ops]") {
    const auto x = random_values<shape<3, 2, 17>>(2, 2, Seed{3}, 0.25, 2);
    CHECK(operation_laws(soft, x) == Failures{});
    CHECK(operation_laws(log_soft, x) == Failures{});
    CHECK(operation_laws(share, x) == Failures{});
    CHECK(operation_laws(log_share, x) == Failures{});
}

TEST_CASE("many rows, and rows longer than a block, keep the laws", "[ops]") {
    const OperationLawOptions few{.gradient = {.most_elements = 3}};
    CHECK(operation_laws(log_soft, few, random_values<shape<10>>(3, 700, Seed{4})) == Failures{});
    // The gradient of a share of 9000 classes is about 1e-4 of the largest: 1e-6 is left of 1e-10.
    CHECK(operation_laws(soft, {.gradient = {.most_elements = 3}, .gradient_tolerance = 1e-6},
                         random_values<shape<9000>>(2, 1, Seed{5})) == Failures{});
}

TEST_CASE("probabilities and their logarithms", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 4, -1, 0, 1};
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto p = softmax(x).to_host(), log_p = log_softmax(x).to_host();
    for (std::size_t row = 0; row < 2; ++row) {
        double total = 0, log_total = 0;
        for (std::size_t c = 0; c < 3; ++c) log_total += std::exp(numbers[3 * row + c]);
        log_total = std::log(log_total);
        for (std::size_t c = 0; c < 3; ++c) {
            total += p[3 * row + c];
            CHECK(p[3 * row + c] ==
                  Approx(std::exp(numbers[3 * row + c] - log_total)).epsilon(1e-14));
            CHECK(log_p[3 * row + c] == Approx(numbers[3 * row + c] - log_total).epsilon(1e-14));
        }
        CHECK(total == Approx(1).epsilon(1e-15));
    }
    const std::vector<double> scores{1, 2, 5};
    const auto s = tape.input<shape<3>>(scores.data(), 1);
    CHECK(normalise(s).to_host() == std::vector<double>{0.125, 0.25, 0.625});
    for (std::size_t c = 0; c < 3; ++c)
        CHECK(log_normalise(s).to_host()[c] == Approx(std::log(scores[c] / 8)).epsilon(1e-14));
}

TEST_CASE("a result that nobody uses adds nothing to gradients", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 4};
    const auto x = tape.leaf<shape<3>>(numbers.data(), 1);
    softmax(x);
    tape.backward(sum(x));
    CHECK(tape.gradient_of(x.node) == std::vector<double>{1, 1, 1});
}

TEST_CASE("large logits do not overflow", "[ops]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers{1000, 999, -1000};
    const auto x = tape.leaf<shape<3>>(numbers.data(), 1);
    const auto log_p = log_softmax(x);
    CHECK(log_p.to_host()[0] == Approx(-std::log1p(std::exp(-1.0))).epsilon(1e-6));
    CHECK(log_p.to_host()[2] == Approx(-2000 - std::log1p(std::exp(-1.0))).epsilon(1e-6));
    tape.backward(sum(log_p));
    for (float slope : tape.gradient_of(x.node)) CHECK(std::isfinite(slope));
    CHECK(softmax(x).to_host()[0] == Approx(1 / (1 + std::exp(-1.0))).epsilon(1e-6));
    // More classes than registers have lanes.
    const std::vector<float> many(100, 1000);
    CHECK(softmax(tape.input<shape<100>>(many.data(), 1)).to_host()[99] ==
          Approx(0.01).epsilon(1e-6));
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const auto x = random_values<shape<3, 5>>(4, 2, Seed{1});

/// The tape of a value, to put labels on it.
const std::vector<std::int32_t> labels{4, 0, 2, 1, 4, 3};
const auto picked = [](auto a) { return pick(a, make_labels(*a.tape, labels.data(), 6, 5)); };

}  // namespace

TEST_CASE("reductions keep the laws", "[ops]") {
    CHECK(operation_laws([](auto a) { return sum(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return mean(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return sum_last(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return mean_samples(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return std_samples(a); }, x) == Failures{});
    CHECK(operation_laws(picked, x) == Failures{});
    // Two samples, the fewest that have a deviation; one sample, which is its own mean.
    CHECK(operation_laws([](auto a) { return std_samples(a); },
                         random_values<shape<6>>(2, 3, Seed{2})) == Failures{});
    CHECK(operation_laws([](auto a) { return mean_samples(a); },
                         random_values<shape<6>>(1, 3, Seed{2})) == Failures{});
}

TEST_CASE("large reductions keep the laws on several threads", "[ops]") {
    const auto big = random_values<shape<9000>>(3, 2, Seed{3});
    const OperationLawOptions few{.gradient = {.most_elements = 3}};
    CHECK(operation_laws([](auto a) { return mean_samples(a); }, few, big) == Failures{});
    CHECK(operation_laws([](auto a) { return std_samples(a); }, few, big) == Failures{});
    CHECK(operation_laws([](auto a) { return sum_last(a); }, few, big) == Failures{});
}

TEST_CASE("reductions compute what they say", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 18};
    const auto a = tape.input<shape<2>>(numbers.data(), 2, 3);
    CHECK(sum(a).value() == 84);
    CHECK(mean(a).value() == 7);
    CHECK(sum_last(a).to_host() == std::vector<double>{3, 7, 11, 15, 19, 29});
    CHECK(mean_samples(a).to_host() == std::vector<double>{5, 6, 7, 10});
    // Deviations -4, 0, 4 (divisor 2) and -6, -2, 8.
    const auto deviation = std_samples(a).to_host();
    CHECK(deviation[0] == 4);
    CHECK(deviation[3] == Approx(std::sqrt(52.0)).epsilon(1e-15));
    CHECK(std_samples(a).samples() == 1);
    const std::vector<std::int32_t> which{1, 0};
    CHECK(pick(a, make_labels(tape, which.data(), 2, 2)).to_host() ==
          std::vector<double>{2, 3, 6, 7, 10, 11});
}

TEST_CASE("a deviation of 0 has the gradient 0", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> equal{3, 3};
    const auto a = tape.leaf<scalar_shape>(equal.data(), 1, 2);
    tape.backward(std_samples(a));
    CHECK(tape.gradient_of(a.node) == std::vector<double>{0, 0});
}

TEST_CASE("labels are copied", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4};
    const auto a = tape.leaf<shape<2>>(numbers.data(), 2, 1);
    std::vector<std::int32_t> labels{1, 0};
    const auto given = make_labels(tape, labels.data(), 2, 2);
    labels = {0, 1'000'000'000};
    const auto picked = pick(a, given);
    CHECK(picked.to_host() == std::vector<double>{2, 3});
    tape.backward(sum(picked));
    CHECK(tape.gradient_of(a.node) == std::vector<double>{0, 1, 1, 0});
}

TEST_CASE("what reductions refuse", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers(6);
    const auto one = tape.input<shape<3>>(numbers.data(), 2);
    CHECK_THROWS_AS(std_samples(one), ValueError);
    const std::vector<std::int32_t> good{0, 2, 1}, high{0, 3}, low{-1, 0};
    CHECK_THROWS_AS(pick(one, make_labels(tape, good.data(), 3, 3)), ShapeError);
    CHECK_THROWS_AS(make_labels(tape, high.data(), 2, 3), ValueError);
    CHECK_THROWS_AS(make_labels(tape, low.data(), 2, 3), ValueError);
}

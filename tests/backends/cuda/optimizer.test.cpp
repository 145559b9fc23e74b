// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Optimiser steps, norms and scaling on the CUDA backend, run on the host, against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/optimizer.hpp>
#include <blue/backends/cuda/optimizer.hpp>
#include <blue/optim/natural_gradient.hpp>
#include <blue/tensor/buffer.hpp>

using namespace blue;
using namespace blue_test;

namespace {

constexpr Index size = 5000;  // more than one block of a sum

/// Values after three steps. \param constants of a step, from its number.
template <class B, class Rule, class Constants>
std::vector<typename B::scalar> after_steps(const Rule& rule, Constants constants) {
    using T = typename B::scalar;
    Buffer<B> values(size), gradients(size), state(Rule::state_arrays * size);
    const std::vector<T> start = numbers<T>(size), slope = numbers<T>(size, -1, 1);
    B::memory::copy_from_host(values.data(), start.data(), size);
    B::memory::copy_from_host(gradients.data(), slope.data(), size);
    for (Index step = 1; step <= 3; ++step)
        optimizer_step(rule, constants(step),
                       ParameterBlock<B>{values.data(), gradients.data(),
                                         NaturalGradientRule<Rule> ? size / 2 : size},
                       state.data());
    std::vector<T> result(static_cast<std::size_t>(size));
    B::memory::copy_to_host(result.data(), values.data(), size);
    return result;
}

template <class T, class Rule, class Constants>
double worst(const Rule& rule, Constants constants) {
    return difference(after_steps<Emulated<T>>(rule, constants),
                      after_steps<Cpu<T>>(rule, constants));
}
template <class T, class Rule>
double worst(const Rule& rule) {
    return worst<T>(rule, [&](Index step) { return rule.constants(step, 0.5); });
}

}  // namespace

TEMPLATE_TEST_CASE("cuda optimizer: all rules", "[cuda]", float, double) {
    using T = TestType;
    CHECK(worst<T>(SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01}) < rounding<T>);
    CHECK(worst<T>(Adam{.learning_rate = 0.1, .weight_decay = 0.01}) < rounding<T>);
    CHECK(worst<T>(AdamW{.learning_rate = 0.1}) < rounding<T>);
    CHECK(worst<T>(Ivon{.beta2 = 0.9, .clip_radius = 2}) < rounding<T>);
    const Vadam vadam{.learning_rate = 0.1, .dataset_size = DatasetSize{50}};
    const MeanFieldNormal prior{.mean = 0.3, .std = 2};
    CHECK(worst<T>(vadam, [&](Index step) { return vadam.constants(step, 0.5, prior); }) <
          rounding<T>);
}

namespace {

/// Parameters after steps of blocks of several sizes, of which those from `second` on have another
/// rule, and how many kernels that took.
struct Batched {
    std::vector<double> values;
    long launches;
};
template <class B>
Batched step_blocks(bool together, Index blocks, Index second) {
    const std::vector<double> start = numbers<double>(size), slope = numbers<double>(size, -1, 1);
    Buffer<B> values(size), gradients(size), state(2 * size);
    B::memory::copy_from_host(values.data(), start.data(), size);
    B::memory::copy_from_host(gradients.data(), slope.data(), size);
    const Adam adam{.learning_rate = 0.1};
    const SGD sgd{.learning_rate = 0.1, .momentum = 0.9};
    const long before = HostExecutor::launches();
    StepBatch<B> batch;
    Index first = 0;
    for (Index k = 0; k < blocks; ++k) {
        const Index numbers_of_block = k % 3 * 10;  // some have none
        const ParameterBlock<B> block{values.data() + first, gradients.data() + first,
                                      numbers_of_block, together ? &batch : nullptr};
        if (k < second)
            optimizer_step(adam, adam.constants(k + 1, 1), block, state.data() + 2 * first);
        else
            optimizer_step(sgd, sgd.constants(1, 0.5), block, state.data() + 2 * first);
        first += numbers_of_block;
    }
    batch.start();
    Batched result{std::vector<double>(size), HostExecutor::launches() - before};
    B::memory::copy_to_host(result.values.data(), values.data(), size);
    return result;
}

}  // namespace

TEST_CASE("cuda optimizer: one kernel steps many variables", "[cuda]") {
    using B = Emulated<double>;
    for (Index blocks : {1, 2, 31, 32, 33, 100})
        for (Index second : {Index{0}, blocks / 2, blocks}) {
            const auto given = step_blocks<B>(true, blocks, second);
            CHECK(given.values == step_blocks<B>(false, blocks, second).values);
            CHECK(difference(given.values, step_blocks<Cpu<double>>(true, blocks, second).values) <
                  rounding<double>);
            const auto kernels = [](Index count) { return (count + 31) / 32; };
            CHECK(given.launches == kernels(second) + kernels(blocks - second));
        }
}

TEST_CASE("cuda optimizer: sum of squares and scaling", "[cuda]") {
    using B = Emulated<float>;
    Tape<B> tape;
    const std::vector<float> host = numbers<float>(size);
    Buffer<B> data(size);
    B::memory::copy_from_host(data.data(), host.data(), size);
    double expected = 0;
    for (float value : host) expected += static_cast<double>(value) * static_cast<double>(value);
    // Summed in double.
    CHECK(sum_of_squares(tape, data.data(), size) == Approx(expected).epsilon(1e-14));
    scale(tape, data.data(), size, 0.5);
    CHECK(sum_of_squares(tape, data.data(), size) == Approx(0.25 * expected).epsilon(1e-14));
}

TEST_CASE("cuda optimizer: averages", "[cuda]") {
    const std::vector<float> start = numbers<float>(size), end = numbers<float>(size, -1, 1);
    const auto between = [&]<class B>(B backend) {
        Buffer<B> to(size), from(size);
        B::memory::copy_from_host(to.data(), start.data(), size);
        B::memory::copy_from_host(from.data(), end.data(), size);
        move_towards(backend, to.data(), from.data(), size, 0.3);
        std::vector<float> result(static_cast<std::size_t>(size));
        B::memory::copy_to_host(result.data(), to.data(), size);
        return result;
    };
    CHECK(difference(between(Emulated<float>{}), between(Cpu<float>{})) < rounding<float>);
    CHECK(between(Emulated<float>{})[7] == Approx(0.7f * start[7] + 0.3f * end[7]));
}

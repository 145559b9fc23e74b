// SPDX-License-Identifier: BSD-3-Clause
#include <blue/train/step_numbers.hpp>

#include "support/catch.hpp"

#include "backends/cuda/models.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// The numbers of a step of `Everything`, and how often the host waited for them.
template <class B>
void check_against_the_parts(long expected_waits) {
    Everything<B> net{Seed{3}};
    Tape<B> tape;
    const Examples<double> data;
    const auto x = tape.template input<shape<8>>(data.inputs.data(), data.count);
    const auto labels = make_labels(tape, data.labels.data(), data.count, 4);
    const auto result = forward(net, tape, x, {.samples = 3});
    // A heat, without which two of the parts would be equal.
    const Loss<B> loss = Elbo{Categorical{}, {.heat = 0.5}}(result, labels, DatasetSize{50});
    backward(loss);
    const long before = HostExecutor::waits();
    const detail::StepNumbers numbers = detail::step_numbers(tape, loss);
    CHECK(HostExecutor::waits() - before == expected_waits);
    const auto parts = loss.values();
    CHECK(numbers.total == loss.total.value());
    CHECK(numbers.data_fitting == parts.data_fitting);
    CHECK(numbers.prior_matching == parts.prior_matching);
    CHECK(numbers.divergence == parts.divergence);
    CHECK(numbers.divergence != numbers.prior_matching);
    CHECK(numbers.divergences.size() == 9);
    CHECK(numbers.divergences == loss.divergences());
    CHECK(numbers.gradient_norms == gradient_norms(tape));
    CHECK(total_norm(numbers.gradient_norms) > 1);
}

}  // namespace

TEST_CASE("the numbers of a step are those of its loss and gradients") {
    check_against_the_parts<Cpu<double>>(0);
    check_against_the_parts<Emulated<double>>(1);
}

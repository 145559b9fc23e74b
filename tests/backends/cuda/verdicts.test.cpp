// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which predictions are accurate and certain, on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/objectives/accuracy_versus_uncertainty.hpp>
#include <blue/ops/softmax.hpp>

#include <optional>

using namespace blue;
using namespace blue_test;

namespace {

/// The calibration loss of 300 predictions, more than there are lanes in a block, of which the
/// first `right` are right.
auto loss_of(Index right, std::optional<double> threshold) {
    return [=](auto x) {
        const auto probabilities = softmax(x);
        const auto host = probabilities.to_host();
        std::vector<std::int32_t> labels;
        for (Index row = 0; row < 300; ++row) {
            const auto largest = metrics::detail::largest_of(host.data() + 4 * row, 4);
            labels.push_back(static_cast<std::int32_t>(row < right ? largest : (largest + 1) % 4));
        }
        const auto target = make_labels(*x.tape, labels.data(), 300, 4);
        const long before = HostExecutor::waits();
        const auto loss = detail::accuracy_versus_uncertainty(probabilities, target, threshold);
        CHECK(HostExecutor::waits() == before);
        return loss;
    };
}

}  // namespace

TEMPLATE_TEST_CASE("cuda verdicts: the loss and its gradients, without waiting", "[cuda]", float,
                   double) {
    using T = TestType;
    // Sums of 300 terms that are rounded in a softmax and in logarithms before. (The limit is a
    // mean: rounding could turn verdicts next to it, but none is there.)
    for (Index right : {0, 200, 300})
        for (std::optional<double> threshold : {std::optional<double>{}, std::optional{1.2}})
            CHECK(compare<T>(loss_of(right, threshold), Argument<shape<4>>{1, 300}) <
                  4 * rounding<T>);
}

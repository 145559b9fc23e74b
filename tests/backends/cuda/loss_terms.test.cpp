// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Putting a loss together on the CUDA backend, run on the host, against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/loss_terms.hpp>
#include <blue/backends/cuda/loss_terms.hpp>

using namespace blue;
using namespace blue_test;

namespace {

template <class B>
std::vector<double> all_numbers(Index likelihoods, Index variables, Index samples, double order) {
    Tape<B> tape;
    const auto filled = [&](Index a, Index b, Index c, double low) {
        const std::vector<double> values = numbers<double>(a * b * c, low, low + 5);
        Node<B>* const node = tape.node(a, b, c, true);
        B::memory::copy_from_host(node->value, values.data(), node->size());
        return node;
    };
    const detail::LossTerms<B> args{
        filled(likelihoods, 1, 1, -3),
        filled(variables, samples, 2, -7),
        filled(variables, 1, 1, 2),
        tape.node(variables, 1, 1, false),
        tape.node(3, 1, 1, false),
        tape.node(1, 1, 1, true),
        variables,
        samples,
        -1.5,
        0.7,
        order,
        order == 1 ? nullptr : tape.template device_memory<double>(samples)};
    std::vector<double> result;
    const auto keep = [&](const double* data, Index n) {
        std::vector<double> copy(static_cast<std::size_t>(n));
        B::memory::copy_to_host(copy.data(), data, n);
        result.insert(result.end(), copy.begin(), copy.end());
    };
    loss_terms_forward(tape, args);
    keep(args.total->value, 1);
    keep(args.parts->value, 3);
    keep(args.per_variable->value, variables);
    const double slope = 0.3;
    B::memory::copy_from_host(tape.gradient(args.total).data, &slope, 1);
    for (int pass = 0; pass < 2; ++pass) {  // assigns, then adds
        loss_terms_backward(tape, args, tape.gradient(args.log_likelihood),
                            tape.gradient(args.log_probs), tape.gradient(args.divergences));
        const Node<B>* const inputs[] = {args.log_likelihood, args.log_probs, args.divergences};
        for (const Node<B>* node : inputs) keep(node->grad, node->size());
    }
    return result;
}

}  // namespace

TEST_CASE("cuda loss terms: values and gradients", "[cuda]") {
    // 300 variables are more than the lanes of a block, 1 sample is fewer than a variable each; no
    // variables at all; more samples than entries of the table.
    for (Index variables : {0, 1, 6, 300})
        for (Index samples : {1, 4, 500})
            for (Index likelihoods : {Index{1}, samples})
                for (double order : {1.0, 0.5, 0.0}) {
                    if (variables * samples > 2000) continue;
                    CHECK(difference(
                              all_numbers<Emulated<double>>(likelihoods, variables, samples, order),
                              all_numbers<Cpu<double>>(likelihoods, variables, samples, order)) <
                          rounding<double>);
                }
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs a module with random variables on the CPU backend and on the CUDA backend's host executor.
#pragma once

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/models/forward.hpp>
#include <blue/objectives/kullback_leibler_loss.hpp>

namespace blue_test {

/// How a module is run.
struct ModuleRun {
    blue::Index input_samples, batch, samples;
    double low = -2, high = 2;  ///< of the inputs
};

/// What a module gives: all gradients are those of its output in a fixed direction plus those of
/// its log probs or its divergence.
template <class T>
struct ModuleOutcome {
    std::vector<T> output, input_gradient, parameter_gradients;
    std::vector<double> divergences;  ///< of each variable, estimated or in closed form
    friend bool operator==(const ModuleOutcome&, const ModuleOutcome&) = default;
};

/// Runs a module, with `Scores`, on inputs of shape `In`.
template <class M, class In, blue::Scores scores = blue::Scores::log_probs>
auto run_module(const ModuleRun& how) {
    using B = blue::backend_of<M>;
    using T = typename B::scalar;
    M model = blue::make<M>(blue::Seed{7});
    blue::Tape<B> tape;
    const std::vector<T> inputs =
        numbers<T>(how.input_samples * how.batch * In::size, how.low, how.high);
    const auto x = tape.template leaf<In>(inputs.data(), how.batch, how.input_samples);
    const auto result =
        blue::forward<scores>(model, tape, x, {.samples = how.samples, .seed = blue::Seed{3}});
    const auto y = result.samples;
    using Shape = typename std::remove_const_t<decltype(y)>::shape;
    const std::vector<T> direction = numbers<T>(y.node->size(), -1, 1);
    const auto factors = tape.template input<Shape>(direction.data(), y.batch(), y.samples());
    const auto loss = blue::detail::make_loss(sum(y * factors), 1.0, result.log_probs, 0.3);
    backward(loss);
    ModuleOutcome<T> outcome{y.to_host(), tape.gradient_of(x.node), {}, {}};
    for (double divergence : loss.divergences()) outcome.divergences.push_back(divergence);
    for (const blue::Draw<B>& draw : tape.draws()) {
        std::vector<T> gradient(static_cast<std::size_t>(blue::parameter_numbers(draw)));
        B::memory::copy_to_host(gradient.data(), draw.gradient,
                                static_cast<blue::Index>(gradient.size()));
        outcome.parameter_gradients.insert(outcome.parameter_gradients.end(), gradient.begin(),
                                           gradient.end());
    }
    return outcome;
}

/// The largest relative difference of a module's output and gradients between the backends;
/// infinite when the results of the host executor depend on the order of its threads.
template <template <class> class M, class In, class T = double,
          blue::Scores scores = blue::Scores::log_probs>
double compare_module(const ModuleRun& how) {
    const auto expected = run_module<M<blue::Cpu<T>>, In, scores>(how);
    const auto given = run_module<M<Emulated<T>>, In, scores>(how);
    HostExecutor::reverse = true;
    const auto reversed = run_module<M<Emulated<T>>, In, scores>(how);
    HostExecutor::reverse = false;
    if (!(given == reversed)) return std::numeric_limits<double>::infinity();
    return std::max({difference(given.output, expected.output),
                     difference(given.input_gradient, expected.input_gradient),
                     difference(given.parameter_gradients, expected.parameter_gradients),
                     difference(given.divergences, expected.divergences)});
}

}  // namespace blue_test

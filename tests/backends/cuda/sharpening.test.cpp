// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Posterior sharpening on the CUDA backend, run on the host, against the CPU backend.
#include "support/catch.hpp"

#include "backends/cuda/networks.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/estimators/antithetic.hpp>
#include <blue/models/freeze.hpp>
#include <blue/train/posterior_sharpening.hpp>

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
/// More weights than a block has elements, a bias that is a point estimate, pairs of draws, and
/// buffers.
template <class B>
using Net = Sequential<Linear<8, 300, per_variable<N, NonBayesian>, N, B>, BatchNorm<300, B>, Tanh,
                       Linear<300, 4, Antithetic<N>, UniformPrior, B>>;

/// All numbers of three steps of training: losses, parameters, step sizes and their gradients.
template <class M, class Shape>
std::vector<double> train(bool frozen) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    const Examples<T> data;
    const auto inputs = numbers<T>(data.count * Shape::size);
    auto net = make<M>(Seed{3});
    if (frozen) freeze(layer<0>(net));
    Tape<B> tape;
    auto optimizer = make_optimizer(net, Adam{.learning_rate = 1e-2});
    PosteriorSharpening sharpening(net, {.std = 0.1, .step_size = 0.05});
    const Elbo<Categorical> objective{Categorical{}, {.dataset_size = DatasetSize{50}}};
    const auto batch = [&](auto& on) {
        return std::pair{on.template input<Shape>(inputs.data(), data.count),
                         make_labels(on, data.labels.data(), data.count, 4)};
    };
    std::vector<double> result;
    const auto put = [&](const T* numbers, Index n) {
        std::vector<T> host(static_cast<std::size_t>(n));
        B::memory::copy_to_host(host.data(), numbers, n);
        result.insert(result.end(), host.begin(), host.end());
    };
    for (std::uint64_t pass = 0; pass < 3; ++pass) {
        const SharpenedLoss loss =
            sharpening.backward(net, tape, objective, batch, {.samples = 4, .pass = pass});
        result.insert(result.end(), {loss.total, loss.data_fitting, loss.moves, loss.divergence,
                                     loss.unsharpened});
        optimizer.step(net, tape);
        sharpening.step();
    }
    std::size_t slot = 0;
    blue::detail::visit_variables(net, [&](const auto& state) {
        put(state.parameter(0), state.size);
        const auto steps = sharpening.step_sizes(slot);
        put(steps.data(), static_cast<Index>(steps.size()));
        for (double gradient : sharpening.step_size_gradients(slot)) result.push_back(gradient);
        ++slot;
    });
    return result;
}

/// The largest difference to the CPU; infinite when it depends on the order of threads.
template <template <class> class M, class Shape>
double worst(bool frozen = false) {
    using B = Emulated<double>;
    const auto given = train<M<B>, Shape>(frozen);
    HostExecutor::reverse = true;
    const auto reversed = train<M<B>, Shape>(frozen);
    HostExecutor::reverse = false;
    if (given != reversed) return std::numeric_limits<double>::infinity();
    return worst_of(given, train<M<Cpu<double>>, Shape>(frozen));
}

}  // namespace

TEST_CASE("posterior sharpening gives the numbers of the CPU", "[cuda]") {
    // Sums of thousands of terms in another order, amplified by three steps of Adam.
    constexpr double tolerance = 1e-9;
    CHECK(worst<Net, shape<8>>() < tolerance);
    CHECK(worst<Net, shape<8>>(true) < tolerance);
    CHECK(worst<Recurrent, shape<6, 4>>() < tolerance);
}

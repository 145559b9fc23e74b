// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions on the CUDA backend, run on the host, against the CPU backend.
#include "support/catch.hpp"

#include "backends/cuda/joint.hpp"
#include "backends/cuda/modules.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/distributions/centred_prior.hpp>
#include <blue/distributions/learned_scale_prior.hpp>
#include <blue/distributions/quiet_prior.hpp>
#include <blue/estimators/antithetic.hpp>
#include <blue/layers/lstm.hpp>
#include <blue/models/freeze.hpp>
#include <blue/models/moped.hpp>
#include <blue/models/to.hpp>
#include <blue/train/fit.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// More rows than a block has warps, more columns than a warp has lanes, more elements than a
/// block; and a bias of 70 elements.
template <class Q, class P>
struct Wide {
    template <class B>
    using on = Linear<37, 70, Q, P, B>;
};
/// For covariances of all pairs.
template <class Q, class P>
struct Small {
    template <class B>
    using on = Linear<9, 35, Q, P, B>;
};

/// The largest difference of outputs, gradients and divergences. More samples than parts in which
/// gradients are added up.
template <template <class, class> class Layer, class Q, class P, class T = double,
          Scores scores = Scores::log_probs>
double worst() {
    constexpr Index width = Layer<Q, P>::template on<Cpu<T>>::input_shape::size;
    return compare_module<Layer<Q, P>::template on, shape<width>, T, scores>({1, 3, 10});
}
template <template <class, class> class Layer, class Q, class P, class T = double>
double worst_of_both() {
    return std::max(worst<Layer, Q, P, T>(), worst<Layer, Q, P, T, Scores::divergence>());
}
using N = MeanFieldNormal;
/// Weights that are drawn again in each step.
template <class B>
using FreshSteps = LSTM<4, 5, fresh_draws, final_output, MatrixNormal, N, B>;

}  // namespace

TEST_CASE("joint distributions give the numbers of the CPU", "[cuda]") {
    // Log densities and their gradients are sums of thousands of terms in another order.
    constexpr double tolerance = 1e-12;
    CHECK(worst_of_both<Wide, MatrixNormal, N>() < tolerance);
    CHECK(worst_of_both<Wide, Radial, N>() < tolerance);
    CHECK(worst_of_both<Wide, LowRankNormal<1>, N>() < tolerance);
    CHECK(worst_of_both<Wide, LowRankNormal<3>, N>() < tolerance);
    CHECK(worst_of_both<Small, MultivariateNormal, N>() < tolerance);
}

TEST_CASE("joint distributions in float", "[cuda]") {
    // Sums of thousands of terms of random sign, some of them kept in float.
    constexpr double tolerance = 2e-4;
    CHECK(worst_of_both<Wide, MatrixNormal, N, float>() < tolerance);
    CHECK(worst_of_both<Wide, LowRankNormal<2>, N, float>() < tolerance);
}

TEST_CASE("joint distributions beside other priors and in pairs", "[cuda]") {
    constexpr double tolerance = 1e-12;  // as above
    CHECK(worst_of_both<Wide, MatrixNormal, CentredPrior<>>() < tolerance);
    CHECK(worst_of_both<Wide, LowRankNormal<2>, LearnedScalePrior>() < tolerance);
    CHECK(worst<Wide, Radial, BasicQuietPrior>() < tolerance);
    CHECK(worst<Wide, Antithetic<LowRankNormal<2>>, N>() < tolerance);
    CHECK(compare_module<FreshSteps, shape<3, 4>>({1, 3, 10}) < tolerance);
}

namespace {

template <class M>
std::vector<double> outputs(const M& model) {
    using B = backend_of<M>;
    const auto x = numbers<typename B::scalar>(5 * 8);
    Tape<B> tape;
    const auto r = forward(model, tape, tape.template input<shape<8>>(x.data(), 5),
                           {.samples = 4, .seed = Seed{5}});
    const auto y = r.samples.to_host();
    std::vector<double> all(y.begin(), y.end());
    for (std::size_t slot = 0; slot < 6; ++slot)
        for (double log_q : r.log_probs.entry(slot).variational) all.push_back(log_q);
    return all;
}

}  // namespace

TEST_CASE("a network with joint weights trains as on the CPU", "[cuda]") {
    const auto train = []<class B>(B, Index samples_per_chunk = 0) {
        JointNet<B> net{Seed{3}};
        Dataset<std::int32_t> data{Array<float>({64, 8}, numbers<float>(64 * 8)),
                                   Array<std::int32_t>({64})};
        for (Index i = 0; i < 64; ++i) data.targets[i] = data.inputs[i * 8] > 0;
        const auto report = fit(net, Elbo{Categorical{}}, data,
                                {.epochs = 2,
                                 .batch_size = 16,
                                 .samples = 3,
                                 .samples_per_chunk = samples_per_chunk,
                                 .progress = Progress::none});
        std::vector<double> result = outputs(net);
        result.push_back(report.epochs.back().loss);
        return result;
    };
    // After eight steps of Adam.
    const auto given = train(Emulated<double>{});
    CHECK(worst_of(given, train(Cpu<double>{})) < 1e-9);
    // Samples of a joint distribution are added up in other parts when they come in chunks.
    CHECK(worst_of(train(Emulated<double>{}, 2), given) < 1e-9);
}

TEST_CASE("joint weights at their means, at fixed draws, and with small deviations", "[cuda]") {
    JointNet<Cpu<double>> net{Seed{3}};
    constexpr double tolerance = 1e-12;  // sums of some hundred terms
    const auto error = [&] { return worst_of(outputs(to<Emulated<double>>(net)), outputs(net)); };
    CHECK(error() < tolerance);
    freeze(layer<2>(net), Seed{9});
    CHECK(error() < tolerance);
    freeze(net);
    CHECK(error() < tolerance);
    unfreeze(net);
    // A covariance of two factors beside next to nothing has few digits: it is factorised by
    // rotations. Log densities differ by what is left of them.
    auto& weight = layer<2>(net).state<"weight">();
    std::fill_n(weight.parameter(1), weight.size, -20.0);
    for (Index e = 0; e < weight.size; ++e)
        weight.parameter(2)[2 * e + 1] = weight.parameter(2)[2 * e] * (1 + 1e-9 * double(e % 2));
    CHECK(error() < 1e-3);
}

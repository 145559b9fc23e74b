// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions on the CUDA backend, run on the host, against the CPU backend.
#include "support/catch.hpp"

#include "backends/cuda/models.hpp"
#include "backends/cuda/modules.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/distributions/centred_prior.hpp>
#include <blue/distributions/learned_scale_prior.hpp>
#include <blue/distributions/low_rank_normal.hpp>
#include <blue/distributions/matrix_normal.hpp>
#include <blue/distributions/multivariate_normal.hpp>
#include <blue/distributions/quiet_prior.hpp>
#include <blue/distributions/radial.hpp>
#include <blue/estimators/antithetic.hpp>
#include <blue/layers/linear.hpp>
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
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>
#include <type_traits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;
using Number = math::Number<double>;

TEST_CASE("the spike-and-slab LASSO keeps all laws", "[distributions]") {
    const SpikeAndSlabLassoPrior p{
        .slab_probability = 0.25, .spike_scale = 0.2, .slab_scale = 0.75};
    CHECK(distribution_laws(MeanFieldNormal{}, p) == Failures{});
    CHECK(distribution_laws(MeanFieldLogistic{}, p) == Failures{});
}

TEST_CASE("the density of the spike-and-slab LASSO", "[distributions]") {
    const auto laplace = [](double w, double scale) {
        return std::exp(-std::abs(w) / scale) / (2 * scale);
    };
    const SpikeAndSlabLassoPrior p{
        .slab_probability = 0.25, .spike_scale = 0.1, .slab_scale = 0.75};
    for (double w : {0.0, 0.05, -0.3, 2.0})
        CHECK(p.log_prob(Number(w))[0] ==
              Approx(std::log(0.25 * laplace(w, 0.75) + 0.75 * laplace(w, 0.1))).epsilon(1e-13));
    // Far out both densities underflow, their logarithms do not.
    CHECK(p.log_prob(Number(1e6))[0] == Approx(-1e6 / 0.75 + std::log(0.25 / 1.5)).epsilon(1e-14));
    const testing::detail::TabulatedDensity density(
        [&](double w) { return p.log_prob(Number(w))[0]; }, 0, 0.1);
    CHECK(density.total() == Approx(1).margin(1e-5));  // the accuracy of the rule at a kink
}

TEST_CASE("the normal spike and slab is a scale mixture", "[distributions]") {
    STATIC_REQUIRE(std::is_same_v<SpikeAndSlabPrior, ScaleMixturePrior>);
    const SpikeAndSlabPrior p =
        spike_and_slab({.slab_probability = 0.25, .spike_std = 0.1, .slab_std = 0.75});
    const ScaleMixturePrior mixture{.weight = 0.25, .std1 = 0.75, .std2 = 0.1};
    for (double w : {0.0, 0.05, -0.3, 2.0})
        CHECK(p.log_prob(Number(w))[0] == mixture.log_prob(Number(w))[0]);
}

TEST_CASE("rescaling narrows spike and slab", "[distributions]") {
    SpikeAndSlabLassoPrior p{.slab_probability = 0.25, .spike_scale = 0.5, .slab_scale = 2};
    p.rescale(0.5);
    const SpikeAndSlabLassoPrior same{
        .slab_probability = 0.25, .spike_scale = 0.25, .slab_scale = 1};
    CHECK(p.spike_scale == 0.25);
    CHECK(p.log_prob(Number(0.3))[0] == same.log_prob(Number(0.3))[0]);
}

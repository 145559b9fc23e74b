// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"
#include "train/toys.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

using Normal = SoftplusScale<MeanFieldNormal>;

TEST_CASE("distributions with scales through softplus keep all laws", "[distributions]") {
    CHECK(LocationScale<Normal>);
    CHECK(distribution_laws(Normal{}, MeanFieldNormal{.mean = 0.3, .std = 0.6}) == Failures{});
    CHECK(distribution_laws(SoftplusScale<MeanFieldLaplace>{}, MeanFieldLaplace{.scale = 0.6}) ==
          Failures{});
    CHECK(distribution_laws(SoftplusScale<MeanFieldStudentT>{}, UniformPrior{}) == Failures{});
}

TEST_CASE("closed-form divergences are those of the distribution", "[distributions]") {
    CHECK(has_closed_form_kl<Normal, MeanFieldNormal>);
    CHECK(has_closed_form_kl<Normal, MeanFieldLaplace>);
    CHECK(has_closed_form_kl<Normal, UniformPrior>);
    CHECK(has_closed_form_kl<SoftplusScale<MeanFieldLaplace>, MeanFieldNormal>);
    CHECK_FALSE(has_closed_form_kl<Normal, MeanFieldStudentT>);
    using Number = math::Number<double>;
    CHECK(kl(Normal{}, MeanFieldNormal{.std = 2}, Number(0.5), Number(0.25))[0] ==
          kl(MeanFieldNormal{}, MeanFieldNormal{.std = 2}, Number(0.5), Number(0.25))[0]);
}

TEST_CASE("the start and the names of a layer with scales through softplus", "[distributions]") {
    using Layer = Linear<4, 3, Normal>;
    const auto layer = make<Layer>(Seed{1}, posterior(Normal{{.std = 0.5}}));
    CHECK(Normal::parameters::stored_names[1] == "rho_std");
    const auto stored = parameters_of(layer);
    REQUIRE(stored.size() == 2 * 12 + 2 * 3);
    // 0.5 / sqrt(fan-in); a log_std would start 1e-5 higher, as in torch_blue.
    for (std::size_t i = 12; i < 24; ++i)
        CHECK(std::log1p(std::exp(stored[i])) == Approx(0.25).epsilon(1e-6));
}

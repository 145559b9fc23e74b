// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

using namespace blue;

namespace {

using Net = Sequential<Linear<4, 3>, ReLU, Linear<3, 2, NonBayesian, UniformPrior>,
                       Residual<Linear<2, 2, MeanFieldNormal, UniformPrior>>>;

}  // namespace

static_assert(detail::setting_check<Net, PosteriorSetting<MeanFieldNormal>>::applies);
static_assert(detail::setting_check<Net, PosteriorSetting<NonBayesian>>::applies);
static_assert(detail::setting_check<Net, PriorSetting<UniformPrior>>::applies);
static_assert(!detail::setting_check<Net, PriorSetting<NonBayesian>>::applies);
static_assert(!detail::setting_check<Net, PosteriorSetting<UniformPrior>>::applies);
static_assert(detail::setting_check<Net, ModuleOptions>::is_setting);
static_assert(!detail::setting_check<Net, MeanFieldNormal>::is_setting);
static_assert(!detail::setting_check<Net, int>::is_setting);

TEST_CASE("a setting reaches all variables with a distribution of its type, and no others") {
    const Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.5}),
                  prior(MeanFieldNormal{.std = 2})};
    CHECK(layer<0>(net).state<"weight">().distribution.std == 0.5);
    CHECK(layer<0>(net).state<"bias">().distribution.std == 0.5);
    CHECK(layer<0>(net).state<"bias">().prior.std == 2);
    const auto& inner = layer<0>(layer<3>(net));
    CHECK(inner.state<"weight">().distribution.std == 0.5);
    // Its own distribution and prior are not the setting's.
    CHECK(layer<0>(net).state<"weight">().prior.mean == 0);
    CHECK(layer<0>(net).state<"weight">().distribution.mean == 0);
}

TEST_CASE("module options reach all modules") {
    const Net net{Seed{1}, ModuleOptions{.kaiming_initialization = false}};
    CHECK_FALSE(layer<0>(net).module_options.kaiming_initialization);
    CHECK_FALSE(layer<0>(layer<3>(net)).module_options.kaiming_initialization);
}

TEST_CASE("a later setting of the same kind wins") {
    const Net net{Seed{1}, prior(MeanFieldNormal{.std = 2}), prior(MeanFieldNormal{.std = 3})};
    CHECK(layer<0>(net).state<"weight">().prior.std == 3);
}

TEST_CASE("a new prior can be rescaled again") {
    using Layer = Linear<12, 2>;
    auto layer = make<Layer>(Seed{1}, ModuleOptions{.rescale_prior = true});
    const double once = layer.state<"weight">().prior.std;
    initialise(layer, Seed{2}, prior(MeanFieldNormal{.std = 1}));
    CHECK(layer.state<"weight">().prior.std == once);
    initialise(layer, Seed{2}, prior(MeanFieldNormal{.std = 2}));
    CHECK(layer.state<"weight">().prior.std == 2 * once);
}

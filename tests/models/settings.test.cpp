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

namespace {

/// The message of the ValueError that `make` throws.
template <class Make>
std::string refused(Make make) {
    try {
        make();
    } catch (const ValueError& error) {
        return error.what();
    }
    return "accepted";
}

struct Shifted {
    double shift = 0, width = 1;
    using parameters = blue::parameters<real<"shift">, softplus_of<"width">>;
    std::array<double, 2> defaults() const { return {shift, width}; }
};

}  // namespace

TEST_CASE("impossible options of posteriors and priors are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const auto a_prior = [](auto p) { return refused([&] { prior(p); }); };
    const auto a_posterior = [](auto q) { return refused([&] { posterior(q); }); };

    CHECK(a_posterior(MeanFieldNormal{.std = 0}) ==
          "posterior: expected a positive, finite std, got 0");
    CHECK(a_prior(MeanFieldNormal{.std = -1}) == "prior: expected a positive, finite std, got -1");
    CHECK(a_prior(MeanFieldNormal{.mean = nan}) == "prior: expected a finite mean, got nan");
    CHECK(a_prior(MeanFieldNormal{.mean = -infinity}) == "prior: expected a finite mean, got -inf");
    CHECK(a_prior(MeanFieldNormal{.eps = -1}) ==
          "MeanFieldNormal: expected a finite eps of at least 0, got -1");
    CHECK(a_posterior(LocalReparameterization<MeanFieldNormal>{{.std = -2}}) ==
          "posterior: expected a positive, finite std, got -2");
    CHECK(a_posterior(MeanFieldStudentT{.df = 0}) ==
          "MeanFieldStudentT: expected a positive, finite df, got 0");
    CHECK(a_posterior(MeanFieldStudentT{.df = 0.5}) ==
          "MeanFieldStudentT: expected df above 0.5 to draw from it, got 0.5");
    CHECK(a_posterior(MeanFieldStudentT{.df = 0.51}) == "accepted");
    CHECK(a_posterior(Flipout<MeanFieldStudentT>{{.df = 0.5}}) ==
          "MeanFieldStudentT: expected df above 0.5 to draw from it, got 0.5");
    CHECK(a_prior(MeanFieldStudentT{.df = 0.5}) == "accepted");
    CHECK(a_prior(MeanFieldLaplace{.scale = infinity}) ==
          "prior: expected a positive, finite scale, got inf");
    CHECK(a_prior(ScaleMixturePrior{.weight = 1}) ==
          "ScaleMixturePrior: expected a weight above 0 and below 1, got 1");
    CHECK(a_prior(ScaleMixturePrior{.std2 = 0}) ==
          "ScaleMixturePrior: expected a positive, finite std2, got 0");
    CHECK(refused([] { spike_and_slab({.spike_std = -1}); }) ==
          "spike_and_slab: expected a positive, finite spike_std, got -1");
    CHECK(a_prior(SpikeAndSlabLassoPrior{.slab_probability = -0.5}) ==
          "SpikeAndSlabLassoPrior: expected a slab_probability above 0 and below 1, got -0.5");
    CHECK(a_prior(BasicQuietPrior{.mean_std = 0}) ==
          "BasicQuietPrior: expected a positive, finite mean_std, got 0");
    CHECK(a_prior(HalfCauchyPrior{.scale = 0}) ==
          "HalfCauchyPrior: expected a positive, finite scale, got 0");
    CHECK(a_prior(LearnedScalePrior{.hyper_scale = 0}) ==
          "LearnedScalePrior: expected a positive hyper_scale, got 0");
    CHECK(a_prior(CentredPrior<>{.prior = {.std = -1}}) ==
          "CentredPrior: expected a positive, finite std, got -1");
    // Formulas of a user's own are checked by their parameters.
    CHECK(a_prior(Shifted{.width = 0}) == "prior: expected a positive, finite width, got 0");

    CHECK(a_prior(LearnedScalePrior{}) == "accepted");
    CHECK(a_prior(MeanFieldNormal{.eps = 0}) == "accepted");
    CHECK(a_prior(spike_and_slab({})) == "accepted");
    CHECK(a_prior(UniformPrior{}) == "accepted");
    CHECK(a_posterior(NonBayesian{}) == "accepted");
}

// SPDX-License-Identifier: BSD-3-Clause
// The programs of docs/concepts/switches.md work.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

using namespace blue::literals;

using Base = blue::Sequential<blue::Linear<2, 16>, blue::Tanh, blue::Linear<16, 3>>;
using Heavy = blue::with_policies<Base, blue::MeanFieldStudentT>;
using Sparse = blue::with_policies<Base, blue::keep_policy, blue::SpikeAndSlabLassoPrior>;
using Deterministic = blue::with_policies<Base, blue::NonBayesian>;

template <class Q>
struct Gain : blue::Module<Gain<Q>, blue::variables<blue::variable<"factor", 3>>, Q> {
    template <class NewQ, class, class>
    using with_policies = Gain<NewQ>;
    auto forward(auto& pass, auto x) const { return x * pass.sample(*this, "factor"_v); }
};

static_assert(blue::is_closed_form<Base> && !blue::is_closed_form<Sparse>);
static_assert(std::is_same_v<blue::with_policies<Gain<blue::MeanFieldNormal>, blue::NonBayesian>,
                             Gain<blue::NonBayesian>>);

TEST_CASE("a trained deterministic network becomes the centre of a Bayesian one") {
    const auto data = blue_test::three_classes(60);
    const blue::FitOptions options{.epochs = 30, .progress = blue::Progress::none};

    Deterministic point{blue::Seed{1}};
    fit(point, blue::Elbo{blue::Categorical{}}, data, options);
    Base net{blue::Seed{2}};
    keep_weights(net, point);

    freeze(net);
    const auto expected = predict(point, blue::Categorical{}, data.inputs).probabilities;
    const auto given = predict(net, blue::Categorical{}, data.inputs).probabilities;
    for (blue::Index i = 0; i < expected.size(); ++i) CHECK(given[i] == expected[i]);
    unfreeze(net);

    blue::Ensemble<5, Base> ensemble{blue::Seed{1}};
    fit(ensemble, blue::Elbo{blue::Categorical{}}, data, options);
    const auto mixture = predict(ensemble, blue::Categorical{}, data.inputs, {.samples = 50});
    CHECK(mixture.mutual_information[0] > 0);

    using Centred = blue::with_policies<Base, blue::keep_policy, blue::CentredPrior<>>;
    Centred around{blue::Seed{3}, blue::prior(blue::CentredPrior<>{.prior = {.std = 0.5}})};
    moped(around, point, {.delta = 0.1});
    CHECK(layer<0>(around).state<"weight">().constant(0)[1] ==
          layer<0>(point).state<"weight">().parameter(0)[1]);
    CHECK(predict(net, blue::Categorical{}, data.inputs).mutual_information[0] > 0);
}

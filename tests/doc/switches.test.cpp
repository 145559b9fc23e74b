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

template <class Q, class P, class B>
struct Cooled
    : blue::Module<Cooled<Q, P, B>, blue::variables<blue::variable<"factor", 3>>, Q, P, B> {
    double temperature = 1;
    using fields = blue::fields<&Cooled::temperature>;
    auto forward(auto& pass, auto x) const {
        return x * pass.sample(*this, "factor"_v) * (1 / temperature);
    }
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

TEST_CASE("a model moves to another backend and back") {
    const auto data = blue_test::three_classes(60);
    const blue::FitOptions options{.epochs = 5, .progress = blue::Progress::none};
    Base net{blue::Seed{1}};
    const double before = predict(net, blue::Categorical{}, data.inputs).mutual_information[0];

    auto wide = blue::to<blue::Cpu<double>>(net);
    fit(wide, blue::Elbo{blue::Categorical{}}, data, options);
    Base trained = blue::to<Base>(wide);

    const auto of = [&](const auto& model) {
        return predict(model, blue::Categorical{}, data.inputs).mutual_information[0];
    };
    CHECK(of(trained) == Approx(of(wide)).epsilon(1e-4));  // float
    CHECK(of(net) == before);
    using Layer = Cooled<blue::MeanFieldNormal, blue::UniformPrior, blue::Cpu<float>>;
    auto cooled = blue::make<Layer>(blue::Seed{1});
    cooled.temperature = 0.5;
    CHECK(blue::to<blue::Cpu<double>>(cooled).temperature == 0.5);
}

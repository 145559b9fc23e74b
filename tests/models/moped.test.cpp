// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>

using namespace blue;
using namespace blue_test;

using Net =
    Sequential<Linear<2, 8, MeanFieldNormal, CentredPrior<>>, Tanh,
               Linear<8, 3, SoftplusScale<MeanFieldLaplace>, CentredPrior<MeanFieldLaplace>>>;
using Point = with_policies<Net, NonBayesian, UniformPrior>;

TEST_CASE("MOPED puts posterior and prior around the weights", "[models]") {
    Point point{Seed{1}};
    layer<0>(point).state<"weight">().parameter(0)[3] = 0;
    Net net{Seed{2}};
    moped(net, point, {.delta = 0.2, .smallest_scale = 0.01});
    const auto check = [](const auto& given, const auto& from) {
        for (Index e = 0; e < given.size; ++e) {
            const float w = from.parameter(0)[e];
            CHECK(given.parameter(0)[e] == w);
            CHECK(given.constant(0)[e] == w);
            const double scale =
                natural_value(std::decay_t<decltype(given)>::Q::parameters::transforms[1],
                              double(given.parameter(1)[e]));
            // Stored in float.
            CHECK(scale == Approx(std::fmax(0.2 * std::abs(double(w)), 0.01)).epsilon(1e-5));
        }
    };
    check(layer<0>(net).state<"weight">(), layer<0>(point).state<"weight">());
    check(layer<2>(net).state<"bias">(), layer<2>(point).state<"bias">());
}

TEST_CASE("options of MOPED without a meaning leave the model as it was", "[models]") {
    const Point point{Seed{1}};
    Net net{Seed{2}};
    const auto before = parameters_of(net);
    CHECK_THROWS_AS(moped(net, point, {.delta = 0}), ValueError);
    CHECK_THROWS_AS(moped(net, point, {.smallest_scale = -1}), ValueError);
    CHECK(parameters_of(net) == before);
}

TEST_CASE("training starts from what the network knew", "[models]") {
    const auto data = three_classes(60);
    Point point{Seed{1}};
    fit(point, Elbo{Categorical{}}, data, {.epochs = 200, .progress = Progress::none},
        Adam{.learning_rate = 0.02});
    Net net{Seed{2}};
    const Elbo objective{Categorical{}};
    const FitOptions options{.epochs = 5, .progress = Progress::none};
    Net other = net;
    const auto cold = fit(other, objective, data, options);
    moped(net, point);
    const auto warm = fit(net, objective, data, options);
    CHECK(warm.epochs.front().data_fitting < 0.7 * cold.epochs.front().data_fitting);
    CHECK(warm.epochs.back().loss < warm.epochs.front().loss);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include <blue/testing/joint_laws.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <vector>

using namespace blue;
using namespace blue_test;

using Net =
    Sequential<Linear<2, 8, MeanFieldNormal, CentredPrior<>>, Tanh,
               Linear<8, 3, SoftplusScale<MeanFieldLaplace>, CentredPrior<MeanFieldLaplace>>>;
using Point = with_policies<Net, NonBayesian, UniformPrior>;

namespace {

/// A layer of one joint distribution in double, moved to the weights of `point`.
template <class Q>
struct MovedJoint {
    Linear<6, 4, NonBayesian> point = make<Linear<6, 4, NonBayesian>>(Seed{1});
    Linear<6, 4, Q, CentredPrior<>, Cpu<double>> layer =
        make<Linear<6, 4, Q, CentredPrior<>, Cpu<double>>>(Seed{2});

    explicit MovedJoint(const MopedOptions& options = {.delta = 0.2, .smallest_scale = 0.01}) {
        point.template state<"weight">().parameter(0)[3] = 0;
        // Correlations that are not those of the start.
        auto& weight = state();
        for (int k = 1; k < weight.parameters; ++k)
            for (Index e = 0; e < weight.parameter_size(k); ++e)
                weight.parameter(k)[e] +=
                    0.1 * std::sin(1 + 0.7 * static_cast<double>(e + 1000 * k));
        moped(layer, point, options);
    }
    auto& state() { return layer.template state<"weight">(); }
    /// What is promised.
    std::vector<double> promised() {
        std::vector<double> stds;
        for (Index e = 0; e < 24; ++e)
            stds.push_back(std::fmax(0.2 * std::abs(state().parameter(0)[e]), 0.01));
        return stds;
    }
    /// The standard deviations of the elements, by their formula.
    std::vector<double> closed() {
        using State = std::decay_t<decltype(state())>;
        const std::vector<double> stored(state().parameter(0),
                                         state().parameter(0) + State::numbers());
        auto stds = detail::log_standard_deviations(state().distribution, *State::layout(), stored);
        for (double& std : stds) std = std::exp(std);
        return stds;
    }
    /// The largest distance, in standard errors, of the means of (w - mean)^2 over the draws of a
    /// forward pass from the squares of these standard deviations. A correct distribution is beyond
    /// 6 for about one seed in 10 million (24 elements, means of 20000 squares: a normal's 2e-9
    /// each, twice that for the skewness of squares). Every other draw, as those of a pair have the
    /// same square.
    double farthest_draws(const std::vector<double>& stds) {
        std::vector<testing::detail::DrawnMean> squares(24);
        Tape<Cpu<double>> tape;
        const double x[6] = {};
        forward<Scores::none>(layer, tape, tape.input<shape<6>>(x, 1),
                              {.samples = 40000, .seed = Seed{3}});
        const Draw<Cpu<double>>& draw = tape.draws()[0];
        for (Index s = 0; s < 40000; s += 2)
            for (Index e = 0; e < 24; ++e) {
                const double deviation =
                    draw.weights[s * draw.weight_stride + e] - state().parameter(0)[e];
                squares[static_cast<std::size_t>(e)].add(deviation * deviation);
            }
        double farthest = 0;
        for (std::size_t e = 0; e < 24; ++e)
            farthest = std::fmax(farthest, std::abs(squares[e].mean() - stds[e] * stds[e]) /
                                               squares[e].standard_error());
        return farthest;
    }
};

template <class Q>
void check_each_element(const char* name) {
    INFO(name);
    MovedJoint<Q> moved;
    const auto promised = moved.promised(), closed = moved.closed();
    CHECK(promised[3] == 0.01);
    // Roundings of logarithms and exponentials of numbers of order one.
    for (std::size_t e = 0; e < 24; ++e) CHECK(closed[e] == Approx(promised[e]).epsilon(1e-12));
    CHECK(moved.farthest_draws(promised) < 6);
    for (Index e = 0; e < 24; ++e) {
        CHECK(moved.state().parameter(0)[e] ==
              double(moved.point.template state<"weight">().parameter(0)[e]));
        CHECK(moved.state().constant(0)[e] == moved.state().parameter(0)[e]);
    }
}

}  // namespace

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

TEST_CASE("MOPED scales each element of a joint distribution", "[models]") {
    check_each_element<LowRankNormal<2>>("low-rank normal");
    check_each_element<MultivariateNormal>("multivariate normal");
    check_each_element<Radial>("radial");
    check_each_element<Antithetic<LowRankNormal<1>>>("low-rank normal, in pairs");
}

TEST_CASE("MOPED leaves the correlations of a joint distribution", "[models]") {
    using Q = LowRankNormal<2>;
    MovedJoint<Q> one, other({.delta = 0.4, .smallest_scale = 0.02});
    // Twice the scale: the same share of the factors in each element's variance.
    for (Index e = 0; e < 24; ++e) {
        CHECK(other.state().parameter(1)[e] == Approx(one.state().parameter(1)[e] + std::log(2.0)));
        for (Index a = 0; a < 2; ++a)
            CHECK(other.state().parameter(2)[2 * e + a] ==
                  Approx(2 * one.state().parameter(2)[2 * e + a]));
    }
}

TEST_CASE("MOPED fits the scales of rows and columns", "[models]") {
    MovedJoint<MatrixNormal> moved;
    const auto promised = moved.promised(), closed = moved.closed();
    CHECK(moved.farthest_draws(closed) < 6);
    const auto log_ratio = [&](std::size_t i, std::size_t j) {
        return std::log(closed[6 * i + j] / promised[6 * i + j]);
    };
    // Geometric means, up to roundings of numbers of order one.
    for (std::size_t i = 0; i < 4; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < 6; ++j) sum += log_ratio(i, j);
        CHECK(sum == Approx(0).margin(1e-12));
    }
    for (std::size_t j = 0; j < 6; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < 4; ++i) sum += log_ratio(i, j);
        CHECK(sum == Approx(0).margin(1e-12));
    }
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

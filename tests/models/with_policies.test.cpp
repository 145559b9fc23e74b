// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cstddef>
#include <type_traits>

using namespace blue;

namespace {

/// Layers of a user's own: with all policies, in another type of number; with one policy; with
/// none.
template <std::size_t In, std::size_t Out, class Q = MeanFieldNormal, class P = UniformPrior,
          class B = Cpu<float>>
struct Gated : Module<Gated<In, Out, Q, P, B>,
                      variables<variable<"weight", Index(Out), Index(In)>,
                                variable<"gate", Index(Out), Index(In)>>,
                      Q, P, B> {
    auto forward(auto& pass, auto x) const {
        return sigmoid(linear(x, pass.sample(*this, "gate"_v))) *
               linear(x, pass.sample(*this, "weight"_v));
    }
};
template <Index N, class Q>
struct Scale : Module<Scale<N, Q>, variables<variable<"factor", N>>, Q> {
    auto forward(auto& pass, auto x) const { return x * pass.sample(*this, "factor"_v); }
};
template <class Q>
struct Fixed : Module<Fixed<Q>, variables<variable<"factor", 2>>, Q> {
    template <class NewQ, class, class>
    using with_policies = Fixed<NewQ>;
    auto forward(auto& pass, auto x) const { return x * pass.sample(*this, "factor"_v); }
};

using L = MeanFieldLaplace;
using N = MeanFieldNormal;
using Double = Cpu<double>;
using Net = Sequential<Linear<3, 4>, ReLU, Residual<Linear<4, 4, without_bias, N, UniformPrior>>,
                       Gated<4, 2>, Fixed<N>, LearnedNoise<2>>;

template <class Layer>
struct has_three_inputs : std::false_type {};
template <Index Out, class... Policies>
struct has_three_inputs<Linear<3, Out, Policies...>> : std::true_type {};

}  // namespace

TEST_CASE("a model with another variational distribution throughout", "[models]") {
    using Expected =
        Sequential<Linear<3, 4, L, N, Cpu<float>>, ReLU,
                   Residual<Linear<4, 4, without_bias, L, UniformPrior, Cpu<float>>>,
                   Gated<4, 2, L, UniformPrior>, Fixed<L>, LearnedNoise<2, L, N, Cpu<float>>>;
    STATIC_REQUIRE(std::is_same_v<with_policies<Net, L>, Expected>);
    STATIC_REQUIRE(std::is_same_v<random_variables<with_policies<Net, N>>, random_variables<Net>>);
}

TEST_CASE("prior and backend change alone or together", "[models]") {
    using Changed = with_policies<Sequential<Linear<3, 4, L>, Tanh, Gated<4, 2, L>>, keep_policy,
                                  ScaleMixturePrior, Double>;
    STATIC_REQUIRE(
        std::is_same_v<Changed, Sequential<Linear<3, 4, L, ScaleMixturePrior, Double>, Tanh,
                                           Gated<4, 2, L, ScaleMixturePrior, Double>>>);
    STATIC_REQUIRE(std::is_same_v<with_policies<Linear<3, 4, per_variable<L, N>>, keep_policy, L>,
                                  Linear<3, 4, per_variable<L, N>, L, Cpu<float>>>);
    STATIC_REQUIRE(std::is_same_v<with_policies<Scale<5, N>, L>, Scale<5, L>>);
    // A layer that rewrites itself is told what it keeps.
    STATIC_REQUIRE(std::is_same_v<with_policies<Fixed<L>, keep_policy, UniformPrior>, Fixed<L>>);
    STATIC_REQUIRE(std::is_same_v<with_policies<ReLU, L>, ReLU>);
    STATIC_REQUIRE(std::is_same_v<with_policies<Sequential<>, L>, Sequential<>>);
}

TEST_CASE("some layers of a model stay Bayesian", "[models]") {
    using Mlp = Sequential<Linear<3, 4>, ReLU, Linear<4, 4>, ReLU, Linear<4, 2>, LearnedNoise<2>>;
    using Point3 = Linear<3, 4, NonBayesian, N, Cpu<float>>;
    using Point4 = Linear<4, 4, NonBayesian, N, Cpu<float>>;
    using PointOut = Linear<4, 2, NonBayesian, N, Cpu<float>>;
    using PointNoise = LearnedNoise<2, NonBayesian, N, Cpu<float>>;
    STATIC_REQUIRE(
        std::is_same_v<bayesian_at<Mlp, 0, 4>,
                       Sequential<Linear<3, 4>, ReLU, Point4, ReLU, Linear<4, 2>, PointNoise>>);
    STATIC_REQUIRE(
        std::is_same_v<bayesian_where<Mlp, has_three_inputs>,
                       Sequential<Linear<3, 4>, ReLU, Point4, ReLU, PointOut, PointNoise>>);
    // The noise behind the last weights stays, too.
    STATIC_REQUIRE(
        std::is_same_v<last_layer_bayesian<Mlp>,
                       Sequential<Point3, ReLU, Point4, ReLU, Linear<4, 2>, LearnedNoise<2>>>);
    using Flat = last_layer_bayesian<Sequential<Linear<3, 4>, Linear<4, 2>>, UniformPrior>;
    STATIC_REQUIRE(
        std::is_same_v<
            Flat, Sequential<Linear<3, 4, NonBayesian, UniformPrior, Cpu<float>>, Linear<4, 2>>>);
    STATIC_REQUIRE(divergences_of<Flat>[0] == Divergence::point_estimate);
    STATIC_REQUIRE(divergences_of<Flat>[2] == Divergence::closed_form);
}

TEST_CASE("a rewritten model trains and keeps the weights", "[models]") {
    using Mlp = Sequential<Linear<2, 8>, Tanh, Linear<8, 3>>;
    const auto data = blue_test::three_classes(60);
    with_policies<Mlp, NonBayesian, UniformPrior> point{Seed{1}};
    const auto report = fit(point, Elbo{Categorical{}}, data,
                            {.epochs = 30, .samples = 1, .progress = Progress::none});
    CHECK(report.epochs.back().loss < report.epochs.front().loss);
    Mlp net{Seed{2}};
    keep_weights(net, point);
    freeze(net);
    last_layer_bayesian<Mlp> last{Seed{3}};
    keep_weights(last, point);
    freeze(last);
    const auto probabilities = [&](const auto& model) {
        const auto p = predict(model, Categorical{}, data.inputs).probabilities;
        return std::vector<double>(p.begin(), p.end());
    };
    CHECK(probabilities(net) == probabilities(point));
    CHECK(probabilities(last) == probabilities(point));
}

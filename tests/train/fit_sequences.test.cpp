// SPDX-License-Identifier: BSD-3-Clause
// Models whose inputs have an extent that only the data know.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "train/toys.hpp"

using namespace blue;
using blue_test::message_of;
using blue_test::parameters_of;

namespace {

/// Eight sequences of numbers, and what a model of them may learn.
Array<float> sequences(Index length) {
    Array<float> inputs({8, length, 1});
    for (Index i = 0; i < inputs.size(); ++i) inputs[i] = blue_test::number(3, i);
    return inputs;
}
template <class Target>
Dataset<Target> with_targets(const std::vector<Index>& shape) {
    Dataset<Target> data{sequences(6), Array<Target>(shape)};
    for (Index i = 0; i < data.targets.size(); ++i) data.targets[i] = static_cast<Target>(i % 3);
    return data;
}

const FitOptions few{.epochs = 2, .batch_size = 3, .samples = 2, .progress = Progress::none};

/// Trains a model that knows the length and one that does not: the same numbers everywhere.
template <class Fixed, class Any, class Objective, class Target>
Any check_equal(const Objective& objective, const Dataset<Target>& data) {
    Fixed fixed{Seed{1}};
    Any any{Seed{1}};
    const auto expected = fit(fixed, objective, data, &data, few);
    const auto report = fit(any, objective, data, &data, few);
    CHECK(parameters_of(any) == parameters_of(fixed));
    CHECK(report.epochs.back().loss == expected.epochs.back().loss);
    CHECK(report.epochs.back().validation_loss == expected.epochs.back().validation_loss);
    return any;
}

}  // namespace

TEST_CASE("one output for sequences of any length") {
    using Any = Sequential<GRU<1, 4, final_output>, Linear<4, 1>>;
    using Fixed = Sequential<GRU<1, 4, final_output, steps<6>>, Linear<4, 1>>;
    const Any net = check_equal<Fixed, Any>(Elbo{Gaussian{}}, with_targets<float>({8}));
    CHECK(predict(net, Gaussian{}, sequences(9)).mean.shape() == std::vector<Index>{8, 1});
}

TEST_CASE("an output for each element of sequences of any length") {
    using Any = Sequential<GRU<1, 4>, Linear<4, 3>>;
    using Fixed = Sequential<GRU<1, 4, steps<6>>, Linear<4, 3>>;
    const auto labelled = with_targets<std::int32_t>({8, 6});
    const Any net = check_equal<Fixed, Any>(Elbo{Categorical{}}, labelled);
    const auto probabilities = predict(net, Categorical{}, sequences(9)).probabilities;
    CHECK(probabilities.shape() == std::vector<Index>{8, 9, 3});
    check_equal<Fixed, Any>(Elbo{Gaussian{}}, with_targets<float>({8, 6, 3}));
    check_equal<Fixed, Any>(Elbo{Bernoulli{}}, [] {
        auto outcomes = with_targets<float>({8, 6, 3});
        for (float& y : outcomes.targets) y = y > 0;
        return outcomes;
    }());
}

TEST_CASE("noise that is predicted for each element") {
    using Any = Sequential<GRU<1, 4>, Linear<4, 2>>;
    using Fixed = Sequential<GRU<1, 4, steps<6>>, Linear<4, 2>>;
    const Any net =
        check_equal<Fixed, Any>(Elbo{HeteroscedasticGaussian{}}, with_targets<float>({8, 6, 1}));
    const auto prediction = predict(net, HeteroscedasticGaussian{}, sequences(9));
    CHECK(prediction.aleatoric_variance.shape() == std::vector<Index>{8, 9, 1});
}

namespace {
template <class Shape>
struct EachRow : Module<EachRow<Shape>, variables<>> {
    using input_shape = Shape;
    Linear<1, 2> layer;
    using children = blue::children<&EachRow::layer>;
    auto forward(auto& pass, auto x) const { return tanh(layer(pass, x)); }
};
}  // namespace

TEST_CASE("moments of outputs whose extents only the data know") {
    const auto any = make<EachRow<shape<dynamic, 1>>>(Seed{1});
    const auto fixed = make<EachRow<shape<6, 1>>>(Seed{1});
    const auto inputs = sequences(6);
    const auto given = predict(any, Gaussian{}, inputs, MomentPropagation{});
    const auto expected = predict(fixed, Gaussian{}, inputs, MomentPropagation{});
    CHECK(given.mean.shape() == std::vector<Index>{8, 6, 2});
    CHECK(std::equal(given.mean.begin(), given.mean.end(), expected.mean.begin()));
    CHECK(std::equal(given.epistemic_variance.begin(), given.epistemic_variance.end(),
                     expected.epistemic_variance.begin()));
}

TEST_CASE("data that do not fit to sequences of any length change nothing") {
    using Net = Sequential<GRU<1, 4>, Linear<4, 3>>;
    Net net{Seed{1}};
    const auto before = parameters_of(net);
    const auto error = [&](const auto& objective, const auto& data) {
        return message_of<ShapeError>([&] { fit(net, objective, data, few); });
    };
    CHECK(error(Elbo{Categorical{}}, with_targets<std::int32_t>({8, 5})) ==
          "fit: the model needs 6 targets per example, but the targets have shape (8, 5)");
    CHECK(error(Elbo{Gaussian{}}, with_targets<float>({8, 6})) ==
          "fit: the model needs 18 targets per example, but the targets have shape (8, 6)");
    auto flat = with_targets<std::int32_t>({8, 6});
    flat.inputs = Array<float>({8, 6});
    CHECK(error(Elbo{Categorical{}}, flat) ==
          "fit: the model expects inputs of shape<dynamic, 1> behind the axis of examples, but "
          "they have shape (8, 6)");
    CHECK(message_of<ShapeError>([&] { predict(net, Categorical{}, flat.inputs); }) ==
          "predict: the model expects inputs of shape<dynamic, 1> behind the axis of examples, but "
          "they have shape (8, 6)");
    CHECK(message_of<ShapeError>([&] {
              evaluate(net, Gaussian{}, with_targets<float>({8, 6}));
          }) ==
          "evaluate: the model needs 18 targets per example, but the targets have shape "
          "(8, 6)");
    CHECK(parameters_of(net) == before);
}

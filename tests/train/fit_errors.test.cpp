// SPDX-License-Identifier: BSD-3-Clause
// What training refuses and when it stops: nothing is changed then.
#include <blue/objectives/elbo.hpp>
#include <blue/train/fit.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "train/standard_error.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using blue::Index;
using blue::Seed;
using blue_test::Classifier;
using blue_test::message_of;
using blue_test::parameters_of;
using blue_test::same_bits;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// A training run and the error that it ends with.
struct Run {
    Classifier net{Seed{1}};
    blue::Dataset<std::int32_t> data = blue_test::three_classes(40);
    const blue::Dataset<std::int32_t>* validation = nullptr;
    blue::FitOptions options{
        .epochs = 2, .batch_size = 16, .samples = 2, .progress = blue::Progress::none};
    blue::SGD rule{.learning_rate = 1e-3};

    template <class E>
    std::string error() {
        return message_of<E>([&] {
            blue::fit(net, blue::Elbo{blue::Categorical{}}, data, validation, options, rule);
        });
    }
    /// The error, after checking that no bit of a parameter has changed.
    template <class E>
    std::string error_before_any_change() {
        const auto before = parameters_of(net);
        const std::string text = error<E>();
        CHECK(same_bits(parameters_of(net), before));
        return text;
    }
    std::string value_error() { return error_before_any_change<blue::ValueError>(); }
    std::string numerical_error() { return error_before_any_change<blue::NumericalError>(); }

    template <std::size_t I, blue::fixed_string Name>
    float* parameter(int k) {
        return blue::layer<I>(net).template state<Name>().parameter(k);
    }
};

/// What is wrong, without the parts of the loss and the advice.
std::string what(const std::string& error) {
    return error.substr(0, error.find(" (loss "));
}
bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("options without a meaning are errors") {
    const auto error = [](auto change) {
        Run run;
        change(run.options);
        return run.value_error();
    };
    using Options = blue::FitOptions;
    CHECK(error([](Options& o) { o.epochs = 0; }) == "fit: expected epochs of at least 1, got 0");
    CHECK(error([](Options& o) { o.batch_size = -2; }) ==
          "fit: expected batch_size of at least 1, got -2");
    CHECK(error([](Options& o) { o.samples = 0; }) == "fit: expected samples of at least 1, got 0");
    CHECK(error([](Options& o) { o.validation_samples = 0; }) ==
          "fit: expected validation_samples of at least 1, got 0");
    CHECK(error([](Options& o) { o.clip_norm = -1; }) ==
          "fit: expected a clip_norm of at least 0, got -1");
    CHECK(contains(error([](Options& o) { o.clip_norm = double(not_a_number); }), "clip_norm"));
    CHECK(error([](Options& o) { o.resident_bytes = -1; }) ==
          "fit: expected resident_bytes of at least 0, got -1");
    CHECK(error([](Options& o) { o.patience = -1; }) ==
          "fit: expected a patience of at least 0, got -1");
    CHECK(error([](Options& o) { o.patience = 4; }) ==
          "fit: expected a validation set for the patience of 4 epochs, got none");
    CHECK(error([](Options& o) { o.drop_last = true, o.batch_size = 41; }) ==
          "fit: expected a batch_size of at most 40, the number of examples, with drop_last, got "
          "41");
    CHECK(Run{}.error<blue::ValueError>().empty());
}

TEST_CASE("a learning rate without a meaning is an error") {
    Run run;
    run.rule.learning_rate = double(not_a_number);
    CHECK(contains(run.value_error(), "learning rate"));
}

TEST_CASE("data that do not fit are errors before the first step, wherever they stand") {
    Run run;
    run.data.targets[39] = 3;
    CHECK(run.value_error() ==
          "fit: expected labels in [0, 3), got 3 for example 39 (counted from 0)");
    run.data.targets[39] = 2;
    run.data.inputs[79] = not_a_number;
    CHECK(run.numerical_error() ==
          "fit: expected finite inputs, got nan in example 39 at position 1 (counted from 0)");
    run.data.inputs[79] = 0;

    auto validation = blue_test::three_classes(5);
    run.validation = &validation;
    validation.targets[4] = -1;
    CHECK(run.value_error() ==
          "fit (validation): expected labels in [0, 3), got -1 for example 4 (counted from 0)");
    validation.inputs.reshape({10});
    CHECK(
        run.error_before_any_change<blue::ShapeError>() ==
        "fit (validation): the model expects 2 numbers per input, but the inputs have shape (10)");
}

TEST_CASE("targets that are not finite are errors") {
    auto data = blue_test::sine(8);
    data.targets[6] = infinity;
    blue_test::Regressor net{Seed{1}};
    const auto before = parameters_of(net);
    CHECK(message_of<blue::NumericalError>(
              [&] { blue::fit(net, blue::Elbo{blue::Gaussian{}}, data); }) ==
          "fit: expected finite targets, got inf in example 6 at position 0 (counted from 0)");
    CHECK(same_bits(parameters_of(net), before));
}

TEST_CASE("a parameter that is not finite is found in the first step") {
    for (float bad : {infinity, not_a_number}) {
        Run mean;
        mean.parameter<2, "weight">(0)[4] = bad;
        CHECK(what(mean.numerical_error()) ==
              "fit: epoch 1, step 1: the parameter 2._weight_mean is " + std::to_string(bad));
        Run spread;
        spread.parameter<0, "bias">(1)[7] = bad;
        CHECK(what(spread.numerical_error()) ==
              "fit: epoch 1, step 1: the parameter 0._bias_log_std is " + std::to_string(bad));
    }
}

TEST_CASE("a standard deviation that overflows is named by its divergence") {
    Run run;
    run.parameter<2, "bias">(1)[0] = 100;  // exp(100) is beyond float
    CHECK(what(run.numerical_error()) == "fit: epoch 1, step 1: the divergence of 2.bias is inf");
}

TEST_CASE("a gradient that overflows is named") {
    // Weights of 0 keep the outputs finite for such inputs, not the derivatives.
    Run run;
    for (float& input : run.data.inputs) input *= 1e30f;
    for (Index e = 0; e < 16; ++e) {
        run.parameter<0, "weight">(0)[e] = 0;
        run.parameter<0, "weight">(1)[e] = -80;  // standard deviation 1e-35
    }
    CHECK(what(run.numerical_error()) == "fit: epoch 1, step 1: the gradient of 0.weight is inf");
}

TEST_CASE("an output that overflows is explained by the largest parameter") {
    // Infinite units, times weights of both signs. The squares in the divergence stay finite.
    auto data = blue_test::three_classes(40);
    for (float& input : data.inputs) input *= 1e38f;
    blue::Sequential<blue::Linear<2, 8>, blue::ReLU, blue::Linear<8, 3>> net{Seed{1}};
    float* const weights = blue::layer<0>(net).state<"weight">().parameter(0);
    for (Index e = 0; e < 16; ++e) weights[e] = -1e10f;
    weights[5] = -3e10f;
    const auto before = parameters_of(net);
    CHECK(what(message_of<blue::NumericalError>(
              [&] { blue::fit(net, blue::Elbo{blue::Categorical{}}, data); })) ==
          "fit: epoch 1, step 1: the model's output or the data term is not finite; "
          "the largest parameter is in 0._weight_mean, -3e+10");
    CHECK(same_bits(parameters_of(net), before));
}

TEST_CASE("a run that diverges keeps the parameters that led there") {
    // The first step goes too far: in the second one the divergence has squares beyond float.
    Run run;
    run.rule.learning_rate = 1e25;
    const std::string error = run.error<blue::NumericalError>();
    CHECK(what(error).find("fit: epoch 1, step 2: the divergence of 0.weight is ") == 0);
    CHECK(contains(error, "; the parameters are those before this step. Lower the learning rate"));

    Run one_step;
    one_step.options.epochs = 1;
    one_step.options.batch_size = 40;
    Run stopped;
    stopped.options.batch_size = 40;
    stopped.rule.learning_rate = one_step.rule.learning_rate = 1e25;
    CHECK(one_step.error<blue::NumericalError>().empty());
    CHECK(stopped.error<blue::NumericalError>().find("fit: epoch 2, step 1: ") == 0);
    CHECK(same_bits(parameters_of(stopped.net), parameters_of(one_step.net)));
}

TEST_CASE("the message stands on a line of its own behind a bar") {
    Run run;
    run.options.progress = blue::Progress::bar;
    run.rule.learning_rate = 1e25;
    blue_test::CapturedErrors errors;
    CHECK_FALSE(run.error<blue::NumericalError>().empty());
    CHECK(errors.text().find("epoch 1/2") != std::string::npos);
    CHECK(errors.text().back() == '\n');
}

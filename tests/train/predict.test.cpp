// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/counts.hpp>
#include <blue/distributions/heteroscedastic_gaussian.hpp>
#include <blue/train/predict.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

using blue::Array;
using blue::Index;
using blue_test::Classifier;
using blue_test::message_of;
using blue_test::Regressor;
using blue_test::same_bits;

namespace {

using NoUncertainty =
    blue::Sequential<blue::Linear<2, 8, blue::NonBayesian, blue::UniformPrior>, blue::Tanh,
                     blue::Linear<8, 3, blue::NonBayesian, blue::UniformPrior>>;

std::vector<double> list(const Array<double>& array) {
    return {array.begin(), array.end()};
}

/// A wide classifier: enough work for several threads in every operation.
using Wide = blue::Sequential<blue::Linear<40, 512>, blue::ReLU, blue::Linear<512, 5>>;

Array<float> inputs_for(Index n, Index width) {
    Array<float> inputs({n, width});
    for (Index i = 0; i < inputs.size(); ++i) inputs[i] = blue_test::number(5, i);
    return inputs;
}

/// Outputs of draw s for all inputs at once, from the public parts.
template <class M>
std::vector<float> outputs_of_draw(const M& net, const Array<float>& inputs, Index s,
                                   blue::Seed seed) {
    blue::Tape<blue::Cpu<float>> tape;
    const auto x = tape.input<blue::input_shape_of<M>>(inputs.data(), inputs.rows());
    return blue::forward(net, tape, x,
                         {.samples = 1,
                          .seed = seed,
                          .pass = blue::detail::prediction_pass,
                          .first_sample = s})
        .samples.to_host();
}

double largest_gap(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double gap = 0;
    for (Index i = 0; i < a.size(); ++i) gap = std::fmax(gap, std::abs(a[i] - b[i]));
    return gap;
}

}  // namespace

TEST_CASE("class predictions are the mean over single draws, by hand") {
    const Classifier net{blue::Seed{1}};
    const Array<float> inputs = inputs_for(7, 2);
    const auto prediction = blue::predict(net, blue::Categorical{}, inputs,
                                          {.samples = 10, .batch_size = 3, .seed = blue::Seed{9}});
    REQUIRE(prediction.probabilities.shape() == std::vector<Index>{7, 3});
    REQUIRE(prediction.expected_entropy.shape() == std::vector<Index>{7});

    std::vector<double> mean(21), expected(7);
    for (Index s = 0; s < 10; ++s) {
        const std::vector<float> logits = outputs_of_draw(net, inputs, s, blue::Seed{9});
        for (std::size_t i = 0; i < 7; ++i) {
            double total = 0, p[3];
            for (std::size_t c = 0; c < 3; ++c) total += p[c] = std::exp(double(logits[3 * i + c]));
            for (std::size_t c = 0; c < 3; ++c) {
                mean[3 * i + c] += p[c] / total / 10;
                expected[i] -= p[c] / total * std::log(p[c] / total) / 10;
            }
        }
    }
    // Softmax in float: probabilities to 1e-7, entropies to some times that.
    for (std::size_t i = 0; i < 21; ++i)
        CHECK(prediction.probabilities[Index(i)] == Approx(mean[i]).margin(1e-6));
    for (std::size_t i = 0; i < 7; ++i)
        CHECK(prediction.expected_entropy[Index(i)] == Approx(expected[i]).margin(1e-6));
}

TEST_CASE("number predictions are mean and variance over single draws, by hand") {
    const Regressor net{blue::Seed{1}};
    const Array<float> inputs = inputs_for(5, 1);
    const auto prediction = blue::predict(net, blue::Gaussian{.std = 0.5}, inputs,
                                          {.samples = 10, .batch_size = 2, .seed = blue::Seed{9}});
    REQUIRE(prediction.mean.shape() == std::vector<Index>{5, 1});
    std::vector<std::vector<float>> draws;
    for (Index s = 0; s < 10; ++s) draws.push_back(outputs_of_draw(net, inputs, s, blue::Seed{9}));
    for (std::size_t i = 0; i < 5; ++i) {
        double mean = 0, variance = 0;
        for (const auto& draw : draws) mean += double(draw[i]) / 10;
        for (const auto& draw : draws)
            variance += (double(draw[i]) - mean) * (double(draw[i]) - mean) / 9;
        const auto at = static_cast<Index>(i);
        // Outputs of another batch size differ by some 1e-7.
        CHECK(prediction.mean[at] == Approx(mean).margin(1e-6));
        CHECK(prediction.epistemic_variance[at] == Approx(variance).epsilon(1e-5));
        CHECK(variance > 0.01);
        CHECK(prediction.aleatoric_variance[at] == 0.25);
        CHECK(prediction.std()[at] == Approx(std::sqrt(0.25 + variance)).epsilon(1e-5));
    }
}

TEST_CASE("predicted noise and the weights share the variance, by hand") {
    using Noisy = blue::Sequential<blue::Linear<1, 8>, blue::Tanh, blue::Linear<8, 4>>;
    const Noisy net{blue::Seed{1}};
    const Array<float> inputs = inputs_for(5, 1);
    const blue::HeteroscedasticGaussian likelihood{.min_std = 0.1};
    const auto prediction = blue::predict(
        net, likelihood, inputs,
        {.samples = 10, .batch_size = 2, .samples_per_chunk = 3, .seed = blue::Seed{9}});
    REQUIRE(prediction.mean.shape() == std::vector<Index>{5, 2});
    double mean[10] = {}, squares[10] = {}, noise[10] = {};
    for (Index s = 0; s < 10; ++s) {
        const std::vector<float> outputs = outputs_of_draw(net, inputs, s, blue::Seed{9});
        for (std::size_t i = 0; i < 10; ++i) {
            const std::size_t at = i / 2 * 4 + i % 2;
            const double std = std::log(1 + std::exp(double(outputs[at + 2]))) + 0.1;
            mean[i] += double(outputs[at]) / 10;
            squares[i] += double(outputs[at]) * double(outputs[at]) / 10;
            noise[i] += std * std / 10;
        }
    }
    // Outputs of another batch size differ by some 1e-7.
    for (Index i = 0; i < 10; ++i) {
        const double spread = (squares[i] - mean[i] * mean[i]) * 10 / 9;
        CHECK(prediction.mean[i] == Approx(mean[i]).margin(1e-6));
        CHECK(prediction.aleatoric_variance[i] == Approx(noise[i]).epsilon(1e-5));
        CHECK(prediction.epistemic_variance[i] == Approx(spread).epsilon(1e-5));
        CHECK(prediction.std()[i] == Approx(std::sqrt(noise[i] + spread)).epsilon(1e-5));
        CHECK(spread > 0.01);
    }
}

TEST_CASE("rates that no number can hold are errors") {
    // exp(200) in float.
    blue::Sequential<blue::Linear<1, 1, blue::NonBayesian, blue::UniformPrior>> net{blue::Seed{1}};
    const Array<float> inputs({2, 1}, {0, 1});
    blue::layer<0>(net).state<"weight">().parameter(0)[0] = 200;
    const auto error = message_of<blue::NumericalError>(
        [&] { blue::predict(net, blue::Poisson{}, inputs, {.samples = 3}); });
    CHECK(error ==
          "predict: expected finite outputs, got inf for input 1 in draw 0 (counted from 0)");
}

TEST_CASE("probabilities sum to 1 and the entropy has its two parts") {
    const Classifier net{blue::Seed{2}};
    const auto prediction = blue::predict(net, blue::Categorical{}, inputs_for(50, 2));
    for (Index i = 0; i < 50; ++i) {
        double sum = 0, entropy = 0;
        for (Index c = 0; c < 3; ++c) {
            const double p = prediction.probabilities.row(i)[c];
            CHECK(p >= 0);
            sum += p;
            entropy -= p * std::log(p);
        }
        CHECK(sum == Approx(1).margin(1e-6));  // softmax in float
        CHECK(prediction.predictive_entropy[i] == Approx(entropy).epsilon(1e-12));
        CHECK(prediction.predictive_entropy[i] ==
              Approx(prediction.expected_entropy[i] + prediction.mutual_information[i])
                  .epsilon(1e-12));
        // Wide posteriors: the draws disagree, but not by more than everything.
        CHECK(prediction.mutual_information[i] > 0.001);
        CHECK(prediction.predictive_entropy[i] <= std::log(3) + 1e-6);
        CHECK(
            prediction.classes()[static_cast<std::size_t>(i)] ==
            std::max_element(prediction.probabilities.row(i), prediction.probabilities.row(i) + 3) -
                prediction.probabilities.row(i));
    }
}

TEST_CASE("predicted outcomes have probabilities and both parts of the entropy, by hand") {
    const Classifier net{blue::Seed{2}};  // three outcomes
    const Array<float> inputs = inputs_for(5, 2);
    const auto prediction = blue::predict(net, blue::Bernoulli{}, inputs,
                                          {.samples = 6, .batch_size = 2, .seed = blue::Seed{9}});
    REQUIRE(prediction.probabilities.shape() == std::vector<Index>{5, 3, 2});
    REQUIRE(prediction.predictive_entropy.shape() == std::vector<Index>{5, 3});
    const auto entropy = [](double p) { return -p * std::log(p) - (1 - p) * std::log(1 - p); };
    std::vector<double> mean(15), expected(15);
    for (Index s = 0; s < 6; ++s) {
        const std::vector<float> logits = outputs_of_draw(net, inputs, s, blue::Seed{9});
        for (std::size_t i = 0; i < 15; ++i) {
            const double p = 1 / (1 + std::exp(-double(logits[i])));
            mean[i] += p / 6;
            expected[i] += entropy(p) / 6;
        }
    }
    // Logits of another batch size differ by some 1e-7.
    for (Index i = 0; i < 15; ++i) {
        const auto at = static_cast<std::size_t>(i);
        CHECK(prediction.probabilities[2 * i + 1] == Approx(mean[at]).margin(1e-6));
        CHECK(prediction.probabilities[2 * i] == Approx(1 - mean[at]).margin(1e-6));
        CHECK(prediction.expected_entropy[i] == Approx(expected[at]).margin(1e-6));
        CHECK(prediction.predictive_entropy[i] == Approx(entropy(mean[at])).margin(1e-6));
        CHECK(prediction.mutual_information[i] ==
              Approx(entropy(mean[at]) - expected[at]).margin(1e-6));
        CHECK(prediction.mutual_information[i] > 1e-3);
        CHECK(prediction.classes()[at] == (mean[at] > 0.5 ? 1 : 0));
    }
}

TEST_CASE("draws come from the seed") {
    const Classifier net{blue::Seed{2}};
    const Array<float> inputs = inputs_for(4, 2);
    const auto with = [&](std::uint64_t seed) {
        return list(blue::predict(net, blue::Categorical{}, inputs,
                                  {.samples = 3, .seed = blue::Seed{seed}})
                        .probabilities);
    };
    CHECK(same_bits(with(1), with(1)));
    CHECK_FALSE(same_bits(with(1), with(2)));
}

TEST_CASE("a predictor predicts as predict does, again and again") {
    Classifier net{blue::Seed{2}};
    const blue::PredictOptions options{.samples = 5, .batch_size = 3, .seed = blue::Seed{4}};
    blue::Predictor predictor(net, blue::Categorical{}, options);
    const auto is_as_predict = [&](const Array<float>& inputs) {
        const auto expected = blue::predict(net, blue::Categorical{}, inputs, options);
        const auto prediction = predictor(inputs);
        return same_bits(list(prediction.probabilities), list(expected.probabilities)) &&
               same_bits(list(prediction.mutual_information), list(expected.mutual_information));
    };
    for (Index n : {7, 2, 20, 7}) CHECK(is_as_predict(inputs_for(n, 2)));
    CHECK_THROWS_AS(predictor(inputs_for(2, 3)), blue::ShapeError);
    CHECK(is_as_predict(inputs_for(7, 2)));
    // With the weights that the model has now.
    const auto before = list(predictor(inputs_for(4, 2)).probabilities);
    net = Classifier{blue::Seed{3}};
    CHECK_FALSE(same_bits(list(predictor(inputs_for(4, 2)).probabilities), before));
    CHECK(is_as_predict(inputs_for(4, 2)));
    static_assert(!std::is_constructible_v<blue::Predictor<Classifier, blue::Categorical>,
                                           Classifier&&, blue::Categorical>,
                  "a model that is gone");
}

TEST_CASE("threads and chunks of draws do not change a bit, batches hardly anything") {
    const Wide net{blue::Seed{1}};
    const Array<float> inputs = inputs_for(70, 40);
    const auto predict = [&](Index batch_size, Index samples_per_chunk) {
        return blue::predict(
            net, blue::Categorical{}, inputs,
            {.samples = 10, .batch_size = batch_size, .samples_per_chunk = samples_per_chunk});
    };
    const int before = blue::num_threads();
    const auto reference = predict(70, 4);
    for (int threads : {1, 2, 3}) {
        blue::set_num_threads(threads);
        CHECK(same_bits(list(predict(70, 4).probabilities), list(reference.probabilities)));
    }
    blue::set_num_threads(before);
    // Weights are a function of seed and draw, and each draw has matrix products of its own.
    for (Index chunk : {1, 3, 10, 100}) {
        CHECK(same_bits(list(predict(70, chunk).probabilities), list(reference.probabilities)));
        CHECK(same_bits(list(predict(70, chunk).mutual_information),
                        list(reference.mutual_information)));
    }
    // Another number of rows: products are added up in another order. Logits of order 10 in float
    // are then off by some 1e-6, and probabilities by at most as much.
    for (Index batch : {1, 7, 64, 69, 500}) {
        CHECK(largest_gap(predict(batch, 4).probabilities, reference.probabilities) < 1e-5);
        CHECK(largest_gap(predict(batch, 4).mutual_information, reference.mutual_information) <
              1e-4);
    }
}

TEST_CASE("a network without uncertainty about its weights gives one output, exactly") {
    const NoUncertainty net{blue::Seed{1}};
    const Array<float> inputs = inputs_for(6, 2);
    const auto one = blue::predict(net, blue::Categorical{}, inputs, {.samples = 1});
    for (Index chunk : {1, 4, 100}) {
        const auto many = blue::predict(net, blue::Categorical{}, inputs,
                                        {.samples = 64, .samples_per_chunk = chunk});
        // Adding up 64 floats in double does not round.
        CHECK(same_bits(list(many.probabilities), list(one.probabilities)));
        for (Index i = 0; i < 6; ++i) CHECK(many.mutual_information[i] < 1e-12);
    }
    const blue::Sequential<blue::Linear<2, 1, blue::NonBayesian, blue::UniformPrior>> line{
        blue::Seed{1}};
    const auto numbers = blue::predict(line, blue::PointEstimate{}, inputs, {.samples = 9});
    for (Index i = 0; i < 6; ++i) {
        CHECK(numbers.epistemic_variance[i] == 0);
        CHECK(numbers.aleatoric_variance[i] == 0);
    }
}

TEST_CASE("one draw has no spread") {
    const Regressor net{blue::Seed{1}};
    const auto prediction =
        blue::predict(net, blue::Gaussian{.std = 2}, inputs_for(3, 1), {.samples = 1});
    for (Index i = 0; i < 3; ++i) {
        CHECK(prediction.epistemic_variance[i] == 0);
        CHECK(prediction.std()[i] == 2);
    }
}

namespace {
/// One classification for each of the three rows of an input.
struct PerRow : blue::Sequential<blue::Linear<2, 4>> {
    using Sequential::Sequential;
    using input_shape = blue::shape<3, 2>;
};
}  // namespace

TEST_CASE("several classifications per input have an axis of their own") {
    const PerRow net{blue::Seed{1}};
    const blue::Sequential<blue::Linear<2, 4>>& row_net = net;
    const Array<float> inputs = inputs_for(5, 6);
    Array<float> rows = inputs;
    rows.reshape({15, 2});
    const auto prediction = blue::predict(net, blue::Categorical{}, inputs);
    const auto expected = blue::predict(row_net, blue::Categorical{}, rows);
    CHECK(prediction.probabilities.shape() == std::vector<Index>{5, 3, 4});
    CHECK(prediction.predictive_entropy.shape() == std::vector<Index>{5, 3});
    CHECK(prediction.classes() == expected.classes());
    // The same matrix products, as 15 rows.
    for (Index i = 0; i < 60; ++i)
        CHECK(prediction.probabilities[i] == Approx(expected.probabilities[i]).margin(1e-6));
    for (Index i = 0; i < 15; ++i)
        CHECK(prediction.mutual_information[i] ==
              Approx(expected.mutual_information[i]).margin(1e-6));
    const auto numbers = blue::predict(net, blue::Gaussian{}, inputs);
    CHECK(numbers.mean.shape() == std::vector<Index>{5, 3, 4});
}

TEST_CASE("what does not fit is an error") {
    const Classifier net{blue::Seed{1}};
    const Array<float> inputs = inputs_for(4, 2);
    const auto error = [&]<class E>(E, const Array<float>& given, blue::PredictOptions options) {
        return message_of<E>([&] { blue::predict(net, blue::Categorical{}, given, options); });
    };
    const blue::ShapeError shape("");
    const blue::ValueError value("");
    CHECK(error(shape, Array<float>({4, 3}), {}) ==
          "predict: the model expects 2 numbers per input, but the inputs have shape (4, 3)");
    CHECK(error(shape, Array<float>({0, 2}), {}) ==
          "predict: expected inputs, got an array of shape (0, 2)");
    CHECK(error(shape, {}, {}) == "predict: expected inputs, got an array of shape ()");
    CHECK(error(value, inputs, {.samples = 0}) == "predict: expected samples of at least 1, got 0");
    CHECK(error(value, inputs, {.batch_size = -1}) ==
          "predict: expected batch_size of at least 1, got -1");
    CHECK(error(value, inputs, {.samples_per_chunk = 0}) ==
          "predict: expected samples_per_chunk of at least 1, got 0");
}

TEST_CASE("scores of both signs are no probabilities") {
    // The outputs of this classifier are any numbers, which do not go with `probs`.
    const Classifier net{blue::Seed{1}};
    const blue::Categorical scores{.input = blue::Categorical::Input::probs};
    CHECK(message_of<blue::NumericalError>([&] {
              blue::predict(net, scores, inputs_for(9, 2));
          }).find("predict: expected probabilities of at least 0, got -") == 0);
}

TEST_CASE("numbers that are not finite are errors, not predictions") {
    Classifier net{blue::Seed{1}};
    Array<float> inputs = inputs_for(9, 2);
    const auto error = [&] {
        return message_of<blue::NumericalError>(
            [&] { blue::predict(net, blue::Categorical{}, inputs, {.batch_size = 4}); });
    };
    CHECK(error().empty());
    inputs[13] = std::numeric_limits<float>::quiet_NaN();
    CHECK(error() ==
          "predict: expected finite inputs, got nan in example 6 at position 1 (counted from 0)");
    inputs[13] = 0;
    // Saturated hidden units of opposite signs and infinite weights: nan for every input.
    blue::layer<2>(net).state<"weight">().parameter(0)[0] = std::numeric_limits<float>::infinity();
    blue::layer<2>(net).state<"weight">().parameter(0)[1] = std::numeric_limits<float>::infinity();
    CHECK(error().find("predict: expected finite outputs, got ") == 0);
    CHECK(error().find(" for input 0 in draw 0 (counted from 0)") != std::string::npos);
}

TEST_CASE("large outputs that differ little keep their spread") {
    // 1e8 + {-1, 0, 1}: squares in double would be lost without Welford's update.
    blue::detail::RealPredictor predictor({1, 1});
    for (Index draw = 0; draw < 3; ++draw) {
        const double output = 1e8 + static_cast<double>(draw) - 1, variance = 2;
        predictor.add(0, 1, &output, &variance, draw);
    }
    const auto prediction = predictor.result(3);
    CHECK(prediction.mean[0] == 1e8);
    CHECK(prediction.epistemic_variance[0] == 1);
    CHECK(prediction.aleatoric_variance[0] == 2);
}

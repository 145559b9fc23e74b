// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "train/chunked_runs.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace blue;
using blue_test::Chunked;
using blue_test::is_the_same_in_chunks;
using blue_test::message_of;
using blue_test::worst_difference;

namespace {

/// In double, whose log probs show another order of their sums; the first layer draws its weights
/// in several units.
template <class Q, class P = MeanFieldNormal, class B = Cpu<double>>
using Net = Sequential<Linear<2, 300, Q, P, B>, ReLU, Linear<300, 12, Q, P, B>, Tanh,
                       Linear<12, 3, Q, P, B>>;

const auto classes = blue_test::three_classes(19);  // batches of 8, 8 and 3

}  // namespace

TEST_CASE("chunks of samples give the same training run, with every objective") {
    using M = Net<MeanFieldNormal>;
    CHECK(is_the_same_in_chunks<M>(Elbo{Categorical{}}, classes));
    CHECK(is_the_same_in_chunks<M>(KullbackLeiblerLoss{Categorical{}}, classes));
    CHECK(is_the_same_in_chunks<M>(AnalyticalKullbackLeiblerLoss{Categorical{}}, classes));
    CHECK(is_the_same_in_chunks<M>(RenyiBound{Categorical{}}, classes));
    CHECK(is_the_same_in_chunks<M>(ImportanceWeightedElbo{Categorical{}}, classes));
    CHECK(is_the_same_in_chunks<M>(AccuracyVersusUncertainty{Elbo{Categorical{}}}, classes));
}

TEST_CASE("chunks of samples give the same training run, with elementwise distributions") {
    const KullbackLeiblerLoss objective{Categorical{}};
    CHECK(is_the_same_in_chunks<Net<MeanFieldLaplace>>(objective, classes));
    CHECK(is_the_same_in_chunks<Net<MeanFieldLogNormal, MeanFieldLogNormal>>(objective, classes));
    CHECK(is_the_same_in_chunks<Net<StickingTheLanding<MeanFieldNormal>>>(objective, classes));
    CHECK(is_the_same_in_chunks<Net<MeanFieldNormal, LearnedScalePrior>>(Elbo{Categorical{}},
                                                                         classes));
}

TEST_CASE("antithetic pairs are not torn by chunks of odd size") {
    CHECK(is_the_same_in_chunks<Net<Antithetic<MeanFieldNormal>>>(Elbo{Categorical{}}, classes));
}

TEST_CASE("chunks of samples give the same training run, with targets that are numbers") {
    CHECK(is_the_same_in_chunks<blue_test::Regressor>(Elbo{Gaussian{.std = 0.1}},
                                                      blue_test::sine(19)));
}

TEST_CASE("masks of Dropout are those of the sample's number") {
    using M = Sequential<Linear<2, 20>, Dropout, ReLU, Linear<20, 3>>;
    CHECK(is_the_same_in_chunks<M>(Elbo{Categorical{}}, classes));
}

TEST_CASE("members of an Ensemble have their samples in the same order") {
    using M = Ensemble<2, blue_test::Classifier>;
    CHECK(is_the_same_in_chunks<M>(KullbackLeiblerLoss{Categorical{}}, classes));
    using Nested = Ensemble<3, Ensemble<2, blue_test::Classifier>>;
    CHECK(is_the_same_in_chunks<Nested>(Elbo{Categorical{}}, classes, 12));
}

TEST_CASE("frozen draws are those of the sample's number") {
    CHECK(is_the_same_in_chunks<blue_test::Classifier>(
        Elbo{Categorical{}}, classes, 6, [](auto& net) { freeze(layer<0>(net), Seed{3}); }));
}

// Sums over samples that are rounded after each chunk: differences are a few units of 1e-16, since
// few terms of these gradients cancel.
TEST_CASE("what samples share has the same gradients but for rounding") {
    constexpr double rounding = 1e-13;
    const KullbackLeiblerLoss objective{Categorical{}};
    using B = Cpu<double>;
    using P = MeanFieldNormal;
    SECTION("weights that are drawn as a whole") {
        CHECK(worst_difference<Net<LowRankNormal<2>>>(objective) < rounding);
        CHECK(worst_difference<Net<LowRankNormal<2>>>(Elbo{Categorical{}}) < rounding);
        CHECK(worst_difference<Net<Radial>>(objective) < rounding);
    }
    SECTION("estimators") {
        CHECK(worst_difference<Net<LocalReparameterization<MeanFieldNormal>>>(Elbo{Categorical{}}) <
              rounding);
        CHECK(worst_difference<Net<Flipout<MeanFieldNormal>>>(objective) < rounding);
    }
    SECTION("point estimates, before and behind random layers") {
        using Q = MeanFieldNormal;
        using M = Sequential<Linear<2, 20, NonBayesian, P, B>, ReLU, Linear<20, 12, Q, P, B>, Tanh,
                             Linear<12, 3, NonBayesian, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
        CHECK(worst_difference<M>(Elbo{Categorical{}}) < rounding);
    }
    SECTION("layers that are frozen at their means") {
        CHECK(worst_difference<Net<MeanFieldNormal>>(objective, [](auto& net) {
                  freeze(layer<1>(net));
                  freeze(layer<2>(net));
              }) < rounding);
    }
    SECTION("weights that are used several times") {
        using Q = MeanFieldNormal;
        using M = Sequential<Linear<2, 12, Q, P, B>, Tanh,
                             RepeatShared<2, Residual<Linear<12, 12, Q, P, B>, Tanh>>,
                             Linear<12, 3, Q, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
    }
    SECTION("parameters of normalisations") {
        using Q = MeanFieldNormal;
        using M = Sequential<Linear<2, 12, Q, P, B>, LayerNorm<12, B>, Tanh,
                             Linear<12, 12, Q, P, B>, BatchNorm<12, B>, Linear<12, 3, Q, P, B>>;
        CHECK(worst_difference<M>(objective) < rounding);
    }
}

TEST_CASE("running statistics are means over the samples of all chunks") {
    using M = Sequential<BatchNorm<2>, Linear<2, 4>, BatchNorm<4>, Linear<4, 3>>;
    const auto statistics = [](Index samples_per_chunk) {
        Chunked<M> run(Elbo{Categorical{}}, samples_per_chunk);
        auto optimizer = make_optimizer(run.net, SGD{});
        optimizer.step(run.net, run.tape);
        std::vector<float> numbers;
        const auto append = [&](const auto& state) {
            numbers.insert(numbers.end(), state.parameter(0), state.parameter(0) + state.size);
        };
        append(layer<0>(run.net).template state<"running_mean">());
        append(layer<0>(run.net).template state<"running_var">());
        append(layer<2>(run.net).template state<"running_mean">());
        append(layer<2>(run.net).template state<"running_var">());
        return numbers;
    };
    const auto at_once = statistics(5);
    for (Index n : {1, 2, 3}) {
        const auto in_chunks = statistics(n);
        // Of inputs that samples share they are the same.
        CHECK(std::vector(in_chunks.begin(), in_chunks.begin() + 4) ==
              std::vector(at_once.begin(), at_once.begin() + 4));
        // Others are rounded to a float once for each chunk: half a unit of 6e-8 each.
        for (std::size_t i = 4; i < at_once.size(); ++i)
            CHECK(std::abs(in_chunks[i] - at_once[i]) < 1e-6f * std::abs(at_once[i]));
    }
}

TEST_CASE(
    "memory does not grow with the samples of a step beyond what the objective needs of them") {
    // 300 units, 40 examples: a sample's weights and activations are 100 kB.
    using M = Sequential<Linear<2, 300>, ReLU, Linear<300, 30>, ReLU, Linear<30, 3>>;
    const M net{Seed{1}};
    const Index batch = 40;
    const std::vector<float> inputs(2 * batch, 0.5f);
    const std::vector<std::int32_t> labels(batch, 1);
    const KullbackLeiblerLoss objective{Categorical{}};
    const auto bytes = [&](Index samples, Index samples_per_chunk) {
        SampleChunks chunks(net, samples_per_chunk);
        Tape<Cpu<float>> tape;
        auto loss = objective;
        std::size_t held = 0;
        for (std::uint64_t step = 0; step < 3; ++step) {
            chunks.backward(
                net, tape, {.samples = samples, .pass = step},
                [&](auto& tape) { return tape.template input<shape<2>>(inputs.data(), batch); },
                [&](const auto& result) {
                    return loss(result, make_labels(tape, labels.data(), batch, 3));
                });
            if (step > 0) CHECK(tape.capacity() + chunks.capacity() == held);  // nothing new
            held = tape.capacity() + chunks.capacity();
        }
        return held;
    };
    constexpr std::size_t block = std::size_t{1} << 18;  // in which a tape takes memory
    const std::size_t few = bytes(8, 4), many = bytes(64, 4);
    // Of 56 more samples: logits, their probabilities and their gradients, 480 bytes each, and log
    // probs of six variables.
    CHECK(many - few <= 56 * (4 * 3 * batch * 4 + 6 * 4 * 4) + 2 * block);
    CHECK(bytes(64, 64) > 2 * many);
    CHECK(bytes(64, 1) < many);
}

TEST_CASE("a memory budget picks the samples per chunk") {
    using M = Sequential<Linear<2, 300>, ReLU, Linear<300, 300>, ReLU, Linear<300, 3>>;
    const M net{Seed{1}};
    const std::vector<float> inputs(2 * 20, 0.5f);
    const auto input = [&](auto& tape) { return tape.template input<shape<2>>(inputs.data(), 20); };
    const auto bytes = [&](Index n) {
        return detail::bytes_of_pass<Scores::log_probs>(net, {.samples = 40}, input, n);
    };
    const auto within = [&](std::size_t budget) {
        return samples_within(budget, net, {.samples = 40}, input);
    };
    std::vector<Index> chosen;
    for (const std::size_t budget : {bytes(1), bytes(3), bytes(10), bytes(20)}) {
        const Index n = within(budget);
        CHECK(bytes(n) <= budget);
        CHECK(within(budget) == n);
        chosen.push_back(n);
    }
    CHECK(chosen.front() == 1);
    // Memory comes in blocks, so a sample may still fit where the estimate says it does not.
    CHECK(chosen[1] >= 2);
    CHECK(chosen[2] >= 8);
    CHECK(chosen[3] >= 18);
    CHECK(within(std::size_t{1} << 40) == 40);
    CHECK(message_of<ValueError>([&] { within(1000); }) ==
          "samples_within: expected a budget of at least " + std::to_string(bytes(1)) +
              " bytes, which a pass of 1 samples takes, got 1000");

    // With members, by which the samples are shared out.
    const Ensemble<3, blue_test::Classifier> ensemble{Seed{1}};
    CHECK(samples_within(bytes(1), ensemble, {.samples = 12}, input) % 3 == 0);
}

TEST_CASE("fit keeps within a memory budget, with the same parameters") {
    using M = Net<MeanFieldNormal>;
    const auto trained = [](Index memory_budget) {
        M net{Seed{1}};
        fit(net, Elbo{Categorical{}}, classes,
            {.epochs = 2,
             .batch_size = 8,
             .samples = 30,
             .memory_budget = memory_budget,
             .progress = Progress::none});
        return blue_test::parameters_of(net);
    };
    CHECK(blue_test::same_bits(trained(Index{1} << 21), trained(0)));
}

TEST_CASE("a training loop of one's own in chunks") {
    using M = blue_test::Classifier;
    const Index batch = 19;
    const std::uint64_t steps = 3;
    const std::vector<float> inputs(classes.inputs.data(), classes.inputs.data() + 2 * batch);
    const std::vector<std::int32_t> labels(classes.targets.data(), classes.targets.data() + batch);
    KullbackLeiblerLoss objective{Categorical{}};
    Tape<Cpu<float>> tape;

    M net{Seed{1}};
    auto optimizer = make_optimizer(net, Adam{});
    SampleChunks chunks(net, 4);
    const auto input = [&](auto& tape) {
        return tape.template input<shape<2>>(inputs.data(), batch);
    };
    const auto loss_of = [&](const auto& result) {
        return objective(result, make_labels(tape, labels.data(), batch, 3), DatasetSize{400});
    };
    for (std::uint64_t step = 0; step < steps; ++step) {
        chunks.backward<Scores::log_probs>(net, tape, {.samples = 64, .pass = step}, input,
                                           loss_of);
        optimizer.step(net, tape);
    }

    M other{Seed{1}};
    auto its_optimizer = make_optimizer(other, Adam{});
    for (std::uint64_t step = 0; step < steps; ++step) {
        tape.reset();
        backward(loss_of(forward(other, tape, input(tape), {.samples = 64, .pass = step})));
        its_optimizer.step(other, tape);
    }
    CHECK(blue_test::same_bits(blue_test::parameters_of(net), blue_test::parameters_of(other)));
    CHECK(chunks.samples_per_chunk() == 4);
}

TEST_CASE("the objective's history and the log probs are those of all samples") {
    KullbackLeiblerLoss objective{Categorical{}, {.track = true}};
    const Dataset<std::int32_t>& data = classes;
    FitOptions options{.samples = 6, .progress = Progress::none};
    blue_test::Classifier net{Seed{1}}, same = net;
    blue::fit(net, objective, data, options);
    const LossHistory at_once = std::exchange(objective.history, {});
    net = same;
    options.samples_per_chunk = 4;
    blue::fit(net, objective, data, options);
    CHECK(objective.history.log_probs == at_once.log_probs);
    CHECK(objective.history.data_fitting == at_once.data_fitting);
    CHECK(objective.history.prior_matching == at_once.prior_matching);
}

TEST_CASE("what chunks of samples refuse") {
    blue_test::Classifier net{Seed{1}};
    const auto before = blue_test::parameters_of(net);
    FitOptions options{.samples = 6, .progress = Progress::none};
    const auto error = [&](auto& model) {
        return message_of<ValueError>([&] { fit(model, Elbo{Categorical{}}, classes, options); });
    };
    options.samples_per_chunk = -1;
    CHECK(error(net) == "fit: expected samples_per_chunk of at least 0, got -1");
    options.samples_per_chunk = 0;
    options.memory_budget = -2;
    CHECK(error(net) == "fit: expected a memory_budget of at least 0, got -2");
    options.samples_per_chunk = 3;
    options.memory_budget = 4000;
    CHECK(error(net) ==
          "fit: expected samples_per_chunk or a memory_budget, got both: 3 samples and 4000 bytes");
    options.samples_per_chunk = 0;
    CHECK(error(net).find("expected a budget of at least ") != std::string::npos);
    CHECK(blue_test::same_bits(blue_test::parameters_of(net), before));
    CHECK(message_of<ValueError>([&] { SampleChunks chunks(net, 0); }) ==
          "SampleChunks: expected samples_per_chunk of at least 1, got 0");

    options.memory_budget = 0;
    options.samples_per_chunk = 2;
    Sequential<Ensemble<2, Linear<2, 8>>, Tanh, Linear<8, 3>> part{Seed{1}};
    CHECK(error(part) ==
          "SampleChunks: expected all samples in one chunk for a model of which an Ensemble is a "
          "part, got 2 of 6");
    Ensemble<4, blue_test::Classifier> ensemble{Seed{1}};
    CHECK(error(ensemble) == "SampleChunks: expected a multiple of 4 samples, got 6");
}

TEST_CASE("a model without anything random has one sample") {
    using M = Sequential<Linear<2, 8, NonBayesian>, Tanh, Linear<8, 3, NonBayesian>>;
    const auto gradients = [](Index n) { return Chunked<M>(Elbo{Categorical{}}, n).gradients(); };
    CHECK(gradients(2) == gradients(5));
}

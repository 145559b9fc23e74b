// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue_test;

namespace {

using B = Cpu<double>;
template <class P = MeanFieldNormal>
using Member = SmallModel<MeanFieldNormal, P>;
template <class P = MeanFieldNormal>
using Three = Ensemble<3, Member<P>>;

/// Calls its layer twice.
struct Twice : Module<Twice, variables<>, MeanFieldNormal, MeanFieldNormal, B> {
    Linear<3, 3, MeanFieldNormal, MeanFieldNormal, B> linear;
    using children = blue::children<&Twice::linear>;
    auto forward(auto& pass, auto x) const { return linear(pass, linear(pass, x)); }
};

template <Scores Wanted, class M>
auto pass_over(const M& model, Tape<B>& tape, Index samples) {
    const auto x = tape.input<shape<3>>(small_inputs().data(), small_batch);
    return forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{5}});
}
template <Scores Wanted, class M>
Loss<B>::Values loss_of(const M& model, Index samples, double heat = 1) {
    Tape<B> tape;
    const auto result = pass_over<Wanted>(model, tape, samples);
    return Elbo{Categorical{}, {.dataset_size = DatasetSize{30}, .heat = heat}}(
               result, make_labels(tape, small_labels().data(), 6, 4))
        .values();
}

}  // namespace

TEST_CASE("the members of an ensemble share the samples of a pass", "[models]") {
    const Three<> model{Seed{1}};
    Tape<B> tape;
    const auto outputs = pass_over<Scores::none>(model, tape, 6).samples;
    CHECK(outputs.samples() == 6);
    const auto y = outputs.to_host();
    // Of each member its own pass with its own noise: with means it is the member alone.
    Three<> fixed = model;
    freeze(fixed);
    const auto means = pass_over<Scores::none>(fixed, tape, 6).samples.to_host();
    const std::size_t one = std::size_t(small_batch) * 4;
    for (std::size_t k = 0; k < 3; ++k) {
        const auto member = [&] {
            Tape<B> other;
            return k == 0   ? pass_over<Scores::none>(layer<0>(fixed), other, 1).samples.to_host()
                   : k == 1 ? pass_over<Scores::none>(layer<1>(fixed), other, 1).samples.to_host()
                            : pass_over<Scores::none>(layer<2>(fixed), other, 1).samples.to_host();
        }();
        for (std::size_t i = 0; i < one; ++i) {
            CHECK(means[2 * k * one + i] == member[i]);
            CHECK(means[(2 * k + 1) * one + i] == member[i]);
            CHECK(y[2 * k * one + i] != y[(2 * k + 1) * one + i]);
        }
    }
    CHECK(variational_parameter_names<Three<>>[0] == "0.0._weight_mean");
    CHECK(random_variable_count<Three<>> == 12);
    STATIC_REQUIRE(
        std::is_same_v<with_policies<Ensemble<2, Sequential<Linear<2, 1>>>, NonBayesian>,
                       Ensemble<2, with_policies<Sequential<Linear<2, 1>>, NonBayesian>>>);
}

TEST_CASE("an ensemble's loss is the mean of its members'", "[models]") {
    Three<> model{Seed{1}};
    const double closed = loss_of<Scores::divergence>(model, 3).divergence;
    double mean = 0;
    mean += loss_of<Scores::divergence>(layer<0>(model), 1).divergence / 3;
    mean += loss_of<Scores::divergence>(layer<1>(model), 1).divergence / 3;
    mean += loss_of<Scores::divergence>(layer<2>(model), 1).divergence / 3;
    CHECK(closed == Approx(mean).epsilon(1e-13));
    // From the draws: with 6000 of each member. The standard error of a mean of log q - log p of
    // 44 normals is at most sqrt(44) (1 + var ratio) / sqrt(6000) < 0.2 nats: five are 1.
    const double sampled = loss_of<Scores::log_probs>(model, 18000).divergence;
    CHECK(std::abs(sampled - closed) < 1);

    // At its means the likelihood is the mean of the members', too.
    freeze(model);
    const double data = loss_of<Scores::divergence>(model, 3).data_fitting;
    const double expected = (loss_of<Scores::divergence>(layer<0>(model), 1).data_fitting +
                             loss_of<Scores::divergence>(layer<1>(model), 1).data_fitting +
                             loss_of<Scores::divergence>(layer<2>(model), 1).data_fitting) /
                            3;
    CHECK(data == Approx(expected).epsilon(1e-13));
}

TEST_CASE("ensembles of ensembles, and members that are called twice", "[models]") {
    using Inner = Ensemble<2, Linear<3, 3, MeanFieldNormal, MeanFieldNormal, B>>;
    const auto mean_of = [](const auto& model) {
        Tape<B> tape;
        const auto result = pass_over<Scores::log_probs>(model, tape, 12);
        CHECK(result.samples.samples() == 12);
        double total = 0;
        for (int slot = 0; slot < result.log_probs.size; ++slot) {
            int rows = 0;
            for (double log_p : result.log_probs.entry(slot).prior) rows += log_p != 0;
            total += rows;
        }
        return total / 12;  // variables that score each sample
    };
    CHECK(mean_of(make<Ensemble<3, Inner>>(Seed{1})) == 2);
    CHECK(mean_of(make<Ensemble<3, Twice>>(Seed{1})) == 2);
    CHECK(mean_of(make<Ensemble<1, Twice>>(Seed{1})) == 2);
}

TEST_CASE("gradients of an ensemble", "[models]") {
    const auto error = [](auto&& model, auto objective) {
        constexpr Scores wanted = decltype(objective)::scores;
        return testing::parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       const auto result = pass_over<wanted>(model, tape, 6);
                       return objective(result, make_labels(tape, small_labels().data(), 6, 4))
                           .total;
                   })
            .error;
    };
    const DatasetSize size{30};
    Three<> closed{Seed{1}};
    CHECK(error(closed, Elbo{Categorical{}, {.dataset_size = size}}) < 1e-8);
    CHECK(error(closed, KullbackLeiblerLoss{Categorical{}, {.dataset_size = size}}) < 1e-8);
    Three<ScaleMixturePrior> sampled{Seed{1}, prior(ScaleMixturePrior{.std2 = 0.3})};
    CHECK(error(sampled, Elbo{Categorical{}, {.dataset_size = size}}) < 1e-8);
}

TEST_CASE("predictions share their draws among ensembles inside of a model", "[models]") {
    using Inner = Ensemble<2, Sequential<Linear<2, 3>>>;
    STATIC_REQUIRE(detail::sample_multiple_of<Ensemble<3, Inner>> == 6);
    using Net = Sequential<Parallel<Sum, Ensemble<3, Sequential<Linear<2, 3>>>, Inner>, ReLU>;
    STATIC_REQUIRE(detail::sample_multiple_of<Net> == 6);
    STATIC_REQUIRE(detail::sample_multiple_of<Classifier> == 1);
    const auto data = three_classes(5);
    const auto prediction = predict(Net{Seed{1}}, Categorical{}, data.inputs, {.samples = 12});
    CHECK(prediction.mutual_information[0] > 0);
    CHECK_THROWS_AS(predict(Net{Seed{1}}, Categorical{}, data.inputs, {.samples = 9}), ValueError);
}

TEST_CASE("an ensemble is trained and predicts as one model", "[models]") {
    using Net = Ensemble<3, Classifier>;
    const auto data = three_classes(90);
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};
    const auto report =
        fit(net, Elbo{Categorical{}, {.heat = 0.1}}, data,
            {.epochs = 30, .samples = 3, .progress = Progress::none}, Adam{.learning_rate = 0.02});
    CHECK(report.epochs.back().loss < 0.7 * report.epochs.front().loss);
    const auto one = predict(net, Categorical{}, data.inputs, {.samples = 12});
    const auto other =
        predict(net, Categorical{}, data.inputs, {.samples = 12, .samples_per_chunk = 12});
    const auto whole =
        predict(net, Categorical{}, data.inputs,
                {.samples = 12, .samples_per_chunk = std::numeric_limits<Index>::max()});
    CHECK(whole.probabilities[0] == other.probabilities[0]);
    double largest = 0;
    for (Index i = 0; i < one.probabilities.size(); ++i) {
        // The same draws in another order: sums differ by roundings of double.
        CHECK(one.probabilities[i] == Approx(other.probabilities[i]).epsilon(1e-12));
        largest = std::fmax(largest, std::abs(double(one.mutual_information[i / 3])));
    }
    CHECK(largest > 0);
    CHECK_THROWS_AS(predict(net, Categorical{}, data.inputs, {.samples = 10}), ValueError);
    CHECK_THROWS_AS(fit(net, Elbo{Categorical{}}, data, {.samples = 4, .progress = Progress::none}),
                    ValueError);
    // Frozen members give their mixture in any number of draws.
    freeze(net);
    const auto frozen = predict(net, Categorical{}, data.inputs, {.samples = 12});
    const auto mean = [&](Index i) {
        return (predict(layer<0>(net), Categorical{}, data.inputs).probabilities[i] +
                predict(layer<1>(net), Categorical{}, data.inputs).probabilities[i] +
                predict(layer<2>(net), Categorical{}, data.inputs).probabilities[i]) /
               3;
    };
    for (Index i : {0, 7, 100}) CHECK(frozen.probabilities[i] == Approx(mean(i)).epsilon(1e-12));
}

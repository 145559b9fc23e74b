// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;
using B = Cpu<double>;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What `fit` minimises over the standard deviation: the part of the divergence that depends on it.
double objective(double std, double sum, double count, double hyper_scale) {
    const double hyperprior = std::isinf(hyper_scale)
                                  ? 0
                                  : std::log(hyper_scale) + std::log(1.5707963267948966) +
                                        std::log1p(std * std / (hyper_scale * hyper_scale));
    return count * std::log(std) + sum / (2 * std * std) + hyperprior;
}

/// The divergence of the only variable of a layer, with the given or the fitted prior.
template <Scores Wanted, class P, class Q = MeanFieldNormal>
double divergence(const P& prior, Index samples = 1) {
    auto layer = make<Linear<30, 40, without_bias, Q, P, B>>(Seed{3}, blue::prior(prior));
    Tape<B> tape;
    const std::vector<double> inputs(30, 1.0);
    const auto x = tape.input<shape<30>>(inputs.data(), 1);
    const auto result = forward<Wanted>(layer, tape, x, {.samples = samples, .seed = Seed{4}});
    return Elbo{SampleNormal{}}.scores == Wanted ? *tape.draws()[0].divergence : [&] {
        const auto entry = result.log_probs.entry(0);
        double mean = 0;
        for (std::size_t s = 0; s < entry.prior.size(); ++s)
            mean += (entry.variational[s] - entry.prior[s]) / double(samples);
        return mean;
    }();
}

}  // namespace

TEST_CASE("at a given standard deviation the learned scale is a normal prior", "[distributions]") {
    const LearnedScalePrior p{.mean = 0.2, .std = 0.7};
    CHECK(distribution_laws(MeanFieldNormal{}, p) == Failures{});
    CHECK(distribution_laws(MeanFieldLogistic{}, p) == Failures{});
}

TEST_CASE("the fit is the minimum of the divergence", "[distributions]") {
    for (double hyper_scale : {infinity, 1.0, 1e-3, 30.0})
        for (double count : {1.0, 10.0, 1e5})
            for (double square : {1e-8, 0.3, 1e4}) {
                LearnedScalePrior p{.hyper_scale = hyper_scale};
                const double log_hyperprior = p.fit(square * count, Index(count));
                const auto at = [&](double factor) {
                    return objective(factor * p.std, square * count, count, hyper_scale);
                };
                INFO(hyper_scale << " " << count << " " << square << ": " << p.std);
                // A wrong root would lower one side: by second order 1e-6 count is gained.
                CHECK(at(1) < at(1.001));
                CHECK(at(1) < at(0.999));
                if (std::isinf(hyper_scale)) {
                    CHECK(p.std == Approx(std::sqrt(square)).epsilon(1e-14));
                    CHECK(log_hyperprior == 0);
                } else {
                    const double z = p.std / hyper_scale;
                    CHECK(log_hyperprior ==
                          Approx(std::log(2 / (3.14159265358979324 * hyper_scale * (1 + z * z))))
                              .epsilon(1e-13));
                }
            }
}

TEST_CASE("a pass takes the best scale of each variable", "[distributions]") {
    const auto layer = make<Linear<30, 40, without_bias, MeanFieldNormal, LearnedScalePrior, B>>(
        Seed{3}, prior(LearnedScalePrior{.mean = 0.1}));
    const auto& weight = layer.state<"weight">();
    double sum = 0;
    for (Index e = 0; e < weight.size; ++e)
        sum += std::pow(weight.parameter(0)[e] - 0.1, 2) + std::exp(2 * weight.parameter(1)[e]);
    const auto fitted = fitted_prior(weight);
    CHECK(fitted.std == Approx(std::sqrt(sum / 1200)).epsilon(1e-13));
    CHECK(weight.prior.std == 1);  // the model stays as it was

    const double best = divergence<Scores::divergence>(LearnedScalePrior{.mean = 0.1});
    const auto fixed = [](double std) {
        return divergence<Scores::divergence>(MeanFieldNormal{.mean = 0.1, .std = std});
    };
    CHECK(best == Approx(fixed(fitted.std)).epsilon(1e-12));
    CHECK(best < fixed(fitted.std * 1.01));
    CHECK(best < fixed(fitted.std / 1.01));
}

TEST_CASE("the hyperprior is part of divergence and log probs", "[distributions]") {
    const LearnedScalePrior p{.hyper_scale = 0.5};
    const auto layer = make<Linear<30, 40, without_bias, MeanFieldNormal, LearnedScalePrior, B>>(
        Seed{3}, prior(p));
    LearnedScalePrior fitted = fitted_prior(layer.state<"weight">());
    const double log_hyperprior = LearnedScalePrior(p).fit(0.3 * 0.3 * 1200, 1200);
    CHECK(log_hyperprior < 0);
    const double z = fitted.std / 0.5;
    const double expected = std::log(2 / (3.14159265358979324 * 0.5 * (1 + z * z)));
    const MeanFieldNormal normal{.std = fitted.std};
    CHECK(divergence<Scores::divergence>(p) ==
          Approx(divergence<Scores::divergence>(normal) - expected).epsilon(1e-12));
    CHECK(divergence<Scores::log_probs>(p, 3) ==
          Approx(divergence<Scores::log_probs>(normal, 3) - expected).epsilon(1e-12));
}

TEST_CASE("gradients include that the scale follows the weights", "[distributions]") {
    // Differences of the whole loss: each moves the scale, too.
    SmallModel<MeanFieldNormal, LearnedScalePrior> net{
        Seed{2}, prior(LearnedScalePrior{.mean = 0.3, .hyper_scale = 0.2})};
    const auto loss = [&](auto& tape) {
        return small_loss<Scores::divergence>(
                   net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}})
            .total;
    };
    CHECK(parameter_gradient_check(net, loss).error < 1e-8);
}

TEST_CASE("training moves the learned scale and gives the same bits again", "[distributions]") {
    using Net = Sequential<Linear<2, 8, MeanFieldNormal, LearnedScalePrior>, Tanh,
                           Linear<8, 3, MeanFieldNormal, LearnedScalePrior>>;
    const auto data = three_classes(60);
    std::vector<std::vector<float>> parameters;
    for (int threads : {1, 2}) {
        Net net{Seed{1}};
        const double before = fitted_prior(layer<0>(net).state<"weight">()).std;
        const testing::detail::ThreadScope scope;
        set_num_threads(threads);
        const auto report =
            fit(net, Elbo{Categorical{}}, data, {.epochs = 20, .progress = Progress::none},
                Adam{.learning_rate = 0.02});
        CHECK(report.epochs.back().loss < report.epochs.front().loss);
        CHECK(std::abs(fitted_prior(layer<0>(net).state<"weight">()).std / before - 1) > 0.01);
        parameters.push_back(parameters_of(net));
    }
    CHECK(same_bits(parameters[0], parameters[1]));
}

TEST_CASE("prior initialisation and rescaling of the learned scale", "[distributions]") {
    const auto layer = make<Linear<12, 5, MeanFieldNormal, LearnedScalePrior>>(
        Seed{1}, prior(LearnedScalePrior{.mean = 0.5, .std = 0.25}),
        ModuleOptions{.prior_initialization = true});
    CHECK(layer.state<"weight">().parameter(0)[7] == 0.5f);
    CHECK(layer.state<"weight">().parameter(1)[7] == Approx(std::log(0.25)).epsilon(1e-6));
    LearnedScalePrior p{.mean = 2, .std = 3, .hyper_scale = 4};
    p.rescale(0.5);
    CHECK(p.mean == 1);
    CHECK(p.std == 3 * 0.50001);
    CHECK(p.hyper_scale == 4 * 0.50001);
}

TEST_CASE("which distributions a learned scale goes with", "[distributions]") {
    STATIC_REQUIRE(PriorFor<LearnedScalePrior, MeanFieldNormal>);
    STATIC_REQUIRE(PriorFor<LearnedScalePrior, SoftplusScale<MeanFieldNormal>>);
    STATIC_REQUIRE(has_closed_form_kl<MeanFieldStudentT, LearnedScalePrior>);
    STATIC_REQUIRE(!PriorFor<LearnedScalePrior, MeanFieldCauchy>);
    STATIC_REQUIRE(!PriorFor<LearnedScalePrior, NonBayesian>);
    STATIC_REQUIRE(!VariationalDistribution<LearnedScalePrior>);
}

// SPDX-License-Identifier: BSD-3-Clause
// What the rest of the library does with variables that are drawn as a whole.
#include <blue/distributions/joint.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

using namespace blue;
using namespace blue_test;
using namespace blue::testing;

namespace {

using B = Cpu<double>;
template <class Q, class P = MeanFieldNormal>
using Double = Linear<3, 2, Q, P, B>;
const double inputs[] = {0.5, -1, 2, 1, 0.25, -0.5};

static_assert(JointDistribution<MatrixNormal> && JointDistribution<Radial> &&
              JointDistribution<LowRankNormal<3>> && JointDistribution<MultivariateNormal>);
static_assert(!is_joint<MeanFieldNormal> && !JointDistribution<MeanFieldNormal>);
static_assert(PriorFor<LearnedScalePrior, Radial> && PriorFor<BasicQuietPrior, MatrixNormal>);
static_assert(!PriorFor<MeanFieldLogNormal, MatrixNormal>);
static_assert(!is_normal_in_log_scale<Radial> && !is_normal_in_log_scale<MatrixNormal>);
static_assert(!SymmetricWeights<MatrixNormal> && !NormalWeights<MultivariateNormal>);

// Which divergences have a closed form: those of the marginals. A radial distribution tells its
// moments and no density of its marginals.
static_assert(has_closed_form_kl<MatrixNormal, MeanFieldNormal>);
static_assert(has_closed_form_kl<LowRankNormal<1>, CentredPrior<>>);
static_assert(has_closed_form_kl<MultivariateNormal, LearnedScalePrior>);
static_assert(has_closed_form_kl<Radial, MeanFieldNormal>);
static_assert(has_closed_form_kl<Radial, UniformPrior>);
static_assert(!has_closed_form_kl<Radial, ScaleMixturePrior>);
using Net = Sequential<Linear<3, 2, MatrixNormal>, ReLU, Linear<2, 2, Radial, ScaleMixturePrior>>;
static_assert(divergence_of<Net, 0, "weight"> == Divergence::closed_form);
static_assert(divergence_of<Net, 2, "weight"> == Divergence::monte_carlo);
static_assert(!is_closed_form<Net> && is_closed_form<Linear<3, 2, Radial>>);

/// Runs a layer on two inputs and gives weights and outputs.
template <class M>
std::vector<double> outputs(const M& model, const ForwardOptions& options = {.samples = 4},
                            std::span<const double* const> noise = {}) {
    Tape<B> tape;
    const auto x = tape.template input<shape<3>>(inputs, 2);
    return forward<Scores::none>(model, tape, x, options, noise).samples.to_host();
}

/// A layer that uses its weight twice, once not as a matrix of `linear`, and again its bias.
template <class Q>
struct UsesTwice : Module<UsesTwice<Q>, variables<variable<"weight", 2, 3>, variable<"bias", 2>>, Q,
                          MeanFieldNormal, B> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        const auto bias = pass.sample(*this, "bias"_v);
        return linear(x, weight, bias) * sum(as_var(weight)) + bias;
    }
};

/// A prior that reads the standard deviation of an element.
struct NarrowPrior {
    using required_parameters = names<"std">;
    template <class T>
    static T log_prob(T w, T std) {
        return -0.5 * square(w) / (1 + square(std)) - std;
    }
};
static_assert(PriorFor<NarrowPrior, LowRankNormal<2>>);

template <class M>
double gradient_error(M& model, Index samples = 5) {
    const double targets[] = {1, -1, 0.5, 2};
    const auto error = [&]<Scores Wanted>() {
        const auto report = parameter_gradient_check(model, [&](auto& tape) {
            const auto x = tape.template input<shape<3>>(inputs, 2);
            const auto y = tape.template input<shape<2>>(targets, 2);
            const auto result =
                forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{4}});
            return Elbo{Gaussian{0.5}}(result, y, DatasetSize{2}).total;
        });
        return report.error;
    };
    return std::fmax(error.template operator()<Scores::log_probs>(),
                     error.template operator()<Scores::divergence>());
}

template <class Q>
void check_all(const char* name) {
    INFO(name);
    auto layer = make<Double<Q>>(Seed{1});
    // Differences are exact to 1e-7 (`central_difference`).
    CHECK(gradient_error(layer) < 1e-6);
    UsesTwice<Q> twice;
    initialise(twice, Seed{2});
    CHECK(gradient_error(twice) < 1e-6);

    // Sample 2k + 1 is on the other side of the mean.
    auto paired = make<Double<Antithetic<Q>>>(Seed{1});
    Tape<B> tape;
    forward<Scores::none>(paired, tape, tape.template input<shape<3>>(inputs, 2), {.samples = 2});
    const Draw<B>& draw = tape.draws()[0];
    for (Index e = 0; e < 6; ++e)
        CHECK(draw.weights[e] + draw.weights[draw.weight_stride + e] ==
              Approx(2 * paired.template state<"weight">().parameter(0)[e]));
    CHECK(gradient_error(paired) < 1e-6);

    // The same draws whatever else is drawn: sample 3 alone, and within four.
    const auto four = outputs(layer);
    const auto last = outputs(layer, {.samples = 1, .first_sample = 3});
    CHECK(std::vector<double>(four.end() - 4, four.end()) == last);

    // At its means it is a point estimate.
    auto point = make<Double<NonBayesian>>(Seed{2});
    keep_weights(point, layer);
    freeze(layer);
    CHECK(outputs(layer) == outputs(point));
    CHECK(gradient_error(layer) < 1e-6);
    freeze(layer, Seed{3});
    CHECK(outputs(layer, {.samples = 4, .pass = 1}) == outputs(layer, {.samples = 4, .pass = 2}));
    unfreeze(layer);
    CHECK(outputs(layer) == four);
    keep_weights(layer, point);
    CHECK(outputs(layer) == four);

    // The generator's noise, supplied by hand.
    const Q q = layer.template state<"weight">().distribution;
    std::vector<double> noise[2];
    for (int slot = 0; slot < 2; ++slot)
        for (Index s = 0; s < 4; ++s)
            for (Index i = 0; i < q.noise_size(slot == 0 ? 6 : 2); ++i)
                noise[slot].push_back(random::draw_element<noise::Normal, double>(
                    {},
                    {0, 0, static_cast<std::uint32_t>(slot), static_cast<std::uint32_t>(s),
                     static_cast<std::uint32_t>(random::purpose::weights)},
                    i));
    const double* const supplied[] = {noise[0].data(), noise[1].data()};
    const auto given = outputs(layer, {.samples = 4}, supplied);
    for (std::size_t i = 0; i < four.size(); ++i) CHECK(given[i] == Approx(four[i]));
}

/// Optimisers, averages and norms see all parameters of a joint distribution, and nothing else.
template <class Q>
void check_optimisers(const char* name) {
    INFO(name);
    auto layer = make<Double<Q>>(Seed{1});
    std::vector<bool> is_mean;
    layer.for_each_state([&](const auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            is_mean.insert(is_mean.end(), static_cast<std::size_t>(state.parameter_size(k)),
                           k == 0);
    });
    Tape<B> tape;
    const auto x = tape.template input<shape<3>>(inputs, 2);
    const auto y = tape.template input<shape<2>>(inputs, 2);
    const auto result = forward<Scores::divergence>(layer, tape, x, {.samples = 3});
    backward(Elbo{Gaussian{0.5}}(result, y, DatasetSize{2}));

    const auto before = parameters_of(layer);
    auto groups = make_optimizer(
        layer, ParameterGroups{SGD{.learning_rate = 0}, {{"mean", {.learning_rate = 0.1}}}});
    groups.step(layer, tape);
    const auto after = parameters_of(layer);
    for (std::size_t i = 0; i < after.size(); ++i) CHECK((after[i] != before[i]) == is_mean[i]);

    WeightAverage average(layer, Averaging::uniform());
    average.update(layer);
    auto optimizer = make_optimizer(layer, Adam{.learning_rate = 0.01});
    optimizer.step(layer, tape);
    average.update(layer);
    const auto stepped = parameters_of(layer);
    for (std::size_t i = 0; i < after.size(); ++i) CHECK(stepped[i] != after[i]);
    average.swap(layer);
    const auto mean = parameters_of(layer);
    for (std::size_t i = 0; i < after.size(); ++i)
        CHECK(mean[i] == Approx((after[i] + stepped[i]) / 2));

    double squares = 0;
    layer.for_each_state([&, slot = std::size_t{0}](const auto& state) mutable {
        const Draw<B>& draw = tape.draws()[slot++];
        for (int k = 0; k < state.parameters; ++k)
            for (Index e = 0; e < state.parameter_size(k); ++e) {
                const double g = draw.gradient[state.offset(k) + e];
                squares += g * g;
            }
    });
    CHECK(total_norm(gradient_norms(tape)) == Approx(std::sqrt(squares)));
    clip_gradients(tape, 1e-3);
    CHECK(total_norm(gradient_norms(tape)) == Approx(1e-3));
}

}  // namespace

TEST_CASE("joint distributions in a layer", "[distributions]") {
    check_all<MatrixNormal>("matrix normal");
    check_all<Radial>("radial");
    check_all<LowRankNormal<2>>("low-rank normal");
    check_all<MultivariateNormal>("multivariate normal");
}

TEST_CASE("optimisers and joint distributions", "[distributions]") {
    check_optimisers<MatrixNormal>("matrix normal");
    check_optimisers<Radial>("radial");
    check_optimisers<LowRankNormal<2>>("low-rank normal");
    check_optimisers<MultivariateNormal>("multivariate normal");
}

TEST_CASE("models with joint distributions train and predict", "[distributions]") {
    using Normal = Sequential<Linear<2, 8>, Tanh, Linear<8, 3>>;
    const auto data = three_classes(120);
    const auto accuracy = [&]<class M>(M model) {
        fit(model, Elbo{Categorical{}}, data,
            {.epochs = 60, .batch_size = 40, .samples = 4, .progress = Progress::none},
            Adam{.learning_rate = 1e-2});
        const auto prediction = predict(model, Categorical{}, data.inputs, {.samples = 20});
        Index right = 0;
        for (Index i = 0; i < 120; ++i) {
            const double* const p = prediction.probabilities.row(i);
            right += std::max_element(p, p + 3) - p == data.targets[i];
        }
        return right;
    };
    // 40 of 120 are right by chance.
    CHECK(accuracy(with_policies<Normal, MatrixNormal, MeanFieldNormal>{Seed{1}}) > 90);
    CHECK(accuracy(with_policies<Normal, Radial, MeanFieldNormal>{Seed{1}}) > 90);
    CHECK(accuracy(Ensemble<2, with_policies<Normal, LowRankNormal<1>, MeanFieldNormal>>{Seed{1}}) >
          90);
    CHECK(accuracy(with_policies<Normal, MultivariateNormal, MeanFieldNormal>{Seed{1}}) > 90);
}

TEST_CASE("priors that follow from joint distributions", "[distributions]") {
    auto layer = make<Double<LowRankNormal<2>, LearnedScalePrior>>(Seed{1});
    auto& weight = layer.state<"weight">();
    double sum = 0;
    for (Index e = 0; e < 6; ++e) {
        const double mean = weight.parameter(0)[e];
        sum += mean * mean + std::exp(2 * weight.parameter(1)[e]);
        for (Index a = 0; a < 2; ++a) {
            const double f = weight.parameter(2)[2 * e + a];
            sum += f * f;
        }
    }
    CHECK(fitted_prior(weight).std == Approx(std::sqrt(sum / 6)));
    // A pass finds the same, also when it is frozen.
    const auto divergence = [&] {
        Tape<B> tape;
        const auto x = tape.template input<shape<3>>(inputs, 2);
        const auto result = forward<Scores::divergence>(layer, tape, x, {.samples = 1});
        result.log_probs.divergences();
        return static_cast<const LearnedScalePrior*>(tape.draws()[0].prior)->std;
    };
    CHECK(divergence() == Approx(std::sqrt(sum / 6)));
    freeze(layer);
    CHECK(divergence() == Approx(std::sqrt(sum / 6)));
}

TEST_CASE("priors with a number per element and priors that read deviations", "[distributions]") {
    const auto both = [](auto& layer) {
        Tape<B> tape;
        const auto x = tape.template input<shape<3>>(inputs, 2);
        const auto closed = forward<Scores::divergence>(layer, tape, x, {.samples = 2});
        const double divergence = closed.log_probs.divergences()->value[0];
        tape.reset();
        const auto y = tape.template input<shape<3>>(inputs, 2);
        const auto drawn = forward<Scores::log_probs>(layer, tape, y, {.samples = 2});
        return std::array{divergence, drawn.log_probs.entry(0).prior[1]};
    };
    // Centres that are all the same are the mean of a normal prior.
    auto centred = make<Double<LowRankNormal<2>, CentredPrior<>>>(Seed{1});
    auto& weight = centred.state<"weight">();
    for (Index e = 0; e < 6; ++e) weight.constant(0)[e] = 0.7;
    auto normal = make<Double<LowRankNormal<2>>>(Seed{1}, prior(MeanFieldNormal{.mean = 0.7}));
    const auto given = both(centred), expected = both(normal);
    CHECK(given[0] == Approx(expected[0]).epsilon(1e-9));
    CHECK(given[1] == Approx(expected[1]).epsilon(1e-9));
    CHECK(gradient_error(centred) < 1e-6);
    weight.constant(0)[5] = 0.9;
    CHECK(both(centred)[1] != Approx(given[1]).epsilon(1e-9));

    auto narrow = make<Double<LowRankNormal<2>, NarrowPrior>>(Seed{1});
    CHECK(gradient_error(narrow) < 1e-6);
}

TEST_CASE("extreme parameters of joint distributions", "[distributions]") {
    const auto is_finite = []<class Q>(Q, float stored, float mean) {
        auto layer = make<Linear<3, 2, Q>>(Seed{1});
        layer.for_each_state([&](auto& state) {
            for (int k = 0; k < state.parameters; ++k)
                for (Index e = 0; e < state.parameter_size(k); ++e)
                    state.parameter(k)[e] = k == 0 ? mean : stored;
        });
        const float features[] = {0.5f, -1, 2}, targets[] = {1, 2};
        Tape<Cpu<float>> tape;
        const auto check = [&]<Scores Wanted>() {
            tape.reset();
            const auto x = tape.input<shape<3>>(features, 1);
            const auto result = forward<Wanted>(layer, tape, x, {.samples = 3});
            const auto loss =
                Elbo{Gaussian{}}(result, tape.input<shape<2>>(targets, 1), DatasetSize{1});
            backward(loss);
            return std::isfinite(loss.total.value()) &&
                   std::isfinite(total_norm(gradient_norms(tape)));
        };
        return check.template operator()<Scores::log_probs>() &&
               check.template operator()<Scores::divergence>();
    };
    for (const auto& [stored, mean] : {std::pair{-20.f, 0.f}, {20.f, 0.f}, {0.f, 1e6f}}) {
        INFO(stored << ", mean " << mean);
        CHECK(is_finite(MatrixNormal{}, stored / 2, mean));
        CHECK(is_finite(Radial{}, stored, mean));
        CHECK(is_finite(LowRankNormal<1>{}, stored, mean));
        CHECK(is_finite(MultivariateNormal{}, stored, mean));
    }
}

TEST_CASE("joint distributions may start at their priors", "[distributions]") {
    const auto layer =
        make<Double<MatrixNormal>>(Seed{1}, prior(MeanFieldNormal{.mean = 2, .std = 0.3}),
                                   ModuleOptions{.prior_initialization = true});
    const auto& weight = layer.state<"weight">();
    for (Index e = 0; e < 6; ++e) {
        CHECK(weight.parameter(0)[e] == 2);
        CHECK(std::exp(weight.parameter(1)[e / 3] + weight.parameter(2)[e % 3]) == Approx(0.3));
    }
}

TEST_CASE("a step that fails names a parameter of a joint distribution", "[distributions]") {
    auto net = make<Linear<2, 3, LowRankNormal<2>>>(Seed{1});
    net.state<"weight">().parameter(2)[11] = INFINITY;  // behind as many as there are weights
    const auto data = three_classes(10);
    try {
        fit(net, Elbo{Categorical{}}, data, {.progress = Progress::none});
        FAIL("no error");
    } catch (const NumericalError& error) {
        CHECK(std::string(error.what()).find("the parameter _weight_factor is inf") !=
              std::string::npos);
    }
}

TEST_CASE("impossible options of joint distributions", "[distributions]") {
    CHECK_THROWS_AS(posterior(MatrixNormal{.std = 0}), ValueError);
    CHECK_THROWS_AS(posterior(Radial{.std = -1}), ValueError);
    CHECK_THROWS_AS(posterior(MultivariateNormal{.std = INFINITY}), ValueError);
    CHECK_THROWS_AS(posterior(LowRankNormal<2>{.std = -1}), ValueError);
    CHECK_THROWS_AS(posterior(LowRankNormal<2>{.factor_share = 0}), ValueError);
    CHECK_THROWS_AS(posterior(LowRankNormal<2>{.factor_share = 1}), ValueError);
}

TEST_CASE("sums do not depend on what is left over", "[distributions]") {
    for (Index n : {0, 1, 15, 16, 17, 100})
        CHECK(blue::detail::sum_of(n, [](Index i) { return static_cast<double>(i); }) ==
              static_cast<double>(n * (n - 1) / 2));
}

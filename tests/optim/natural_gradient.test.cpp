// SPDX-License-Identifier: BSD-3-Clause
// The rules along the natural gradient against the algorithms of their papers, step by step.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using B = Cpu<double>;
constexpr double examples = 30;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// For each weight a number that belongs to its mean, and one to log_std.
struct Numbers {
    std::vector<double> mean, log_std;
};
/// The gradients of one pass.
template <class M>
Numbers gradients(const M& net, Tape<B>& tape, double heat, std::uint64_t pass) {
    tape.reset();
    const auto x = tape.input<shape<3>>(small_inputs().data(), small_batch);
    const auto result = forward<Scores::divergence>(
        net, tape, x, {.samples = small_samples, .seed = Seed{5}, .pass = pass});
    const Elbo elbo{Categorical{}, {DatasetSize{30}, heat}};
    backward(elbo(result, make_labels(tape, small_labels().data(), small_batch, 4)));
    Numbers g;
    for (const auto& draw : tape.draws())
        for (Index e = 0; e < draw.size; ++e) {
            g.mean.push_back(draw.gradient[e]);
            g.log_std.push_back(draw.gradient[draw.stride + e]);
        }
    return g;
}
/// The parameters.
template <class M>
Numbers current(const M& net) {
    Numbers p;
    for (const auto& variable : variable_views(net))
        for (Index e = 0; e < variable.size; ++e) {
            p.mean.push_back(variable.values[e]);
            p.log_std.push_back(variable.values[variable.stride + e]);
        }
    return p;
}

/// Algorithm 1 of Shen et al. (2024) for one weight, in the paper's variables.
struct IvonOfThePaper {
    double lambda, delta, alpha, beta1, beta2, clip_radius;
    bool
        momentum_of_the_prior;  ///< delta m within the momentum, as in a gradient of the whole loss
    double m, h, g = 0, beta1_to_t = 1;

    void start(double mean, double std) {
        m = mean;
        h = 1 / (lambda * std * std) - delta;
    }
    double std() const { return 1 / std::sqrt(lambda * (h + delta)); }
    /// \param gradient of the loss per example, \param times_deviation the gradient times
    /// theta - m, both averaged over the samples.
    void step(double gradient, double times_deviation, double factor) {
        const double g_hat = momentum_of_the_prior ? gradient + delta * m : gradient;
        const double h_hat = times_deviation / (std() * std());
        g = beta1 * g + (1 - beta1) * g_hat;
        h = beta2 * h + (1 - beta2) * h_hat +
            0.5 * std::pow(1 - beta2, 2) * std::pow(h - h_hat, 2) / (h + delta);
        beta1_to_t *= beta1;
        const double g_bar = g / (1 - beta1_to_t) + (momentum_of_the_prior ? 0 : delta * m);
        m -= alpha * factor * std::fmin(std::fmax(g_bar / (h + delta), -clip_radius), clip_radius);
    }
};

/// Figure 1 of Khan et al. (2018) for one weight, in the paper's variables.
struct VadamOfThePaper {
    double n, lambda, alpha, gamma1, gamma2;
    double mu, m = 0, s = 0, gamma1_to_t = 1, gamma2_to_t = 1;

    double std() const { return 1 / std::sqrt(n * s + lambda); }
    void step(double gradient, double factor) {
        m = gamma1 * m + (1 - gamma1) * (gradient + lambda * mu / n);
        s = gamma2 * s + (1 - gamma2) * gradient * gradient;
        gamma1_to_t *= gamma1;
        gamma2_to_t *= gamma2;
        mu -= alpha * factor * (m / (1 - gamma1_to_t)) /
              (std::sqrt(s / (1 - gamma2_to_t)) + lambda / n);
    }
};

double factor_of(std::uint64_t step) {
    return step < 10 ? 1 : 0.5;
}

/// The largest difference of the trajectories of 30 steps: of means, relative of deviations. The
/// paper's algorithm gets the gradients of the data alone (heat 0), the rule those of the loss.
template <class Net, class Rule, class Reference, class StepReference>
double largest_gap(Net net, const Rule& rule, std::vector<Reference> references,
                   StepReference step_reference) {
    Tape<B> tape;
    auto optimizer = make_optimizer(net, rule);
    double gap = 0;
    for (std::uint64_t step = 0; step < 30; ++step) {
        const Numbers data = gradients(net, tape, 0, step);
        gradients(net, tape, rule.heat, step);
        optimizer.step(net, tape, factor_of(step));
        const Numbers now = current(net);
        for (std::size_t i = 0; i < references.size(); ++i) {
            const double mean = step_reference(references[i], data.mean[i] / examples,
                                               data.log_std[i] / examples, factor_of(step));
            gap = std::fmax(gap, std::abs(now.mean[i] - mean));
            gap = std::fmax(gap, std::abs(now.log_std[i] - std::log(references[i].std())));
        }
    }
    return gap;
}

/// \param precision of the prior.
template <class Net>
double ivon_gap(const Net& net, const Ivon& rule, double precision, bool momentum_of_the_prior) {
    const double lambda = examples / rule.heat;
    const Numbers start = current(net);
    std::vector<IvonOfThePaper> references;
    for (std::size_t i = 0; i < start.mean.size(); ++i) {
        references.push_back({lambda, precision / lambda, rule.learning_rate, rule.beta1,
                              rule.beta2, rule.clip_radius, momentum_of_the_prior, 0, 0});
        references.back().start(start.mean[i], std::exp(start.log_std[i]));
    }
    return largest_gap(net, rule, references,
                       [](IvonOfThePaper& r, double gradient, double times_deviation, double f) {
                           r.step(gradient, times_deviation, f);
                           return r.m;
                       });
}

using Net = SmallModel<MeanFieldNormal, MeanFieldNormal>;
using Flat = SmallModel<MeanFieldNormal, UniformPrior>;
constexpr double prior_std = 0.7;
Net normal_net() {
    return make<Net>(Seed{1}, prior(MeanFieldNormal{.std = prior_std}),
                     posterior(MeanFieldNormal{.std = 0.3}));
}

// Thirty steps of a dozen operations in double, of numbers of order one.
constexpr double tolerance = 1e-12;
constexpr double precision = 1 / (prior_std * prior_std);

}  // namespace

TEST_CASE("Ivon is the paper's algorithm without momentum", "[optim]") {
    for (double heat : {1.0, 0.25}) {
        const Ivon rule{.learning_rate = 0.1, .beta1 = 0, .beta2 = 0.9, .heat = heat};
        CHECK(ivon_gap(normal_net(), rule, precision, false) < tolerance);
    }
}

TEST_CASE("Ivon is the paper's algorithm with a flat prior", "[optim]") {
    for (double heat : {1.0, 0.25}) {
        const Ivon rule{.learning_rate = 0.05, .beta1 = 0.9, .beta2 = 0.95, .heat = heat};
        CHECK(ivon_gap(Flat{Seed{1}, posterior(MeanFieldNormal{.std = 0.3})}, rule, 0, false) <
              tolerance);
    }
}

TEST_CASE("the momentum of Ivon includes the prior", "[optim]") {
    const Ivon rule{.learning_rate = 0.1, .beta1 = 0.9, .beta2 = 0.9};
    CHECK(ivon_gap(normal_net(), rule, precision, true) < tolerance);
    // The algorithm that adds the prior afterwards is another one, but not by much.
    const double apart = ivon_gap(normal_net(), rule, precision, false);
    CHECK(apart > 1e-4);
    CHECK(apart < 0.1);
}

TEST_CASE("Ivon clips the steps of means", "[optim]") {
    const Ivon rule{.learning_rate = 0.1, .beta1 = 0.5, .beta2 = 0.9, .clip_radius = 0.05};
    CHECK(ivon_gap(normal_net(), rule, precision, true) < tolerance);
    Ivon free = rule;
    free.clip_radius = infinity;
    Net net = normal_net(), other = normal_net();
    Tape<B> tape;
    gradients(net, tape, 1, 0);
    make_optimizer(net, rule).step(net, tape);
    gradients(other, tape, 1, 0);
    make_optimizer(other, free).step(other, tape);
    const Numbers start = current(normal_net()), end = current(net);
    double largest = 0, unclipped = 0;
    for (std::size_t i = 0; i < start.mean.size(); ++i) {
        largest = std::fmax(largest, std::abs(end.mean[i] - start.mean[i]));
        unclipped = std::fmax(unclipped, std::abs(current(other).mean[i] - start.mean[i]));
    }
    CHECK(largest == Approx(0.005).epsilon(1e-13));
    CHECK(unclipped > 0.007);
}

TEST_CASE("Vadam is the paper's algorithm", "[optim]") {
    for (double heat : {1.0, 0.25}) {
        const Vadam rule{
            .learning_rate = 0.02, .beta2 = 0.95, .heat = heat, .dataset_size = DatasetSize{30}};
        // The paper starts at the prior's deviation, s = 0.
        Net net = normal_net();
        blue::detail::visit_variables(net, [&](auto& state) {
            for (Index e = 0; e < state.size; ++e) state.parameter(1)[e] = std::log(prior_std);
        });
        std::vector<VadamOfThePaper> references;
        for (double mean : current(net).mean)
            references.push_back({examples / heat, precision, 0.02, 0.9, 0.95, mean});
        CHECK(largest_gap(net, rule, references,
                          [](VadamOfThePaper& r, double gradient, double, double f) {
                              r.step(gradient, f);
                              return r.mu;
                          }) < tolerance);
    }
}

TEST_CASE("Vadam follows a prior's mean and leaves the initial deviation", "[optim]") {
    // Without data (a gradient of the prior alone) means go to the prior's, deviations too.
    using Single = Linear<1, 1, without_bias, MeanFieldNormal, MeanFieldNormal, B>;
    auto model = make<Single>(Seed{1}, prior(MeanFieldNormal{.mean = 0.4, .std = 0.2}));
    Tape<B> tape;
    auto optimizer = make_optimizer(
        model, Vadam{.learning_rate = 0.02, .beta2 = 0.9, .dataset_size = DatasetSize{10}});
    const double nothing = 0;
    for (int step = 0; step < 400; ++step) {
        tape.reset();
        const auto x = tape.input<shape<1>>(&nothing, 1);
        const auto result = forward<Scores::divergence>(model, tape, x, {.samples = 1});
        backward(Elbo{Gaussian{1}}(result, tape.input<shape<1>>(&nothing, 1), DatasetSize{10}));
        optimizer.step(model, tape);
    }
    const std::vector<double> found = parameter_values(model);
    CHECK(found[0] == Approx(0.4).epsilon(1e-3));  // 8 times 1 - learning_rate to the 50th
    CHECK(found[1] == Approx(std::log(0.2)).epsilon(1e-12));  // 0.9^400 = 5e-19
}

TEST_CASE("the deviation never runs away in one step", "[optim]") {
    using Number = math::Number<double>;
    // A step at most doubles the variance, whatever the gradient.
    for (double gradient : {-1e6, -3.0, -1.0, -1e-9, 0.0, 1.0, 1e6}) {
        const Ivon rule{.beta2 = 0};
        Number p[2] = {0.0, 0.0}, state[2] = {0.0, 0.0};
        const Number g[2] = {0.0, gradient};
        Ivon::update(rule.constants(1, 1), p, g, state);
        CHECK(p[1].r[0] <= 0.5 * std::log(2.0) * (1 + 1e-15));
        CHECK(std::isfinite(p[1].r[0]));
    }
}

TEST_CASE("floats keep what single steps round away", "[optim]") {
    // Steps of 0.8e-7 at -4, where floats are 4.8e-7 apart: 100,000 of them.
    using Number = math::Number<float>;
    const Ivon rule{.beta2 = 0.99999};
    Number p[2] = {0.0f, -4.0f}, state[2] = {0.0f, 0.0f};
    const Number g[2] = {0.0f, 0.016f};
    for (int step = 1; step <= 100000; ++step) Ivon::update(rule.constants(step, 1), p, g, state);
    CHECK(p[1].r[0] == Approx(-4.0 - 100000 * 0.5 * 1e-5 * 0.016).epsilon(0).margin(1e-6));
}

TEST_CASE("point estimates step by a rule of their own", "[optim]") {
    using Mixed = SmallModel<per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal>;
    const Adam adam{.learning_rate = 0.03};
    Mixed by_ivon{Seed{1}}, by_adam;
    auto ivon = make_optimizer(by_ivon, Ivon{.point_estimates = adam});
    auto reference = make_optimizer(by_adam, adam);
    const auto step_with = [](auto& optimizer, Mixed& net) {
        Tape<B> tape;
        backward(small_loss<Scores::divergence>(net, tape, Elbo{Categorical{}, {DatasetSize{30}}}));
        optimizer.step(net, tape);
    };
    for (int step = 0; step < 3; ++step) {
        by_adam = by_ivon;  // for the same gradients
        step_with(ivon, by_ivon);
        step_with(reference, by_adam);
        const auto a = variable_views(by_ivon), b = variable_views(by_adam);
        for (std::size_t slot : {1u, 3u})
            for (Index e = 0; e < a[slot].size; ++e) CHECK(a[slot].values[e] == b[slot].values[e]);
        CHECK(a[0].values[0] != b[0].values[0]);
    }
}

// A variable at its mean is a point estimate, for which the rule keeps more numbers.
TEST_CASE("a network may be frozen between steps", "[optim]") {
    Net net = normal_net();
    auto optimizer = make_optimizer(net, Ivon{});
    const auto step = [&] {
        Tape<B> tape;
        gradients(net, tape, 1, 0);
        const std::vector<double> before = parameter_values(net);
        optimizer.step(net, tape);
        CHECK(parameter_values(net) != before);
        for (double value : parameter_values(net)) CHECK(std::isfinite(value));
    };
    step();
    freeze(net);
    step();
    step();
    unfreeze(net);
    step();
}

TEST_CASE("fit trains by these rules, and tells them the size of the data set", "[optim]") {
    Dataset<std::int32_t> data{Array<float>({30, 3}), Array<std::int32_t>({30})};
    for (Index i = 0; i < data.inputs.size(); ++i)
        data.inputs[i] = random::uniform<float>({3}, i) - 0.5f;
    for (Index i = 0; i < 30; ++i) data.targets[i] = data.inputs[3 * i] > 0;
    const auto losses = [&](const auto& rule) {
        SmallModel<MeanFieldNormal, MeanFieldNormal, Cpu<float>> net{Seed{1}};
        const FitOptions options{.epochs = 40,
                                 .batch_size = 15,
                                 .schedule = Schedule::cosine().with_warm_up(5),
                                 .clip_norm = 100,
                                 .progress = Progress::none};
        const auto report = fit(net, Elbo{Categorical{}, {.heat = 0.1}}, data, options, rule);
        return std::array{report.epochs.front().loss, report.epochs.back().loss};
    };
    for (const auto& [first, last] : {losses(Ivon{.beta2 = 0.99, .heat = 0.1}),
                                      losses(Vadam{.learning_rate = 0.01, .heat = 0.1})})
        CHECK(last < 0.8 * first);
}

TEST_CASE("rules without a meaning are errors, and nothing changes", "[optim]") {
    Net net = normal_net();
    const std::vector<double> before = parameter_values(net);
    Tape<B> tape;
    gradients(net, tape, 1, 0);
    const auto message = [&](const auto& rule) {
        auto optimizer = make_optimizer(net, rule);
        const std::string text = message_of<ValueError>([&] { optimizer.step(net, tape); });
        CHECK(optimizer.steps() == 0);
        CHECK(parameter_values(net) == before);
        return text;
    };
    CHECK(message(Ivon{.learning_rate = -1}) ==
          "Ivon: expected a finite learning rate of at least 0, got -1");
    CHECK(message(Ivon{.beta1 = 1}) == "Ivon: expected a beta1 of at least 0 and below 1, got 1");
    CHECK(message(Ivon{.beta2 = -0.5}) ==
          "Ivon: expected a beta2 of at least 0 and below 1, got -0.5");
    CHECK(message(Ivon{.heat = 0}) == "Ivon: expected a positive, finite heat, got 0");
    CHECK(message(Ivon{.clip_radius = 0}) == "Ivon: expected a positive clip_radius, got 0");
    CHECK(message(Ivon{.point_estimates = {.learning_rate = -1}}) ==
          "Adam: expected a finite learning rate of at least 0, got -1");
    CHECK(message(Vadam{}) == "Vadam: expected a dataset_size, got none");
    CHECK(message(Vadam{.beta2 = 1, .dataset_size = DatasetSize{1}}) ==
          "Vadam: expected a beta2 of at least 0 and below 1, got 1");
}

TEST_CASE("which distributions have these natural gradients", "[optim]") {
    STATIC_REQUIRE(is_normal_in_log_scale<MeanFieldNormal>);
    STATIC_REQUIRE(is_normal_in_log_scale<MeanFieldLogNormal>);
    STATIC_REQUIRE(is_normal_in_log_scale<LocalReparameterization<MeanFieldNormal>>);
    STATIC_REQUIRE_FALSE(is_normal_in_log_scale<SoftplusScale<MeanFieldNormal>>);
    STATIC_REQUIRE_FALSE(is_normal_in_log_scale<MeanFieldLaplace>);
    STATIC_REQUIRE_FALSE(is_normal_in_log_scale<MeanFieldStudentT>);
    STATIC_REQUIRE_FALSE(is_normal_in_log_scale<NonBayesian>);
}

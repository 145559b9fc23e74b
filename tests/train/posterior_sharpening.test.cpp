// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "estimators/estimates.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using D = Cpu<double>;
template <class Q>
using Network = TwoLayers<Q>;

/// The batch of a regression, as `PosteriorSharpening` takes it.
struct Batch {
    const EstimateData& data;
    auto operator()(auto& tape) const {
        return std::pair{tape.template input<shape<3>>(data.inputs.data(), data.rows),
                         tape.template input<shape<2>>(data.targets.data(), data.rows)};
    }
};
const EstimateData data(5);
const Batch batch{data};
const Elbo<Gaussian> objective{Gaussian{0.5}, {.dataset_size = DatasetSize{40}, .heat = 0.7}};
const ForwardOptions options{.samples = 3, .seed = Seed{4}, .pass = 2};

/// All gradients of the last backward pass.
std::vector<double> gradients_on(Tape<D>& tape) {
    std::vector<double> all;
    for (const auto& draw : tape.draws())
        for (int k = 0; k < draw.kernels->parameters; ++k)
            all.insert(all.end(), draw.gradient + k * draw.stride,
                       draw.gradient + k * draw.stride + draw.size);
    return all;
}
/// What `Elbo` makes of the same batch and draws.
template <class M>
std::vector<double> plain_gradient(const M& model, double& loss) {
    Tape<D> tape;
    const auto [x, y] = batch(tape);
    const auto bound = objective(forward<Scores::divergence>(model, tape, x, options), y);
    backward(bound);
    loss = bound.total.value();
    return gradients_on(tape);
}
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::fmax(largest, std::abs(a[i] - b[i]) / (1 + std::abs(b[i])));
    return largest;
}

/// The largest relative error of gradients of a sharpened loss, with directions held constant:
/// those of the model and those of step sizes.
template <class M>
std::array<double, 2> gradient_errors(M model) {
    PosteriorSharpening sharpening(model, {.std = 0.3});
    for (std::size_t slot = 0; slot < random_variable_count<M>; ++slot) {
        double size = 0.1;
        for (double& step : sharpening.step_sizes(slot)) step = size += 0.07;
    }
    Tape<D> tape;
    sharpening.take_directions(model, objective, batch, options);
    const auto loss = [&] {
        return sharpening.backward_along_directions(model, tape, objective, batch, options).total;
    };
    loss();
    const std::vector<double> by_model = gradients_on(tape);
    std::vector<double> by_step;
    for (std::size_t slot = 0; slot < random_variable_count<M>; ++slot)
        for (double g : sharpening.step_size_gradients(slot)) by_step.push_back(g);
    const auto slope = [&](double& at) {
        const double h = 1e-3, kept = at;
        const auto shifted = [&](double by) {
            at = kept + by;
            const double value = loss();
            at = kept;
            return value;
        };
        return (8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * h);
    };
    std::vector<double> model_slopes, step_slopes;
    blue::detail::visit_variables(model, [&](auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        for (int k = 0; k < State::parameters; ++k)
            for (Index e = 0; e < State::size; ++e)
                model_slopes.push_back(slope(state.parameter(k)[e]));
    });
    for (std::size_t slot = 0; slot < random_variable_count<M>; ++slot)
        for (double& step : sharpening.step_sizes(slot)) step_slopes.push_back(slope(step));
    REQUIRE(!by_step.empty());
    return {distance(by_model, model_slopes), distance(by_step, step_slopes)};
}

}  // namespace

TEST_CASE("without steps the loss is that of drawn weights", "[train]") {
    const auto check = [](const auto& model) {
        PosteriorSharpening sharpening(model, {.std = 1e-30});
        Tape<D> tape;
        const SharpenedLoss loss = sharpening.backward(model, tape, objective, batch, options);
        double total = 0;
        const auto expected = plain_gradient(model, total);
        // Rounding: sums in another order, and products with the batch's size.
        CHECK(distance(gradients_on(tape), expected) < 1e-12);
        CHECK(loss.total == Approx(total).epsilon(1e-13));
        CHECK(loss.unsharpened == Approx(loss.data_fitting).epsilon(1e-13));
        CHECK(loss.moves == 0);
    };
    check(make<Network<N>>(Seed{1}));
    check(make<Network<Antithetic<N>>>(Seed{1}));
    check(make<TwoLayers<per_variable<N, NonBayesian>>>(Seed{1}));
    auto frozen = make<Network<N>>(Seed{1});
    freeze(frozen, Seed{3});
    check(frozen);
    freeze(layer<0>(frozen));
    check(frozen);
}

TEST_CASE("gradients of sharpened losses at constant directions", "[train]") {
    for (const double error : gradient_errors(make<Network<N>>(Seed{1}))) CHECK(error < 1e-8);
    for (const double error : gradient_errors(make<Network<Antithetic<N>>>(Seed{1})))
        CHECK(error < 1e-8);
    for (const double error :
         gradient_errors(make<TwoLayers<per_variable<N, NonBayesian>, MeanFieldLaplace>>(Seed{1})))
        CHECK(error < 1e-8);
}

TEST_CASE("steps go down the gradient of the batch", "[train]") {
    const auto model = make<Network<N>>(Seed{1});
    const ForwardOptions one{.samples = 1, .seed = Seed{4}};
    Tape<D> tape;
    const auto run = [&](double step_size, double std) {
        PosteriorSharpening sharpening(model, {.std = std, .step_size = step_size});
        const SharpenedLoss loss = sharpening.backward(model, tape, objective, batch, one);
        double squares = 0;  // minus the data's part of the gradients of the steps: N g^2
        for (std::size_t slot = 0; slot < 4; ++slot)
            for (double g : sharpening.step_size_gradients(slot)) squares -= g;
        return std::pair{loss, squares};
    };
    // To first order the loss falls by the step times the square of the gradient.
    const double squares = run(0, 1e-30).second;
    const SharpenedLoss close = run(1e-6, 1e-30).first;
    CHECK(close.unsharpened - close.data_fitting == Approx(1e-6 * squares).epsilon(1e-4));
    // The divergence of a move: N / B |eta g|^2 / (2 std^2), where N g^2 is `squares`.
    const SharpenedLoss moved = run(0.05, 0.2).first;
    CHECK(moved.moves == Approx(0.05 * 0.05 * squares / 5 / (2 * 0.2 * 0.2)).epsilon(1e-10));
    CHECK(moved.total ==
          Approx(moved.data_fitting + 0.7 * (moved.moves + moved.divergence)).epsilon(1e-14));
}

TEST_CASE("sharpened draws have the noise of their own", "[train]") {
    // Without steps, and with a model whose loss is a square of its weight: the mean over draws of
    // (w - t)^2 / (2 s^2) grows by std^2 / (2 s^2).
    using One = Linear<1, 1, without_bias, N, N, D>;
    const auto model = make<One>(Seed{1});
    const double x = 1, t = 0.5;
    const auto point = [&](auto& tape) {
        return std::pair{tape.template input<shape<1>>(&x, 1),
                         tape.template input<shape<1>>(&t, 1)};
    };
    const Elbo<Gaussian> bound{Gaussian{1}, {.dataset_size = DatasetSize{1}}};
    PosteriorSharpening sharpening(model, {.std = 2});
    Tape<D> tape;
    constexpr Index samples = 4000;
    const SharpenedLoss loss = sharpening.backward(model, tape, bound, point, {.samples = samples});
    // (w - t)^2 / 2 of a normal with variance v about a mean m - t near 0 has the variance v^2 / 2
    // + v (m - t)^2 <= 12; 4.8 standard errors: a correct program fails with probability 1.6e-6.
    CHECK(std::abs(loss.data_fitting - loss.unsharpened - 2) < 4.8 * std::sqrt(12.0 / samples));
}

TEST_CASE("learned steps sharpen", "[train]") {
    auto model = make<Network<N>>(Seed{1});
    PosteriorSharpening sharpening(model, {.std = 0.1}, Adam{.learning_rate = 1e-2});
    auto optimizer = make_optimizer(model, Adam{.learning_rate = 1e-2});
    Tape<D> tape;
    const auto run = [&](std::uint64_t pass) {
        return sharpening.backward(model, tape, objective, batch,
                                   {.samples = 2, .seed = Seed{4}, .pass = pass});
    };
    double first = 0, last = 0, gain = 0;
    for (std::uint64_t pass = 0; pass < 300; ++pass) {
        const SharpenedLoss loss = run(pass);
        optimizer.step(model, tape);
        sharpening.step();
        if (pass < 20) first += loss.total / 20;
        if (pass >= 200) last += loss.total / 100;
        if (pass >= 200) gain += (loss.unsharpened - loss.data_fitting - loss.moves) / 100;
    }
    CHECK(last < first - 20);
    // What the moves gain is more than they cost.
    CHECK(gain > 0.1);
    double mean = 0;
    for (std::size_t slot = 0; slot < 4; ++slot)
        for (double step : sharpening.step_sizes(slot)) mean += step;
    CHECK(mean > 0);
}

TEST_CASE("recurrent and convolutional networks can be sharpened", "[train]") {
    const auto check = []<class In>(auto model, std::type_identity<In>) {
        std::vector<double> inputs(4 * In::size), targets{0.3, -0.2, 0.5, 1};
        for (std::size_t i = 0; i < inputs.size(); ++i)
            inputs[i] = std::sin(static_cast<double>(i * i));
        const auto points = [&](auto& tape) {
            return std::pair{tape.template input<In>(inputs.data(), 4),
                             tape.template input<shape<1>>(targets.data(), 4)};
        };
        PosteriorSharpening sharpening(model, {.std = 1e-3, .step_size = 0.02});
        Tape<D> tape;
        for (std::uint64_t pass = 0; pass < 10; ++pass) {
            const auto loss =
                sharpening.backward(model, tape, objective, points, {.samples = 2, .pass = pass});
            CHECK(loss.data_fitting < loss.unsharpened);
        }
    };
    check(make<Sequential<LSTM<2, 3, layers<2>, final_output, N, N, D>, Linear<3, 1, N, N, D>>>(
              Seed{1}),
          std::type_identity<shape<5, 2>>{});
    check(make<Sequential<Conv2d<1, 2, kernel<3>, N, N, D>, Tanh, Flatten<2, 2, 2>,
                          Linear<8, 1, N, N, D>>>(Seed{1}),
          std::type_identity<shape<1, 4, 4>>{});
}

TEST_CASE("buffers move with the optimiser's step", "[train]") {
    using Net = Sequential<Linear<3, 4, N, N, D>, BatchNorm<4, D>, Linear<4, 2, N, N, D>>;
    auto model = make<Net>(Seed{1});
    auto expected = model;
    PosteriorSharpening sharpening(model, {.std = 1e-30});
    Tape<D> tape;
    sharpening.backward(model, tape, objective, batch, {.samples = 1});
    make_optimizer(model, SGD{}).step(model, tape);
    Tape<D> plain;
    const auto [x, y] = batch(plain);
    backward(objective(forward<Scores::divergence>(expected, plain, x, {.samples = 1}), y));
    make_optimizer(expected, SGD{}).step(expected, plain);
    const auto mean = [](const Net& net) {
        const auto& state = layer<1>(net).state<"running_mean">();
        return std::vector<double>(state.parameter(0), state.parameter(0) + 4);
    };
    CHECK(distance(mean(model), mean(expected)) < 1e-13);
    CHECK(mean(model) != mean(make<Net>(Seed{1})));
}

TEST_CASE("what cannot be sharpened", "[train]") {
    const auto model = make<Network<N>>(Seed{1});
    CHECK_THROWS_AS(PosteriorSharpening(model, {.std = 0}), ValueError);
    CHECK_THROWS_AS(PosteriorSharpening(model, {.step_size = std::nan("")}), ValueError);
    PosteriorSharpening sharpening(model);
    Tape<D> tape;
    CHECK_THROWS_AS(sharpening.step(-1), ValueError);
    CHECK_THROWS_AS(sharpening.backward(model, tape, objective, batch, {.samples = 0}), ValueError);
    CHECK_THROWS_AS(sharpening.backward(model, tape, Elbo{Gaussian{1}}, batch), ValueError);
    CHECK_THROWS_AS(sharpening.backward_along_directions(model, tape, objective, batch, options),
                    Error);
    using Fresh = Sequential<RNN<3, 2, fresh_draws, final_output, N, N, D>>;
    const auto fresh = make<Fresh>(Seed{1});
    PosteriorSharpening of_fresh(fresh);
    const std::vector<double> numbers(12, 0.5), targets(4);
    const auto sequences = [&](auto& on) {
        return std::pair{on.template input<shape<2, 3>>(numbers.data(), 2),
                         on.template input<shape<2>>(targets.data(), 2)};
    };
    CHECK_THROWS_WITH(of_fresh.backward(fresh, tape, objective, sequences),
                      Catch::Contains("expected layers without fresh_draws"));
}

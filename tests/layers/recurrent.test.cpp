// SPDX-License-Identifier: BSD-3-Clause
// RNN, LSTM and GRU as layers. Numbers of PyTorch: tests/golden/recurrent.test.cpp, gradients of
// hidden weights: tests/ops/recurrence.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "layers/recurrent_probe.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using U = UniformPrior;
using D = Cpu<double>;

using Deep = LSTM<3, 4, layers<2>, bidirectional, N, U, D>;
static_assert(random_variable_count<Deep> == 16);
static_assert(random_variable_names<Deep>[0] == "weight_ih_l0");
static_assert(random_variable_names<Deep>[3] == "bias_hh_l0");
static_assert(random_variable_names<Deep>[5] == "weight_hh_l0_reverse");
static_assert(random_variable_names<Deep>[14] == "bias_ih_l1_reverse");
static_assert(variational_parameter_names<Sequential<Deep>>[16] == "0._weight_ih_l1_mean");
static_assert(parameter_count<Deep> == 2 * 2 * (16 * (3 + 4 + 2) + 16 * (8 + 4 + 2)));
static_assert(random_variable_count<GRU<3, 4, without_bias>> == 2);
static_assert(random_variable_count<RNN<3, 4, rectified, without_bias, layers<12>>> == 24);
static_assert(random_variable_names<RNN<3, 4, without_bias, layers<12>>>[23] == "weight_hh_l11");
// Options may come in any order, and stay when policies change.
static_assert(std::is_same_v<with_policies<Sequential<GRU<3, 4, steps<5>>>, NonBayesian, U>,
                             Sequential<GRU<3, 4, steps<5>, NonBayesian, U, Cpu<float>>>>);
static_assert(std::is_same_v<input_shape_of<Sequential<GRU<3, 4, steps<5>>>>, shape<5, 3>>);
static_assert(std::is_same_v<output_shape_of<RNN<3, 4, steps<5>, bidirectional>>, shape<5, 8>>);
static_assert(std::is_same_v<output_shape_of<RNN<3, 4, steps<5>, final_output>>, shape<4>>);

/// The outputs for five sequences of six steps.
template <class L, class F>
auto outputs(F, const std::vector<double>& inputs = numbers) {
    const auto model = make<Probe<L, F>>(Seed{1});
    Tape<backend_of<L>> tape;
    const auto x = tape.template input<shape<6, 3>>(inputs.data(), 5);
    return forward(model, tape, x, {.samples = 2, .seed = Seed{2}}).samples.to_host();
}

template <class L, class F>
double parameter_error(F, Index samples = 2) {
    auto model = make<Probe<L, F>>(Seed{1});
    return parameter_gradient_check(
               model,
               [&](auto& tape) {
                   const auto x = tape.template input<shape<6, 3>>(numbers.data(), 5);
                   return blue::testing::detail::weighted_sum(
                       forward(model, tape, x, {.samples = samples, .seed = Seed{2}}).samples);
               },
               {.most_elements = 12})
        .error;
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("gradients of the parameters of recurrent layers", "[layers]") {
    CHECK(parameter_error<Deep>(cut) < tolerance);
    CHECK(parameter_error<Deep>(last_state) < tolerance);
    CHECK(parameter_error<LSTM<3, 4, N, U, D>>(twice) < tolerance);
    CHECK(parameter_error<LSTM<3, 4, peephole, N, U, D>>(twice, 1) < tolerance);
    CHECK(parameter_error<LSTM<3, 4, layers<2>, bidirectional, final_output, N, U, D>>(cut) <
          tolerance);
    CHECK(parameter_error<GRU<3, 4, layers<2>, bidirectional, without_bias, N, U, D>>(cut) <
          tolerance);
    CHECK(parameter_error<RNN<3, 4, NonBayesian, U, D>>(twice) < tolerance);
}

TEST_CASE("sequences with lengths are like sequences of that length", "[layers]") {
    const auto model = make<Probe<Deep, decltype(cut)>>(Seed{1});
    const auto all = outputs<Deep>(cut);
    const auto states = outputs<Deep>(last_state);
    constexpr std::size_t steps = 6, width = 8, slots = 4, hidden = 4;
    for (std::size_t b = 0; b < 5; ++b) {
        const auto length = static_cast<std::size_t>(lengths[b]);
        Tape<D> tape;
        const auto x =
            tape.input<shape<dynamic, 3>>(numbers.data() + b * steps * 3, 1, Extents{lengths[b]});
        auto [pass, table, divergences] =
            blue::detail::begin_pass<D>(variable_views<Probe<Deep, decltype(cut)>, D>(model),
                                        Scores::none, tape, {.samples = 2, .seed = Seed{2}}, {});
        const auto alone = model.layer.run(pass, x);
        const auto y = alone.output.to_host(), h = alone.state.h.to_host();
        for (std::size_t s = 0; s < 2; ++s) {
            const auto row = (s * 5 + b) * steps * width;
            for (std::size_t i = 0; i < steps * width; ++i)
                CHECK(all[row + i] == (i < length * width
                                           ? Approx(y[s * length * width + i]).epsilon(1e-13)
                                           : Approx(0).margin(0)));
            for (std::size_t i = 0; i < slots * hidden; ++i)
                CHECK(states[(s * 5 + b) * slots * hidden + i] ==
                      Approx(h[s * slots * hidden + i]).epsilon(1e-13));
        }
    }
}

TEST_CASE("inputs behind the end of a sequence have no influence", "[layers]") {
    auto changed = numbers;
    for (std::size_t b = 0; b < 5; ++b)
        for (std::size_t i = static_cast<std::size_t>(lengths[b]) * 3; i < 18; ++i)
            changed[b * 18 + i] = 1e30;
    CHECK(outputs<Deep>(cut) == outputs<Deep>(cut, changed));
    CHECK(outputs<Deep>(plain) != outputs<Deep>(plain, changed));
}

TEST_CASE("a sequence can be continued from a state, with the same draw of the weights",
          "[layers]") {
    const auto whole = outputs<LSTM<3, 4, layers<2>, N, U, D>>(plain);
    const auto continued =
        outputs<LSTM<3, 4, layers<2>, N, U, D>>([](const auto& layer, auto& pass, auto x) {
            // Zeros, then the sequence from the state of another layer's zeros: the same.
            const auto zeros = layer.run(pass, 0 * x).state;
            return layer.run(pass, x, {}, {0 * zeros.h, 0 * zeros.c}).output;
        });
    CHECK(continued == whole);
    // Beginning behind the sequence is something else.
    CHECK(outputs<LSTM<3, 4, layers<2>, N, U, D>>([](const auto& layer, auto& pass, auto x) {
              return layer.run(pass, x, {}, layer.run(pass, x).state).output;
          }) != whole);
}

TEST_CASE("the final output is that of the last layer behind the last step", "[layers]") {
    const auto last = outputs<GRU<3, 4, layers<2>, bidirectional, final_output, N, U, D>>(cut);
    const auto states = outputs<GRU<3, 4, layers<2>, bidirectional, N, U, D>>(last_state);
    for (std::size_t row = 0; row < 10; ++row)
        for (std::size_t i = 0; i < 8; ++i) CHECK(last[row * 8 + i] == states[row * 16 + 8 + i]);
}

TEST_CASE("states have the samples of all layers", "[layers]") {
    // The first layer is a point estimate, the second one random.
    using Mixed =
        LSTM<3, 4, layers<2>,
             per_variable<NonBayesian, NonBayesian, NonBayesian, NonBayesian, N, N, N, N>, U, D>;
    const auto h = outputs<Mixed>(last_state);
    REQUIRE(h.size() == 2 * 5 * 2 * 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(h[i] == h[40 + i]);
    CHECK(h[4] != h[44]);
    CHECK(parameter_error<Mixed>(last_state) < tolerance);
}

TEST_CASE("gradients of states from which sequences begin", "[layers]") {
    using Layer = LSTM<3, 4, layers<2>, bidirectional, N, U, D>;
    const auto model = make<Probe<Layer, decltype(plain)>>(Seed{1});
    const auto from = [&](auto h, auto c) {
        const auto x = h.tape->template input<shape<6, 3>>(numbers.data(), 5);
        return forward_with<Scores::none>(
                   model, *h.tape, {.samples = 2, .seed = Seed{2}},
                   [&](auto& pass) {
                       return model.layer.run(pass, x, lengths, {h, c}).output;
                   })
            .samples;
    };
    const auto shared = random_values<shape<4, 4>>(1, 5, Seed{3});  // by both samples
    const auto own = random_values<shape<4, 4>>(2, 5, Seed{4});
    CHECK(gradient_check(from, shared, own).error < tolerance);
    CHECK(gradient_check(from, own, shared).error < tolerance);
}

TEST_CASE("all variables start within 1 / sqrt(H)", "[layers]") {
    const auto model = make<GRU<1, 16, N, U, D>>(Seed{1});
    model.for_each_state([](const auto& state) {
        double largest = 0;
        for (Index e = 0; e < state.size; ++e)
            largest = std::max(largest, std::abs(state.parameter(0)[e]));
        CHECK(largest <= 0.25);
        CHECK(largest > 0.2);
        CHECK(state.parameter(1)[0] == Approx(std::log(0.25 + 1e-5)));
    });
}

TEST_CASE("prediction without recording gives the same numbers", "[layers]") {
    const auto model = make<Probe<Deep, decltype(cut)>>(Seed{1});
    Tape<D> tape;
    tape.recording = false;
    const auto x = tape.input<shape<6, 3>>(numbers.data(), 5);
    CHECK(forward(model, tape, x, {.samples = 2, .seed = Seed{2}}).samples.to_host() ==
          outputs<Deep>(cut));
}

TEST_CASE("after the first pass a step allocates nothing", "[layers]") {
    const auto model = make<Probe<Deep, decltype(cut)>>(Seed{1});
    Tape<D> tape;
    std::size_t capacity = 0;
    for (int i = 0; i < 4; ++i) {
        tape.reset();
        const auto x = tape.input<shape<6, 3>>(numbers.data(), 5);
        tape.backward(sum(forward(model, tape, x, {.samples = 2, .seed = Seed{2}}).samples));
        if (i == 1) capacity = tape.capacity();
        if (i > 1) CHECK(tape.capacity() == capacity);
    }
}

TEST_CASE("lengths and states must fit", "[layers]") {
    const auto run = [](auto function) { outputs<LSTM<3, 4, N, U, D>>(function); };
    CHECK_THROWS_AS(run([](const auto& layer, auto& pass, auto x) {
                        return layer(pass, x, std::vector<Index>{1, 2, 3});
                    }),
                    ShapeError);
    CHECK_THROWS_AS(run([](const auto& layer, auto& pass, auto x) {
                        return layer(pass, x, std::vector<Index>{1, 2, 3, 4, 7});
                    }),
                    ValueError);
    CHECK_THROWS_AS(run([](const auto& layer, auto& pass, auto x) {
                        return layer(pass, x, std::vector<Index>{1, 2, 3, 4, 0});
                    }),
                    ValueError);
    CHECK_THROWS_AS(run([](const auto& layer, auto& pass, auto x) {
                        auto& tape = pass.tape();
                        const auto zero = tape.template input<shape<1, 4>>(numbers.data(), 2);
                        return layer.run(pass, x, {}, {zero, zero}).output;
                    }),
                    ShapeError);
}

TEST_CASE("a stack with a recurrent layer learns to add up", "[layers]") {
    Dataset<float> data{Array<float>({256, 6}), Array<float>({256, 1})};
    for (Index i = 0; i < 256; ++i) {
        data.targets[i] = 0;
        for (Index t = 0; t < 6; ++t) {
            data.inputs[i * 6 + t] = random::uniform<float>({1}, i * 6 + t) - 0.5f;
            data.targets[i] += data.inputs[i * 6 + t];
        }
    }
    using Net = Sequential<GRU<1, 8, steps<6>, final_output>, Linear<8, 1>>;
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.05})};
    fit(net, Elbo{Gaussian{.std = 0.1}}, data,
        {.epochs = 30, .batch_size = 32, .samples = 2, .progress = Progress::none},
        Adam{.learning_rate = 0.02});
    const auto prediction = predict(net, Gaussian{.std = 0.1}, data.inputs, {.samples = 10});
    double squares = 0;
    for (Index i = 0; i < 256; ++i) {
        const double gap = prediction.mean[i] - static_cast<double>(data.targets[i]);
        squares += gap * gap;
    }
    // The sums have a standard deviation of 0.7; a network without memory cannot do better than
    // 0.65.
    CHECK(std::sqrt(squares / 256) < 0.2);
}

// SPDX-License-Identifier: BSD-3-Clause
// The recurrence without its input projection. Numbers of PyTorch: tests/golden/recurrent.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue;
using namespace blue::literals;
using namespace blue::testing;

namespace {

using N = MeanFieldNormal;
using D = Cpu<double>;

/// A cell of a user: the minimal gated unit (Zhou et al. 2016), with the candidate's part alone.
struct MinimalCell {
    static constexpr int gates = 2, states = 1, recurrent = 0, split_gate = 1;
    template <class T>
    static blue::CellNumbers<T, 1> step(const blue::CellNumbers<T, 2>& a, T x,
                                        const blue::CellNumbers<T, 1>& state) {
        const T forget = sigmoid(a[0]);
        return {(1 - forget) * state[0] + forget * tanh(x + forget * a[1])};
    }
};

/// Gates in, outputs out.
template <class Cell, Index H, class B, class Q = N, bool HasBias = true>
struct Walk : Module<Walk<Cell, H, B, Q, HasBias>,
                     variables<variable<"weight", Cell::gates * H, H>,
                               optional_variable<HasBias, "bias", Cell::gates * H>>,
                     Q, N, B> {
    auto forward(auto& pass, auto x) const {
        return recurrence<Cell>(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
};

/// The recurrence as a function of its gates.
template <class Cell, Index H, class Q = N>
auto walk = [](auto x) {
    using B = typename decltype(x)::backend;
    static const auto model = make<Walk<Cell, H, B, Q>>(Seed{1});
    return forward(model, *x.tape, x, {.samples = 3, .seed = Seed{2}}).samples;
};

template <class Cell, Index H, Index T>
void check_laws(Index samples, Index batch) {
    const auto gates = random_values<shape<T, Cell::gates * H>>(samples, batch, Seed{3}, -1.5, 1.5);
    const GradientOptions few{.most_elements = 60};
    // Rounding grows from step to step: 16 steps instead of one operation.
    const auto failures = operation_laws(
        walk<Cell, H>,
        OperationLawOptions{.gradient = few,
                            .float_tolerance = 1024 * std::numeric_limits<float>::epsilon()},
        gates);
    for (const std::string& sentence : failures) UNSCOPED_INFO(sentence);
    CHECK(failures.empty());
}

/// A loss with all terms: a weighted sum of the outputs, and the divergence.
struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

/// The largest error of a parameter's gradient, over both ways to get the divergence.
template <class M, class Shape>
double parameter_error(M model, const Values<Shape>& x, Index samples) {
    const auto error = [&]<Scores Wanted>(std::integral_constant<Scores, Wanted>) {
        return parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       const auto in =
                           tape.template input<Shape>(x.numbers.data(), x.batch, x.samples);
                       const auto result =
                           forward<Wanted>(model, tape, in, {.samples = samples, .seed = Seed{5}});
                       return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
                   },
                   {.most_elements = 40})
            .error;
    };
    return std::fmax(error(std::integral_constant<Scores, Scores::log_probs>{}),
                     error(std::integral_constant<Scores, Scores::divergence>{}));
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("laws of a recurrence", "[ops]") {
    // 17 sequences are two units of work; 5 hidden units are less than a register has lanes.
    SECTION("tanh") {
        check_laws<TanhCell, 5, 4>(3, 17);
    }
    SECTION("LSTM") {
        check_laws<LSTMCell, 5, 4>(3, 17);
    }
    SECTION("LSTM, shared gates") {
        check_laws<LSTMCell, 5, 4>(1, 17);
    }
    SECTION("LSTM with peepholes") {
        check_laws<PeepholeLSTMCell, 5, 4>(1, 2);
    }
    SECTION("GRU") {
        check_laws<GRUCell, 5, 4>(3, 17);
    }
    SECTION("GRU, shared gates") {
        check_laws<GRUCell, 5, 4>(1, 3);
    }
    SECTION("a cell of a user") {
        check_laws<MinimalCell, 3, 4>(3, 2);
    }
    SECTION("one step") {
        check_laws<GRUCell, 3, 1>(3, 2);
    }
    SECTION("many hidden units and threads") {
        check_laws<LSTMCell, 40, 16>(3, 17);
    }
}

TEST_CASE("ReLU cells have a kink at 0, elsewhere the laws hold", "[ops]") {
    check_laws<ReLUCell, 3, 3>(3, 2);
}

TEST_CASE("gradients of hidden weights", "[ops]") {
    const auto one = random_values<shape<4, 20>>(1, 3, Seed{4});
    const auto three = random_values<shape<4, 20>>(3, 3, Seed{4});
    using Random = Walk<LSTMCell, 5, D>;
    using Fixed = Walk<LSTMCell, 5, D, NonBayesian>;
    CHECK(parameter_error(make<Random>(Seed{1}), one, 3) < tolerance);
    CHECK(parameter_error(make<Random>(Seed{1}), three, 3) < tolerance);
    CHECK(parameter_error(make<Random>(Seed{1}), one, 1) < tolerance);
    CHECK(parameter_error(make<Fixed>(Seed{1}), three, 3) < tolerance);
    CHECK(parameter_error(make<Walk<LSTMCell, 5, D, per_variable<NonBayesian, N>>>(Seed{1}), one,
                          3) < tolerance);
    CHECK(parameter_error(make<Walk<LSTMCell, 5, D, N, false>>(Seed{1}), one, 3) < tolerance);
    CHECK(parameter_error(make<Walk<GRUCell, 4, D>>(Seed{1}),
                          random_values<shape<5, 12>>(1, 3, Seed{4}), 3) < tolerance);
    CHECK(parameter_error(make<Walk<PeepholeLSTMCell, 5, D>>(Seed{1}), one, 3) < tolerance);
}

TEST_CASE("an LSTM step by step", "[ops]") {
    // The formulas of Hochreiter & Schmidhuber on plain numbers.
    constexpr Index H = 3, T = 4;
    const auto model = make<Walk<LSTMCell, H, D, NonBayesian>>(Seed{1});
    const auto x = random_values<shape<T, 4 * H>>(1, 1, Seed{2});
    Tape<D> tape;
    const auto y =
        forward(model, tape, tape.input<shape<T, 4 * H>>(x.numbers.data(), 1), {.samples = 1})
            .samples.to_host();
    const double* const w = model.state<"weight">().parameter(0);
    const double* const b = model.state<"bias">().parameter(0);
    const auto logistic = [](double a) { return 1 / (1 + std::exp(-a)); };
    std::array<double, H> h{}, c{};
    for (std::size_t t = 0; t < T; ++t) {
        std::array<double, 4 * H> a{};
        for (std::size_t g = 0; g < 4 * H; ++g) {
            a[g] = x.numbers[t * 4 * H + g] + b[g];
            for (std::size_t j = 0; j < H; ++j) a[g] += w[g * H + j] * h[j];
        }
        for (std::size_t j = 0; j < H; ++j) {
            c[j] = logistic(a[H + j]) * c[j] + logistic(a[j]) * std::tanh(a[2 * H + j]);
            h[j] = logistic(a[3 * H + j]) * std::tanh(c[j]);
            CHECK(y[t * H + j] == Approx(h[j]).epsilon(1e-13));
        }
    }
}

TEST_CASE("samples of gates and weights must fit", "[ops]") {
    const auto model = make<Walk<GRUCell, 2, D>>(Seed{1});
    const auto x = random_values<shape<3, 6>>(4, 2, Seed{2});
    Tape<D> tape;
    const auto in = tape.input<shape<3, 6>>(x.numbers.data(), 2, 4);
    CHECK_THROWS_AS(forward(model, tape, in, {.samples = 3}), ShapeError);
}

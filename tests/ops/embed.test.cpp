// SPDX-License-Identifier: BSD-3-Clause
// Rows of a random table. Numbers of PyTorch: tests/golden/recurrent.test.cpp.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::literals;
using namespace blue::testing;

namespace {

using N = MeanFieldNormal;
using D = Cpu<double>;

/// A table whose vectors are looked up twice, or also used otherwise.
template <class Q, class B = D, Index Rows = 6>
struct Table : Module<Table<Q, B, Rows>, variables<variable<"table", Rows, 3>>, Q, N, B> {
    EmbedOptions options{};
    bool ties = false;
    auto forward(auto& pass, auto x) const {
        const auto table = pass.sample(*this, "table"_v);
        const auto y = embed(x, table, options);
        const auto both = y + square(embed(x, table, options));
        return ties ? both * sum(as_var(table)) : both;
    }
};

/// A loss with all terms: a weighted sum of the outputs, and the divergence.
struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

const std::vector<double> ids{0, 5, 1, 1, 4, 0, 1, 5};

template <class Q>
double parameter_error(EmbedOptions options, bool ties, Index samples) {
    auto model = make<Table<Q>>(Seed{1});
    model.options = options;
    model.ties = ties;
    return parameter_gradient_check(model,
                                    [&](auto& tape) {
                                        const auto x = tape.template input<shape<4>>(ids.data(), 2);
                                        const auto result = forward<Scores::log_probs>(
                                            model, tape, x, {.samples = samples, .seed = Seed{2}});
                                        return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
                                    })
        .error;
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("gradients of a table", "[ops]") {
    CHECK(parameter_error<N>({}, false, 3) < tolerance);
    CHECK(parameter_error<N>({}, false, 1) < tolerance);
    CHECK(parameter_error<N>({}, true, 3) < tolerance);
    CHECK(parameter_error<N>({.padding_idx = 1}, false, 3) < tolerance);
    // Some rows are longer than that, others are not.
    CHECK(parameter_error<N>({.padding_idx = 0, .max_norm = 1.2}, true, 3) < tolerance);
    CHECK(parameter_error<NonBayesian>({.max_norm = 0.5}, true, 3) < tolerance);
}

TEST_CASE("rows of a table", "[ops]") {
    auto model = make<Table<N>>(Seed{1});
    model.options = {.padding_idx = 1, .max_norm = 1.2};
    Tape<D> tape;
    const auto x = tape.input<shape<2, 2>>(ids.data(), 2);
    const auto result = forward(model, tape, x, {.samples = 3});
    CHECK(std::is_same_v<decltype(result.samples)::shape, shape<2, 2, 3>>);
    const auto y = result.samples.to_host();
    const Draw<D>& draw = tape.draws()[0];
    bool scaled = false, kept = false;
    for (std::size_t s = 0; s < 3; ++s)
        for (std::size_t i = 0; i < 8; ++i) {
            const double* const row = draw.weights + static_cast<Index>(s) * draw.weight_stride +
                                      static_cast<Index>(ids[i]) * 3;
            const double norm = std::sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);
            const double factor = ids[i] == 1 ? 0 : norm > 1.2 ? 1.2 / norm : 1;
            scaled |= norm > 1.2;
            kept |= norm < 1.2;
            for (std::size_t e = 0; e < 3; ++e) {
                const double w = factor * row[e];
                CHECK(y[(s * 8 + i) * 3 + e] == Approx(w + w * w).epsilon(1e-14));
            }
        }
    CHECK(scaled);
    CHECK(kept);
}

TEST_CASE("only rows that are looked up get a gradient from the data", "[ops]") {
    const auto model = make<Table<NonBayesian>>(Seed{1});
    Tape<D> tape;
    const auto x = tape.input<shape<4>>(ids.data(), 2);
    tape.backward(sum(forward(model, tape, x, {.samples = 1}).samples));
    const double* const gradient = tape.draws()[0].gradient;
    for (int row = 0; row < 6; ++row)
        for (int e = 0; e < 3; ++e) CHECK((gradient[row * 3 + e] == 0) == (row == 2 || row == 3));
}

TEST_CASE("a table gives the same bits with any number of threads", "[ops]") {
    constexpr Index rows = 9000;  // several units of work
    const auto run = [] {
        using Float = Cpu<float>;
        const auto model = make<Table<N, Float, rows>>(Seed{1});
        Tape<Float> tape;
        std::vector<float> many;
        for (Index i = 0; i < 4000; ++i) many.push_back(static_cast<float>(i * 37 % rows));
        const auto x = tape.input<shape<40>>(many.data(), 100);
        auto y = forward(model, tape, x, {.samples = 2}).samples;
        tape.backward(blue::testing::detail::weighted_sum(y));
        auto numbers = y.to_host();
        const Draw<Float>& draw = tape.draws()[0];
        numbers.insert(numbers.end(), draw.gradient, draw.gradient + 2 * draw.stride);
        return numbers;
    };
    const blue::testing::detail::ThreadScope scope;
    set_num_threads(1);
    const auto one = run();
    for (int threads : {2, 3}) {
        set_num_threads(threads);
        CHECK(run() == one);
    }
}

TEST_CASE("numbers that are no ids are refused", "[ops]") {
    const auto run = [](double id, EmbedOptions options = {}) {
        auto model = make<Table<N>>(Seed{1});
        model.options = options;
        Tape<D> tape;
        const std::vector<double> one{0, id};
        return forward(model, tape, tape.input<shape<2>>(one.data(), 1), {.samples = 2})
            .samples.samples();
    };
    CHECK(run(5) == 2);
    for (double id : {6.0, -1.0, 0.5, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(run(id), ValueError);
    CHECK_THROWS_AS(run(0, {.padding_idx = 6}), ValueError);
    CHECK_THROWS_AS(run(0, {.padding_idx = -2}), ValueError);
    CHECK_THROWS_AS(run(0, {.max_norm = -1}), ValueError);
}

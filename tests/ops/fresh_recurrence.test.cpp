// SPDX-License-Identifier: BSD-3-Clause
// Recurrent layers with weights that are drawn again for each step.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "layers/recurrent_probe.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using U = UniformPrior;
using D = Cpu<double>;

/// The outputs for `30 / Steps` sequences.
template <class L, Index Steps = 6, class F>
std::vector<typename backend_of<L>::scalar> outputs(
    F, const ForwardOptions& options = {.samples = 2, .seed = Seed{2}}, bool recording = true) {
    using T = typename backend_of<L>::scalar;
    const auto model = make<Probe<L, F>>(Seed{1});
    Tape<backend_of<L>> tape;
    tape.recording = recording;
    const std::vector<T> in(numbers.begin(), numbers.end());
    const auto x = tape.template input<shape<Steps, 3>>(in.data(), 30 / Steps);
    return forward(model, tape, x, options).samples.to_host();
}

/// A loss with all terms: a weighted sum of the outputs, and the divergence.
struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};
template <class L, class F>
double parameter_error(F, Index samples = 2, bool only_closed_form = false) {
    auto model = make<Probe<L, F>>(Seed{1});
    const auto error = [&]<Scores Wanted>(std::integral_constant<Scores, Wanted>) {
        return parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       const auto x = tape.template input<shape<6, 3>>(numbers.data(), 5);
                       const auto result =
                           forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{5}});
                       return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
                   },
                   {.most_elements = 12})
            .error;
    };
    const double closed = error(std::integral_constant<Scores, Scores::divergence>{});
    if (only_closed_form) return closed;
    return std::fmax(closed, error(std::integral_constant<Scores, Scores::log_probs>{}));
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

template <class... Options>
using Deep = LSTM<3, 4, layers<2>, bidirectional, Options...>;

/// The largest difference.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::fmax(largest, std::abs(a[i] - b[i]));
    return largest;
}
/// Between a layer whose weights are not random, with and without draws for each step.
template <template <class...> class L, class F>
double change(F f) {
    return distance(outputs<L<fresh_draws, NonBayesian, U, D>>(f),
                    outputs<L<NonBayesian, U, D>>(f));
}
template <class... Options>
using DeepGru = GRU<3, 4, layers<2>, bidirectional, without_bias, Options...>;
template <class... Options>
using Peephole = LSTM<3, 4, peephole, Options...>;
template <class... Options>
using Final = LSTM<3, 4, layers<2>, bidirectional, final_output, Options...>;

}  // namespace

TEST_CASE("walks with draws for each step are those of a recurrence", "[ops]") {
    // Weights are points. Sums of numbers of order one in another order.
    CHECK(change<Deep>(plain) < 1e-14);
    CHECK(change<Deep>(cut) < 1e-14);
    CHECK(change<Deep>(last_state) < 1e-14);
    CHECK(change<Deep>(twice) < 1e-14);
    CHECK(change<DeepGru>(cut) < 1e-14);
    CHECK(change<Peephole>(twice) < 1e-14);
    CHECK(change<Final>(cut) < 1e-14);
}

TEST_CASE("a sequence of one step has the draws of a pass", "[ops]") {
    CHECK(outputs<Deep<fresh_draws, N, N, D>, 1>(plain) == outputs<Deep<N, N, D>, 1>(plain));
    CHECK(outputs<Deep<fresh_draws, N, N, D>>(plain) != outputs<Deep<N, N, D>>(plain));
}

TEST_CASE("each step has a draw of its own", "[ops]") {
    using L = RNN<3, 2, fresh_draws, bidirectional, N, N, D>;
    const Seed seed{2};
    constexpr Index samples = 2, steps = 6, batch = 5;
    const auto model = make<L>(Seed{1});
    const auto y = [&] {
        Tape<D> tape;
        const auto x = tape.input<shape<steps, 3>>(numbers.data(), batch);
        return forward(model, tape, x, {.samples = samples, .seed = seed, .pass = 7})
            .samples.to_host();
    }();
    /// Element e of variable `slot` in step t of sample s.
    const auto drawn = [&](const auto& state, std::uint32_t slot, Index s, Index t, Index e) {
        const random::Key key{seed.value, 7, slot, static_cast<std::uint32_t>(s),
                              static_cast<std::uint32_t>(t) << 8};
        return state.parameter(0)[e] + std::exp(state.parameter(1)[e]) *
                                           random::draw_element<noise::Normal, double>({}, key, e);
    };
    const auto check = [&](int direction, const auto& w_ih, const auto& w_hh, const auto& b_ih,
                           const auto& b_hh) {
        const auto slot = static_cast<std::uint32_t>(4 * direction);
        for (Index s = 0; s < samples; ++s)
            for (Index b = 0; b < batch; ++b) {
                double h[2] = {0, 0};
                for (Index i = 0; i < steps; ++i) {
                    const Index t = direction == 0 ? i : steps - 1 - i;
                    double next[2];
                    for (Index j = 0; j < 2; ++j) {
                        double a = drawn(b_ih, slot + 2, s, t, j) + drawn(b_hh, slot + 3, s, t, j);
                        for (Index k = 0; k < 3; ++k)
                            a += drawn(w_ih, slot, s, t, 3 * j + k) *
                                 numbers[static_cast<std::size_t>((b * steps + t) * 3 + k)];
                        for (Index k = 0; k < 2; ++k)
                            a += drawn(w_hh, slot + 1, s, t, 2 * j + k) * h[k];
                        next[j] = std::tanh(a);
                    }
                    for (Index j = 0; j < 2; ++j) {
                        h[j] = next[j];
                        const Index at = ((s * batch + b) * steps + t) * 4 + 2 * direction + j;
                        CHECK(std::abs(y[static_cast<std::size_t>(at)] - h[j]) < 1e-14);
                    }
                }
            }
    };
    check(0, model.state<"weight_ih_l0">(), model.state<"weight_hh_l0">(),
          model.state<"bias_ih_l0">(), model.state<"bias_hh_l0">());
    check(1, model.state<"weight_ih_l0_reverse">(), model.state<"weight_hh_l0_reverse">(),
          model.state<"bias_ih_l0_reverse">(), model.state<"bias_hh_l0_reverse">());
}

TEST_CASE("gradients of parameters of which each step has a draw", "[ops]") {
    CHECK(parameter_error<Deep<fresh_draws, N, N, D>>(cut) < tolerance);
    CHECK(parameter_error<Deep<fresh_draws, N, N, D>>(last_state) < tolerance);
    CHECK(parameter_error<LSTM<3, 4, fresh_draws, MeanFieldStudentT, N, D>>(twice) < tolerance);
    CHECK(parameter_error<Final<fresh_draws, Antithetic<N>, N, D>>(cut) < tolerance);
    // Some variables are not random; a prior whose scale is the best one for the divergence.
    using Mixed = per_variable<N, SoftplusScale<N>, NonBayesian, N>;
    CHECK(parameter_error<RNN<3, 4, fresh_draws, Mixed, N, D>>(cut) < tolerance);
    CHECK(parameter_error<RNN<3, 4, fresh_draws, N, LearnedScalePrior, D>>(cut, 2, true) <
          tolerance);
    // A joint distribution, drawn as a whole.
    using Joint = per_variable<MatrixNormal, MatrixNormal, N, N>;
    CHECK(parameter_error<GRU<3, 4, fresh_draws, Joint, N, D>>(plain, 1) < tolerance);
}

TEST_CASE("all draws are scored", "[ops]") {
    using L = GRU<3, 2, fresh_draws, N, N, D>;
    using Shared = GRU<3, 2, N, N, D>;
    const auto model = make<L>(Seed{1});
    const auto shared = make<Shared>(Seed{1});
    Tape<D> tape, other;
    const auto x = tape.input<shape<6, 3>>(numbers.data(), 5);
    const auto on_other = other.input<shape<6, 3>>(numbers.data(), 5);
    const ForwardOptions options{.samples = 2, .seed = Seed{2}};
    // Six divergences in place of one. Sums of six equal numbers.
    const auto divergences = [&](const auto& of, Tape<D>& on, auto in) {
        const Node<D>* node =
            forward<Scores::divergence>(of, on, in, options).log_probs.divergences();
        return std::vector<double>(node->value, node->value + node->size());
    };
    const auto closed = divergences(model, tape, x), one = divergences(shared, other, on_other);
    for (std::size_t i = 0; i < 4; ++i) CHECK(closed[i] == Approx(6 * one[i]).epsilon(1e-14));
    // Log probs by loops.
    const auto log_probs = forward<Scores::log_probs>(model, tape, x, options).log_probs;
    const auto weight = log_probs.get<"weight_hh_l0">();
    const auto& state = model.state<"weight_hh_l0">();
    // Up to the variance floor of 1e-10.
    for (std::uint32_t s = 0; s < 2; ++s) {
        double prior = 0, variational = 0;
        for (std::uint32_t t = 0; t < 6; ++t)
            for (Index e = 0; e < 12; ++e) {
                const double z =
                    random::draw_element<noise::Normal, double>({}, {2, 0, 1, s, t << 8}, e);
                const double mean = state.parameter(0)[e], log_std = state.parameter(1)[e];
                const double w = mean + std::exp(log_std) * z;
                const double constant = std::log(2 * std::acos(-1.0)) / 2;
                prior -= w * w / 2 + constant;
                variational -= z * z / 2 + log_std + constant;
            }
        CHECK(weight.prior[s] == Approx(prior).epsilon(1e-9));
        CHECK(weight.variational[s] == Approx(variational).epsilon(1e-9));
    }
}

TEST_CASE("supplied noise belongs to step and sample", "[ops]") {
    using L = RNN<3, 2, fresh_draws, N, N, D>;
    using Shared = RNN<3, 2, N, N, D>;
    const auto run = [](const auto& model, Index times) {
        std::vector<std::vector<double>> noise;
        for (const std::size_t size : {6u, 4u, 2u, 2u}) {
            noise.emplace_back();
            for (Index step = 0; step < times; ++step)
                for (std::size_t i = 0; i < 2 * size; ++i)
                    noise.back().push_back(std::sin(static_cast<double>(i + 7 * size)));
        }
        std::vector<const double*> pointers;
        for (const auto& of_variable : noise) pointers.push_back(of_variable.data());
        Tape<D> tape;
        const auto x = tape.input<shape<6, 3>>(numbers.data(), 5);
        return forward(model, tape, x, {.samples = 2}, pointers).samples.to_host();
    };
    CHECK(distance(run(make<L>(Seed{1}), 6), run(make<Shared>(Seed{1}), 1)) < 1e-14);
}

TEST_CASE("the same numbers without recording, and sample by sample", "[ops]") {
    using L = Deep<fresh_draws, N, N, D>;
    const auto all = outputs<L>(cut);
    CHECK(outputs<L>(cut, {.samples = 2, .seed = Seed{2}}, false) == all);
    auto parts = outputs<L>(cut, {.samples = 1, .seed = Seed{2}});
    const auto second = outputs<L>(cut, {.samples = 1, .seed = Seed{2}, .first_sample = 1});
    parts.insert(parts.end(), second.begin(), second.end());
    CHECK(parts == all);
    // Pairs of opposite noise about points of 0: odd functions of the weights cancel.
    using Pairs = RNN<3, 2, fresh_draws, without_bias, Antithetic<N>, N, D>;
    const auto y = outputs<Pairs>(plain);
    const auto of_one = outputs<RNN<3, 2, fresh_draws, without_bias, N, N, D>>(
        plain, {.samples = 1, .seed = Seed{2}});
    CHECK(std::equal(of_one.begin(), of_one.end(), y.begin()));
}

TEST_CASE("steps with draws of their own allocate nothing after the first pass", "[ops]") {
    const auto model = make<Deep<fresh_draws>>(Seed{1});
    Tape<Cpu<float>> tape;
    const std::vector<float> in(numbers.begin(), numbers.end());
    std::size_t capacity = 0;
    for (std::uint64_t pass = 0; pass < 3; ++pass) {
        tape.reset();
        const auto x = tape.input<shape<6, 3>>(in.data(), 5);
        const auto result = forward<Scores::divergence>(model, tape, x, {.pass = pass});
        tape.backward(blue::testing::detail::weighted_sum(result.samples));
        if (pass == 1) capacity = tape.capacity();
    }
    CHECK(tape.capacity() == capacity);
}

TEST_CASE("the first use of a layer has the most steps", "[ops]") {
    constexpr auto longer = [](const auto& layer, auto& pass, auto x) {
        const auto first = layer(pass, slice<0, 0, 2>(x));
        return concatenate<0>(first, layer(pass, x));
    };
    constexpr auto shorter = [](const auto& layer, auto& pass, auto x) {
        const auto first = layer(pass, x);
        return concatenate<0>(first, layer(pass, slice<0, 0, 2>(x)));
    };
    using L = RNN<3, 2, fresh_draws, N, N, D>;
    CHECK_THROWS_WITH(outputs<L>(longer), Catch::Contains("must have the most steps in its first "
                                                          "use, expected at most 2 steps, got 6"));
    // Steps of the second use share the draws of the first ones.
    const auto y = outputs<L>(shorter);
    for (std::size_t row = 0; row < 10; ++row)
        for (std::size_t i = 0; i < 4; ++i) CHECK(y[16 * row + i] == y[16 * row + 12 + i]);
}

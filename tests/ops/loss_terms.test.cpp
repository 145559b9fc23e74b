// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace blue;

namespace {

using B = Cpu<double>;

/// Terms of a pass with two variables and three samples, filled by hand. The log-likelihood is -7,
/// or one number for each sample.
struct Terms {
    Tape<B> tape;
    detail::LossTerms<B> args;

    explicit Terms(std::vector<double> log_likelihood = {-7}, double order = 1) {
        args = {tape.node(static_cast<Index>(log_likelihood.size()), 1, 1, true),
                tape.node(2, 3, 2, true),
                tape.node(2, 1, 1, true),
                tape.node(2, 1, 1, false),
                tape.node(3, 1, 1, false),
                tape.node(1, 1, 1, true),
                2,
                3,
                -4,
                0.5,
                order,
                order == 1 ? nullptr : tape.device_memory<double>(3)};
        std::copy(log_likelihood.begin(), log_likelihood.end(), args.log_likelihood->value);
        const double log_probs[] = {1, 2, 3, 7, 5, 3, 0, 0, 0, 0, 0, 0};  // (prior, variational)
        std::copy_n(log_probs, 12, args.log_probs->value);
        args.divergences->value[0] = 0;
        args.divergences->value[1] = 2.5;
    }
    /// The derivatives of 3 times the loss with respect to the log-likelihoods and the table.
    void differentiate() {
        *tape.gradient(args.total).data = 3;
        loss_terms_backward(tape, args, tape.gradient(args.log_likelihood),
                            tape.gradient(args.log_probs), tape.gradient(args.divergences));
    }
};

}  // namespace

TEST_CASE("a loss is put together from its terms", "[ops]") {
    Terms t;
    loss_terms_forward(t.tape, t.args);
    // Means of 1, 4 and -2, and the closed form of the other variable.
    CHECK(t.args.per_variable->value[0] == Approx(1).epsilon(1e-15));  // thirds are added up
    CHECK(t.args.per_variable->value[1] == 2.5);
    CHECK(t.args.parts->value[0] == 28);
    CHECK(t.args.parts->value[1] == Approx(1.75).epsilon(1e-15));
    CHECK(t.args.parts->value[2] == Approx(3.5).epsilon(1e-15));
    CHECK(t.args.total->value[0] == Approx(29.75).epsilon(1e-15));
}

TEST_CASE("gradients of a loss's terms", "[ops]") {
    Terms t;
    loss_terms_forward(t.tape, t.args);
    t.differentiate();
    CHECK(t.args.log_likelihood->grad[0] == -12);
    for (int i = 0; i < 6; ++i) {
        CHECK(t.args.log_probs->grad[2 * i] == -0.5);
        CHECK(t.args.log_probs->grad[2 * i + 1] == 0.5);
    }
    CHECK(t.args.divergences->grad[0] == 1.5);
    CHECK(t.args.divergences->grad[1] == 1.5);
}

TEST_CASE("the mean of the losses of samples", "[ops]") {
    Terms t({-7, -1, -4});
    loss_terms_forward(t.tape, t.args);
    CHECK(t.args.parts->value[0] == 16);
    CHECK(t.args.total->value[0] == Approx(17.75).epsilon(1e-15));
    t.differentiate();
    for (int s = 0; s < 3; ++s) CHECK(t.args.log_likelihood->grad[s] == -4);
}

TEST_CASE("the generalised mean of the losses of samples", "[ops]") {
    // Losses 28 + 1.75, 4 + 3.25, 16 + 0.25; at order 0 the smallest one has nearly all the weight.
    const double losses[] = {29.75, 7.25, 16.25};
    for (double order : {0.0, 0.9, 2.0}) {
        Terms t({-7, -1, -4}, order);
        loss_terms_forward(t.tape, t.args);
        double sum = 0;
        for (double loss : losses) sum += std::exp((order - 1) * loss);
        CHECK(t.args.total->value[0] == Approx(std::log(sum / 3) / (order - 1)).epsilon(1e-14));
        CHECK(t.args.parts->value[0] == 16);  // as ever
        CHECK(t.args.parts->value[2] == Approx(3.5).epsilon(1e-15));
        t.differentiate();
        for (int s = 0; s < 3; ++s) {
            const double weight = std::exp((order - 1) * losses[s]) / sum;
            CHECK(t.args.log_likelihood->grad[s] == Approx(-12 * weight).epsilon(1e-13));
            for (int v = 0; v < 2; ++v) {
                CHECK(t.args.log_probs->grad[6 * v + 2 * s] ==
                      Approx(-1.5 * weight).epsilon(1e-13));
                CHECK(t.args.log_probs->grad[6 * v + 2 * s + 1] ==
                      Approx(1.5 * weight).epsilon(1e-13));
            }
        }
        CHECK(t.args.divergences->grad[0] == 1.5);
    }
}

TEST_CASE("samples with equal losses have equal weights", "[ops]") {
    // What the table adds is taken away: half of 3.5, 6.5 and 0.5, by a quarter of the likelihood.
    for (double order : {-3.0, 0.0, 0.5, 1 - 1e-12, 7.0}) {
        Terms t({1.75 / 4, 3.25 / 4, 0.25 / 4}, order);
        loss_terms_forward(t.tape, t.args);
        CHECK(t.args.total->value[0] == Approx(0).margin(1e-15));
        t.differentiate();
        for (int s = 0; s < 3; ++s)
            CHECK(t.args.log_likelihood->grad[s] == Approx(-4).epsilon(1e-15));
    }
}

TEST_CASE("losses of any size", "[ops]") {
    for (double size : {-1e6, 1e6}) {
        Terms t({size / 4, size / 4 - 0.5, size / 4 + 0.5}, 0);
        loss_terms_forward(t.tape, t.args);
        // -size + 1.75, + 5.25 and - 1.75.
        const double sum = 1 + std::exp(-3.5) + std::exp(-7);
        CHECK(t.args.total->value[0] == Approx(-size - 1.75 - std::log(sum / 3)).epsilon(1e-15));
        t.differentiate();
        // Losses of 1e6 are exact to 1e-10.
        CHECK(t.args.log_likelihood->grad[2] == Approx(-12 / sum).epsilon(1e-9));
        CHECK(t.args.log_likelihood->grad[1] == Approx(-12 * std::exp(-7) / sum).epsilon(1e-9));
    }
    // Far apart: one sample is all there is.
    Terms t({0, 250000, -250000}, 0.5);
    loss_terms_forward(t.tape, t.args);
    CHECK(t.args.total->value[0] == Approx(-1e6 + 3.25 + 2 * std::log(3.0)).epsilon(1e-15));
    t.differentiate();
    CHECK(t.args.log_likelihood->grad[0] == 0);
    CHECK(t.args.log_likelihood->grad[1] == -12);
    CHECK(t.args.log_likelihood->grad[2] == 0);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

using namespace blue;

namespace {

using B = Cpu<double>;

/// Terms of a pass with two variables and three samples, filled by hand.
struct Terms {
    Tape<B> tape;
    detail::LossTerms<B> args;

    Terms() {
        args = {tape.node(1, 1, 1, true),
                tape.node(2, 3, 2, true),
                tape.node(2, 1, 1, true),
                tape.node(2, 1, 1, false),
                tape.node(3, 1, 1, false),
                tape.node(1, 1, 1, true),
                2,
                3,
                -4,
                0.5};
        args.log_likelihood->value[0] = -7;
        const double log_probs[] = {1, 2, 3, 7, 5, 3, 0, 0, 0, 0, 0, 0};  // (prior, variational)
        std::copy_n(log_probs, 12, args.log_probs->value);
        args.divergences->value[0] = 0;
        args.divergences->value[1] = 2.5;
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
    *t.tape.gradient(t.args.total).data = 3;
    loss_terms_backward(t.tape, t.args, t.tape.gradient(t.args.log_likelihood),
                        t.tape.gradient(t.args.log_probs), t.tape.gradient(t.args.divergences));
    CHECK(t.args.log_likelihood->grad[0] == -12);
    for (int i = 0; i < 6; ++i) {
        CHECK(t.args.log_probs->grad[2 * i] == -0.5);
        CHECK(t.args.log_probs->grad[2 * i + 1] == 0.5);
    }
    CHECK(t.args.divergences->grad[0] == 1.5);
    CHECK(t.args.divergences->grad[1] == 1.5);
}

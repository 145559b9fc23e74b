// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/backend.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/forward.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/optim/gradients.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <limits>
#include <vector>

using blue::Index;
using blue_test::message_of;

namespace {

using B = blue::Cpu<double>;
using Net = blue::Sequential<
    blue::Linear<2, 3, blue::MeanFieldNormal, blue::MeanFieldNormal, B>,
    blue::Linear<3, 1, blue::without_bias, blue::NonBayesian, blue::UniformPrior, B>>;

/// A pass with its gradients on the tape.
struct Example {
    Net net{blue::Seed{3}};
    blue::Tape<B> tape;
    std::vector<double> inputs{0.5, -1, 2, 0.25}, targets{1, -2};

    Example() {
        const auto x = tape.input<blue::shape<2>>(inputs.data(), 2);
        const auto y = tape.input<blue::shape<1>>(targets.data(), 2);
        const auto result = blue::forward<blue::Scores::divergence>(net, tape, x, {.samples = 3});
        blue::backward(blue::Elbo{blue::Gaussian{}}(result, y, blue::DatasetSize{2}));
    }

    /// All gradients of a variable, without the padding: one parameter after the other.
    std::vector<double> gradients(std::size_t slot) {
        const blue::Draw<B>& draw = tape.draws()[slot];
        std::vector<double> numbers;
        for (int k = 0; k < draw.kernels->parameters; ++k)
            for (Index e = 0; e < draw.size; ++e)
                numbers.push_back(draw.gradient[k * draw.stride + e]);
        return numbers;
    }
};

double norm_of(const std::vector<double>& numbers) {
    double squares = 0;
    for (double number : numbers) squares += number * number;
    return std::sqrt(squares);
}

// Sums of some ten products in double: 1e-14 is fifty times their rounding.
Approx close(double value) {
    return Approx(value).epsilon(1e-14);
}

}  // namespace

TEST_CASE("norms are those of the gradients of each variable") {
    Example example;
    const std::vector<double> norms = blue::gradient_norms(example.tape);
    REQUIRE(norms.size() == 3);
    CHECK(example.gradients(0).size() == 12);  // mean and log_std
    CHECK(example.gradients(2).size() == 3);   // mean
    for (std::size_t slot = 0; slot < 3; ++slot) {
        CHECK(norms[slot] > 0);
        CHECK(norms[slot] == close(norm_of(example.gradients(slot))));
    }
    CHECK(blue::total_norm(norms) == close(std::hypot(norms[0], norms[1], norms[2])));
    CHECK(blue::total_norm({}) == 0);
}

TEST_CASE("a variable that nothing used has no gradient") {
    Example example;
    example.tape.draws()[1].gradient_live = false;
    CHECK(blue::gradient_norms(example.tape)[1] == 0);
}

TEST_CASE("a number that is not finite shows in the norm of its variable") {
    for (double bad :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        Example example;
        example.tape.draws()[1].gradient[2] = bad;
        const std::vector<double> norms = blue::gradient_norms(example.tape);
        CHECK(std::isfinite(norms[0]));
        CHECK_FALSE(std::isfinite(norms[1]));
        CHECK(std::isfinite(norms[2]));
        // Scaling would spread it: clipping leaves everything as it is.
        const std::vector<double> before = example.gradients(0);
        CHECK_FALSE(std::isfinite(blue::clip_gradients(example.tape, 1e-3)));
        CHECK(example.gradients(0) == before);
    }
}

TEST_CASE("clipping keeps the direction and limits the norm") {
    Example example;
    std::vector<std::vector<double>> before;
    for (std::size_t slot = 0; slot < 3; ++slot) before.push_back(example.gradients(slot));
    const double norm = blue::total_norm(blue::gradient_norms(example.tape));
    const double limit = norm / 4;
    CHECK(blue::clip_gradients(example.tape, limit) == norm);
    CHECK(blue::total_norm(blue::gradient_norms(example.tape)) == close(limit));
    for (std::size_t slot = 0; slot < 3; ++slot)
        for (std::size_t i = 0; i < before[slot].size(); ++i)
            CHECK(example.gradients(slot)[i] == close(before[slot][i] / 4));
}

TEST_CASE("clipping leaves small gradients as they are") {
    Example example;
    const std::vector<double> before = example.gradients(0);
    const double norm = blue::total_norm(blue::gradient_norms(example.tape));
    CHECK(blue::clip_gradients(example.tape, norm) == norm);
    CHECK(blue::clip_gradients(example.tape, std::numeric_limits<double>::infinity()) == norm);
    CHECK(example.gradients(0) == before);
}

TEST_CASE("a limit must be positive") {
    Example example;
    CHECK(message_of<blue::ValueError>([&] { blue::clip_gradients(example.tape, 0); }) ==
          "clip_gradients: expected a positive limit, got 0");
    CHECK_THROWS_AS(blue::clip_gradients(example.tape, -1), blue::ValueError);
    CHECK_THROWS_AS(blue::clip_gradients(example.tape, std::numeric_limits<double>::quiet_NaN()),
                    blue::ValueError);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sampling, scoring and parameter gradients of the CUDA backend, run on the host, against the
/// CPU's sweeps: for location-scale families and for any formula.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/materialise.hpp>
#include <blue/backends/cuda/materialise.hpp>
#include <blue/distributions/centred_prior.hpp>
#include <blue/distributions/learned_scale_prior.hpp>
#include <blue/distributions/log_normal.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/tensor/buffer.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// A formula with three parameters and its own noise; as a prior it has parameters of its own too.
struct Skewed {
    using parameters = blue::parameters<real<"loc">, log_of<"scale">, real<"skew">>;
    using noise = blue::noise::Logistic;
    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T loc, T scale, T skew) {
        return loc + scale * (noise + 0.1 * skew * square(noise));
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T loc, T scale, T skew) {
        const T z = (w - loc) / scale;
        return -z - log(scale) - 2 * softplus(-z) - 0.1 * skew * z;
    }
    constexpr std::array<double, 3> defaults() const { return {0.1, 1.5, 0.2}; }
};

/// A location-scale family with another transform and an option.
struct SoftLaplace {
    double sharpness = 2;
    using parameters = blue::parameters<real<"loc">, softplus_of<"scale">>;
    using noise = blue::noise::Laplace;
    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w, T loc, T scale) const {
        return standard_log_prob((w - loc) / scale) - log(scale);
    }
    template <class T>
    BLUE_HOST_DEVICE T standard_log_prob(T z) const {
        return -sqrt(square(z) + 1 / sharpness);
    }
};

/// A prior that reads a variational parameter.
struct Quiet {
    using required_parameters = names<"scale">;
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T scale) {
        return -0.5 * square(w / scale) - log(scale);
    }
};

/// Everything that a draw gives, on the host.
template <class T>
struct Draws {
    std::vector<T> weights, log_probs, divergence, gradient;
};

/// What to compute besides the weights.
enum class Wanted { log_probs, divergence };

template <class B, class Q, class P>
auto run_draw(const Q& q, const P& p, Index size, Wanted wanted, bool supplied_noise, bool owner) {
    using T = typename B::scalar;
    constexpr Index samples = 3;
    const Index stride = (size + 15) / 16 * 16, drawn = is_random<Q> ? samples : 1;
    Buffer<B> stored((Q::parameters::size + constants_of<P>::size) * stride), noise(samples * size),
        gradient(drawn * size), slopes(2 * samples + 1);
    const auto fill = [](Buffer<B>& buffer, double low, double high) {
        const std::vector<T> values = numbers<T>(buffer.size(), low, high);
        B::memory::copy_from_host(buffer.data(), values.data(), buffer.size());
    };
    // With a mean of -0.5 the divergence of normal from uniform distributions, without constants,
    // would be 0 up to rounding.
    fill(stored, -1.5, 0.9);
    fill(noise, -2, 2);
    fill(gradient, -1, 1);
    fill(slopes, 0.2, 0.9);

    Tape<B> tape;
    Node<B>* const table = tape.node(samples, 1, 2, true);
    Node<B>* const divergence = tape.node(1, 1, 1, true);
    B::memory::fill_zero(table->value, table->size());
    B::memory::fill_zero(divergence->value, 1);
    Draw<B> draw{};
    draw.kernels = draw_kernels<Q, P>(B{});
    draw.distribution = &q;
    draw.prior = &p;
    draw.size = size;
    draw.stride = stride;
    draw.stored = stored.data();
    draw.samples = drawn;
    draw.pass_samples = samples;
    draw.supplied_noise = supplied_noise ? noise.data() : nullptr;
    draw.key = {11, 3, 2, 1, 0};
    draw.uses_divergence = wanted == Wanted::divergence && draw.kernels->divergence;
    draw.scores_log_prob = !draw.uses_divergence;
    draw.norm_constants = !supplied_noise;
    draw.log_prob = table->value;
    draw.divergence = divergence->value;
    draw_forward(tape, draw);
    Node<B>* const y = tape.node(drawn, 1, size, true);
    copy_weights(tape, draw, *y);
    if (draw.scores_log_prob) draw.log_prob_gradient = slopes.data();
    if (draw.uses_divergence) draw.divergence_gradient = slopes.data() + 2 * samples;
    // A use that does not own the draw, then the owner, without a gradient of its own half the
    // time.
    draw_backward(tape, draw, gradient.data(), false);
    draw_backward(tape, draw, owner ? gradient.data() : nullptr, true);

    const auto host = [](const T* data, Index n) {
        std::vector<T> copy(static_cast<std::size_t>(n));
        B::memory::copy_to_host(copy.data(), data, n);
        return copy;
    };
    return Draws<T>{host(y->value, y->size()), host(table->value, table->size()),
                    host(divergence->value, 1), host(draw.gradient, Q::parameters::size * stride)};
}

/// The largest relative difference to the CPU.
template <class T, class Q, class P>
double worst(const Q& q, const P& p, Wanted wanted = Wanted::log_probs) {
    double largest = 0;
    // One element, less than a unit, tiles with a rest, more than a block.
    for (Index size : {1, 30, 130, 2100})
        for (bool option : {false, true}) {
            const auto expected = run_draw<Cpu<T>>(q, p, size, wanted, option, option);
            const auto given = run_draw<Emulated<T>>(q, p, size, wanted, option, option);
            const auto compare_part = [&](auto part) {
                largest = std::max(largest, difference(given.*part, expected.*part));
            };
            compare_part(&Draws<T>::weights);
            compare_part(&Draws<T>::log_probs);
            compare_part(&Draws<T>::divergence);
            compare_part(&Draws<T>::gradient);
        }
    return largest;
}

}  // namespace

TEMPLATE_TEST_CASE("cuda sweep: normal weights and prior", "[cuda]", float, double) {
    using T = TestType;
    CHECK(worst<T>(MeanFieldNormal{}, MeanFieldNormal{.mean = 0.1, .std = 0.5}) < rounding<T>);
    // A variance floor that is seen by all numbers.
    CHECK(worst<T>(MeanFieldNormal{.eps = 0.1}, MeanFieldNormal{.eps = 0.2}) < rounding<T>);
    CHECK(worst<T>(MeanFieldNormal{}, MeanFieldNormal{.std = 0.5}, Wanted::divergence) <
          rounding<T>);
}

TEST_CASE("cuda sweep: other location-scale families", "[cuda]") {
    CHECK(worst<double>(MeanFieldNormal{}, UniformPrior{}, Wanted::divergence) < rounding<double>);
    CHECK(worst<double>(SoftLaplace{.sharpness = 3}, SoftLaplace{}) < rounding<double>);
}

TEST_CASE("cuda sweep: a prior that fits itself to the weights", "[cuda]") {
    const LearnedScalePrior p{.mean = 0.1, .hyper_scale = 0.3};
    CHECK(worst<float>(MeanFieldNormal{}, p) < rounding<float>);
    for (Wanted wanted : {Wanted::log_probs, Wanted::divergence})
        CHECK(worst<double>(MeanFieldNormal{}, p, wanted) < rounding<double>);
    CHECK(worst<double>(MeanFieldLogNormal{}, p) < rounding<double>);
}

TEST_CASE("cuda sweep: a prior with a centre for each element", "[cuda]") {
    const CentredPrior<> p{.prior = {.mean = 0.1, .std = 0.5}};
    for (Wanted wanted : {Wanted::log_probs, Wanted::divergence})
        CHECK(worst<double>(MeanFieldNormal{}, p, wanted) < rounding<double>);
    CHECK(worst<double>(Skewed{}, p) < rounding<double>);
}

TEST_CASE("cuda sweep: any formula", "[cuda]") {
    CHECK(worst<float>(Skewed{}, Skewed{}) < rounding<float>);
    CHECK(worst<double>(Skewed{}, Quiet{}) < rounding<double>);
    CHECK(worst<double>(SoftLaplace{}, Quiet{}) < rounding<double>);
    CHECK(worst<double>(NonBayesian{}, MeanFieldNormal{}) < rounding<double>);
}

TEST_CASE("cuda sweep: a floor that only some blocks see", "[cuda]") {
    // Log standard deviations from -30 to 0: the smallest are far below the floor's square root.
    using B = Emulated<double>;
    const Index size = 3 * cuda::block_size;
    std::vector<double> stored = numbers<double>(size, 0, 1);
    for (Index e = 0; e < size; ++e) stored.push_back(e < cuda::block_size ? -30.0 : 0.0);
    const MeanFieldNormal q;
    const auto log_prob = [&]<class Backend>(Backend) {
        Buffer<Backend> parameters(2 * size);
        Backend::memory::copy_from_host(parameters.data(), stored.data(), 2 * size);
        Tape<Backend> tape;
        Node<Backend>* const table = tape.node(1, 1, 2, true);
        Draw<Backend> draw{};
        draw.kernels = draw_kernels<MeanFieldNormal, MeanFieldNormal>(Backend{});
        draw.distribution = draw.prior = &q;
        draw.size = draw.stride = size;
        draw.stored = parameters.data();
        draw.samples = draw.pass_samples = 1;
        draw.scores_log_prob = draw.norm_constants = true;
        draw.log_prob = table->value;
        draw_forward(tape, draw);
        std::vector<double> copy(2);
        Backend::memory::copy_to_host(copy.data(), table->value, 2);
        return copy;
    };
    CHECK(difference(log_prob(B{}), log_prob(Cpu<double>{})) < rounding<double>);
}

// SPDX-License-Identifier: BSD-3-Clause
// Convolutions whose outputs are drawn (LocalReparameterization), or whose weights change signs
// from example to example (Flipout).
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "estimators/estimates.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using U = UniformPrior;
using D = Cpu<double>;
using Lrt = LocalReparameterization<N>;
using F = Flipout<N>;

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

// Weights that a window meets several times where padding repeats inputs, groups, a transposed one.
template <class Q, class P = N, class B = D>
using OneAxis = Conv1d<2, 3, kernel<3>, padding<1>, replicate_padding, stride<2>, Q, P, B>;
template <class Q, class P = N, class B = D>
using Grouped = Conv2d<4, 2, kernel<2, 3>, groups<2>, padding<1, 2>, Q, P, B>;
template <class Q, class P = N, class B = D>
using ThreeAxes = Conv3d<1, 2, kernel<2>, dilation<1, 2, 1>, Q, P, B>;
template <class Q, class P = N, class B = D>
using Transposed = ConvTranspose2d<2, 4, kernel<3, 2>, stride<2>, groups<2>, Q, P, B>;
using OneAxisInput = shape<2, 6>;
using GroupedInput = shape<4, 3, 2>;
using ThreeAxesInput = shape<1, 2, 4, 2>;
using TransposedInput = shape<2, 2, 3>;

/// Images with some zeros, and targets.
template <class In, class Out>
struct Images {
    using input = In;
    using output = Out;
    Index rows;
    std::vector<double> inputs, targets;
    explicit Images(Index rows) : rows(rows) {
        for (Index i = 0; i < rows * In::size; ++i)
            inputs.push_back(i % 7 == 3 ? 0 : std::sin(static_cast<double>(i * i + 1)));
        for (Index i = 0; i < rows * Out::size; ++i)
            targets.push_back(std::cos(static_cast<double>(3 * i)));
    }
};
template <class Layer, class In>
using images_of = Images<In, typename blue::detail::output_of<Layer, In>::shape>;

/// What a layer makes of images, as a linear function of its weights: one row per output of all
/// images, with the factor of each weight. From runs with a single weight of 1.
template <class Fixed, class Data>
std::vector<std::vector<double>> factors(const Data& data) {
    Fixed layer;
    auto& weight = layer.template state<"weight">();
    layer.for_each_state([](auto& state) {
        std::fill_n(state.parameter(0), std::decay_t<decltype(state)>::size, 0);
    });
    std::vector<std::vector<double>> result(data.targets.size());
    constexpr Index size = std::decay_t<decltype(weight)>::size;
    for (Index e = 0; e < size; ++e) {
        weight.parameter(0)[e] = 1;
        const auto y = estimate_outputs(layer, data, {});
        for (std::size_t i = 0; i < y.size(); ++i) result[i].push_back(y[i]);
        weight.parameter(0)[e] = 0;
    }
    return result;
}
/// The channel of output i.
template <class Data>
Index channel_of(std::size_t i) {
    using Out = typename Data::output;
    return static_cast<Index>(i) % Out::size / (Out::size / Out::extents[0]);
}

/// Means and variances of the outputs of one layer, in closed form.
struct ClosedForm {
    std::vector<std::vector<double>> factor;
    std::vector<double> mean, variance;
    template <class Fixed, class Layer, class Data>
    ClosedForm(std::type_identity<Fixed>, const Layer& layer, const Data& data)
        : factor(factors<Fixed>(data)) {
        const auto& weight = layer.template state<"weight">();
        const auto& bias = layer.template state<"bias">();
        const auto squared = [](double log_std) { return std::exp(2 * log_std); };
        for (std::size_t i = 0; i < factor.size(); ++i) {
            const Index channel = channel_of<Data>(i);
            double m = bias.parameter(0)[channel], v = squared(bias.parameter(1)[channel]);
            for (std::size_t e = 0; e < factor[i].size(); ++e) {
                m += factor[i][e] * weight.parameter(0)[e];
                v += factor[i][e] * factor[i][e] * squared(weight.parameter(1)[e]);
            }
            mean.push_back(m);
            variance.push_back(v);
        }
    }
};

template <template <class...> class Layer, class In>
void compare_drawn_outputs() {
    using Data = images_of<Layer<N>, In>;
    const Data data(3);
    const auto model = make<Layer<Lrt>>(Seed{1});
    const ClosedForm expected(std::type_identity<Layer<NonBayesian>>{}, model, data);
    const std::size_t outputs = data.targets.size();
    std::vector<double> noise(2 * outputs);
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = std::sin(static_cast<double>(i));
    Tape<D> tape;
    const auto x = tape.input<In>(data.inputs.data(), 3);
    const double* const supplied[] = {noise.data(), nullptr};
    const auto y =
        forward<Scores::none>(model, tape, x, {.samples = 2}, supplied).samples.to_host();
    REQUIRE(y.size() == 2 * outputs);
    for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(std::abs(y[i] - expected.mean[i % outputs] -
                       std::sqrt(expected.variance[i % outputs]) * noise[i]) < 1e-14);
}

template <template <class...> class Layer, class In>
void compare_flipped_deviations() {
    using Data = images_of<Layer<N>, In>;
    const Data data(3);
    const auto model = make<Layer<F>>(Seed{1});
    const Seed seed{2};
    const auto y = estimate_outputs(model, data, {.samples = 2, .seed = seed, .pass = 3});
    const auto factor = factors<Layer<NonBayesian>>(data);
    const auto& weight = model.template state<"weight">();
    const auto& bias = model.template state<"bias">();
    using Weight = typename std::decay_t<decltype(weight)>::variable::shape;
    constexpr Index kernel = Weight::size / Weight::extents[0] / Weight::extents[1];
    constexpr Index in = In::extents[0], out = Data::output::extents[0];
    constexpr bool transposed = Weight::extents[0] == in && Weight::extents[0] != out;
    constexpr Index groups = (transposed ? out : in) / Weight::extents[1];
    const auto outputs = static_cast<std::uint32_t>(random::purpose::outputs);
    for (std::uint32_t s = 0; s < 2; ++s) {
        const auto sign = [&](std::uint32_t side, Index element) {
            return random::draw_element<noise::Sign, double>(
                {}, {seed.value, 3, 0, s, outputs | side << 8}, element);
        };
        const auto deviation = [&](std::uint32_t slot, const auto& state, Index e) {
            return std::exp(state.parameter(1)[e]) *
                   random::draw_element<noise::Normal, double>({}, {seed.value, 3, slot, s, 0}, e);
        };
        for (std::size_t i = 0; i < factor.size(); ++i) {
            const Index example = static_cast<Index>(i) / Data::output::size;
            const Index channel = channel_of<Data>(i);
            const double r = sign(1, out * example + channel);
            double expected = bias.parameter(0)[channel] + r * deviation(1, bias, channel);
            for (Index e = 0; e < Weight::size; ++e) {
                // The weight's channel of the input; a weight of another output has the factor 0.
                const Index first = e / kernel / Weight::extents[1];
                const Index second = e / kernel % Weight::extents[1];
                const Index group = first / (Weight::extents[0] / groups);
                const Index from = transposed ? first : group * Weight::extents[1] + second;
                const double w = weight.parameter(0)[e] +
                                 deviation(0, weight, e) * r * sign(0, in * example + from);
                expected += factor[i][static_cast<std::size_t>(e)] * w;
            }
            CHECK(std::abs(y[s * factor.size() + i] - expected) < 1e-13);
        }
    }
}

/// How far means of products of two standardised outputs are from what they should be, over
/// `samples` draws, in standard errors at least: |mean - expected| sqrt(samples / most), where
/// `most` is the largest variance of a product.
struct Products {
    double squares = 0;    ///< of one output
    double positions = 0;  ///< of the first two positions of a channel
    double examples = 0;   ///< of the same output of two examples
    double means = 0;      ///< of one output itself
};
template <class Model, class Data>
Products products(const Model& model, const Data& data, const ClosedForm& moments,
                  const std::vector<double>& correlations, double most) {
    constexpr Index samples = 20000;
    const auto y = estimate_outputs(model, data, {.samples = samples, .seed = Seed{2}});
    const auto item = static_cast<std::size_t>(Data::output::size);
    const auto positions = item / static_cast<std::size_t>(Data::output::extents[0]);
    const std::size_t all = data.targets.size();
    const double root = std::sqrt(static_cast<double>(samples) / most);
    Products result;
    for (std::size_t i = 0; i < all - item; ++i) {
        const bool has_next = i % positions + 1 < positions;
        double mean = 0, square = 0, next = 0, other = 0;
        const auto z = [&](std::size_t s, std::size_t k) {
            return (y[s * all + k] - moments.mean[k]) / std::sqrt(moments.variance[k]);
        };
        for (std::size_t s = 0; s < samples; ++s) {
            mean += z(s, i) / samples;
            square += (z(s, i) * z(s, i) - 1) / samples;
            if (has_next) next += (z(s, i) * z(s, i + 1) - correlations[i]) / samples;
            other += z(s, i) * z(s, i + item) / samples;
        }
        result.means = std::fmax(result.means, std::abs(mean) * root);
        result.squares = std::fmax(result.squares, std::abs(square) * root);
        result.positions = std::fmax(result.positions, std::abs(next) * root);
        result.examples = std::fmax(result.examples, std::abs(other) * root);
    }
    return result;
}

/// The correlation of each output with the next one, with drawn weights.
template <class Layer, class Data>
std::vector<double> correlations(const Layer& layer, const Data&, const ClosedForm& moments) {
    const auto& weight = layer.template state<"weight">();
    const auto& bias = layer.template state<"bias">();
    std::vector<double> result(moments.factor.size());
    for (std::size_t i = 0; i + 1 < result.size(); ++i) {
        double covariance = std::exp(2 * bias.parameter(1)[channel_of<Data>(i)]);
        for (std::size_t e = 0; e < moments.factor[i].size(); ++e)
            covariance += moments.factor[i][e] * moments.factor[i + 1][e] *
                          std::exp(2 * weight.parameter(1)[e]);
        result[i] = covariance / std::sqrt(moments.variance[i] * moments.variance[i + 1]);
    }
    return result;
}

template <class Q, class P = N>
using Network =
    Sequential<Conv1d<2, 2, kernel<3>, Q, P, D>, Tanh, Conv1d<2, 1, kernel<2>, Q, P, D>>;
using NetworkData = Images<shape<2, 5>, shape<1, 2>>;

/// The laws for a layer as a function of its input.
template <template <class> class Layer, class Shape>
std::vector<std::string> laws(Index samples, Index input_samples) {
    const auto f = [samples](auto x) {
        using B = typename decltype(x)::backend;
        static const auto layer = make<Layer<B>>(Seed{1});  // backward reads its parameters
        return forward<Scores::none>(layer, *x.tape, x, {.samples = samples, .seed = Seed{4}})
            .samples;
    };
    return blue::testing::operation_laws(
        f, blue::testing::random_values<Shape>(input_samples, 3, Seed{3}));
}
template <class B>
using DrawnLaws = OneAxis<Lrt, N, B>;
template <class B>
using FlippedLaws = OneAxis<F, N, B>;
template <class B>
using FlippedTransposedLaws = Transposed<F, N, B>;

/// A layer that uses its weight twice.
template <class Q>
struct Twice : Module<Twice<Q>, variables<variable<"weight", 3, 2, 3>>, Q, N, D> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        return convolution(x, weight) - convolution(x, weight);
    }
};

}  // namespace

TEST_CASE("outputs of convolutions are means plus spreads times the noise", "[estimators]") {
    compare_drawn_outputs<OneAxis, OneAxisInput>();
    compare_drawn_outputs<Grouped, GroupedInput>();
    compare_drawn_outputs<ThreeAxes, ThreeAxesInput>();
    compare_drawn_outputs<Transposed, TransposedInput>();
}

TEST_CASE("each example of a flipped convolution has weights of its own", "[estimators]") {
    compare_flipped_deviations<OneAxis, OneAxisInput>();
    compare_flipped_deviations<Grouped, GroupedInput>();
    compare_flipped_deviations<ThreeAxes, ThreeAxesInput>();
    compare_flipped_deviations<Transposed, TransposedInput>();
}

TEST_CASE("outputs of convolutions have the moments of drawn weights", "[estimators]") {
    using Data = images_of<OneAxis<N>, OneAxisInput>;
    const Data data(3);
    const auto drawn = make<OneAxis<Lrt>>(Seed{1});
    const auto flipped = make<OneAxis<F>>(Seed{1});
    const ClosedForm moments(std::type_identity<OneAxis<NonBayesian>>{}, drawn, data);
    const auto correlated = correlations(drawn, data, moments);
    const std::vector<double> none(correlated.size());
    // 18 numbers of each kind below 4.8 errors, for three kinds that are 0 or variances of normals,
    // which have at most the variance 2: a correct program fails with probability 66 * 1.6e-6.
    // Drawn outputs are independent within an example.
    const Products independent = products(drawn, data, moments, none, 2);
    CHECK(independent.means < 4.8);
    CHECK(independent.squares < 4.8);
    CHECK(independent.positions < 4.8);
    CHECK(independent.examples < 4.8);
    // Flipped ones are dependent as those of drawn weights are. Examples share the sizes of
    // deviations: products of their squares have means of at most 3.
    const Products joint = products(flipped, data, moments, correlated, 3);
    CHECK(joint.means < 4.8);
    CHECK(joint.squares < 4.8);
    CHECK(joint.positions < 4.8);
    CHECK(joint.examples < 4.8);
    // What drawn weights do, for comparison.
    const Products shared = products(make<OneAxis<N>>(Seed{1}), data, moments, correlated, 2);
    CHECK(shared.squares < 4.8);
    CHECK(shared.positions < 4.8);
    CHECK(shared.examples > 20);
    CHECK(products(flipped, data, moments, none, 3).positions > 20);
}

TEST_CASE("estimated convolutions keep the laws of operations", "[estimators]") {
    CHECK(laws<DrawnLaws, OneAxisInput>(2, 1) == Failures{});
    CHECK(laws<DrawnLaws, OneAxisInput>(2, 2) == Failures{});
    CHECK(laws<FlippedLaws, OneAxisInput>(2, 1) == Failures{});
    CHECK(laws<FlippedTransposedLaws, TransposedInput>(2, 2) == Failures{});
}

TEST_CASE("gradients of the parameters of estimated convolutions", "[estimators]") {
    constexpr Scores closed = Scores::divergence, monte_carlo = Scores::log_probs;
    CHECK(estimate_gradient_error<closed, images_of<OneAxis<N>, OneAxisInput>>(
              make<OneAxis<Lrt>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<closed, images_of<Grouped<N>, GroupedInput>>(
              make<Grouped<Lrt, MeanFieldLaplace>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<closed, images_of<Transposed<N>, TransposedInput>>(
              make<Transposed<Lrt>>(Seed{1}), 1) < tolerance);
    CHECK(estimate_gradient_error<closed, NetworkData>(make<Network<Lrt>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<closed, NetworkData>(make<Network<F>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<monte_carlo, NetworkData>(
              make<Network<Flipout<MeanFieldStudentT>>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<monte_carlo, images_of<Grouped<N>, GroupedInput>>(
              make<Grouped<F>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<closed, images_of<Transposed<N>, TransposedInput>>(
              make<Transposed<F>>(Seed{1})) < tolerance);
    // Biases that are drawn, or not random.
    CHECK(estimate_gradient_error<closed, images_of<OneAxis<N>, OneAxisInput>>(
              make<OneAxis<per_variable<Lrt, N>>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error<closed, images_of<OneAxis<N>, OneAxisInput>>(
              make<OneAxis<per_variable<F, NonBayesian>, U>>(Seed{1})) < tolerance);
}

TEST_CASE("gradients of the input of estimated convolutions", "[estimators]") {
    CHECK(input_gradient_error<OneAxisInput>(make<OneAxis<Lrt>>(Seed{1})) < tolerance);
    CHECK(input_gradient_error<GroupedInput>(make<Grouped<F>>(Seed{1})) < tolerance);
    CHECK(input_gradient_error<TransposedInput>(make<Transposed<F>>(Seed{1})) < tolerance);
}

TEST_CASE("images of zeros have finite gradients", "[estimators]") {
    using Layer = Conv1d<2, 3, kernel<3>, padding<1>, without_bias, Lrt, U, D>;
    const auto model = make<Layer>(Seed{1});
    const auto gradients = [&](std::vector<double> images, std::vector<double>& input_gradient) {
        Tape<D> tape;
        const auto batch = static_cast<Index>(images.size() / 12);
        const auto x = tape.leaf<OneAxisInput>(images.data(), batch);
        const auto y = forward<Scores::none>(model, tape, x, {.samples = 2, .seed = Seed{4}});
        tape.backward(sum(square(y.samples + 1)));
        input_gradient = tape.gradient_of(x.node);
        const auto& draw = tape.draws()[0];
        return std::vector<double>(draw.gradient, draw.gradient + 2 * draw.stride);
    };
    std::vector<double> images(24), with, without;
    for (std::size_t i = 0; i < 12; ++i) images[i] = static_cast<double>(i % 5) - 1.5;
    const auto some = gradients(images, with);
    images.resize(12);
    const auto alone = gradients(images, without);
    // Sums of fewer than 100 numbers of order one in another order.
    const auto same = [](double a, double b) { return std::abs(a - b) < 1e-12; };
    CHECK(std::equal(some.begin(), some.end(), alone.begin(), alone.end(), same));
    CHECK(std::equal(without.begin(), without.end(), with.begin(), same));
    // Of the zeros only the mean has a gradient: 2 (0 + 1) for each of 2 samples.
    const auto& weight = model.state<"weight">();
    for (std::size_t c = 0; c < 2; ++c)
        for (std::size_t p = 0; p < 6; ++p) {
            double expected = 0;
            for (std::size_t o = 0; o < 3; ++o)
                for (std::size_t k = 0; k < 3; ++k)  // from the output p + 1 - k
                    if (p + 1 >= k && p + 1 - k < 6)
                        expected += weight.parameter(0)[6 * o + 3 * c + k];
            CHECK(with[12 + 6 * c + p] == Approx(4 * expected).epsilon(1e-12));
        }
    // So small that squares are 0 or have lost their digits, and in between.
    for (const double tiny : {1e-310, 1e-170, 1e-160, 1e-154, 1e-150})
        for (const double g : gradients(std::vector<double>(12, tiny), with))
            CHECK(std::isfinite(g));
}

TEST_CASE("gradients of estimated convolutions are those of drawn weights in the mean",
          "[estimators]") {
    constexpr std::uint64_t passes = 4000;
    // The loss of one layer is a sum over outputs, so that their dependence does not matter. Fewer
    // than 50 numbers each below 5.2 standard errors: a correct program fails with probability 4 *
    // 50 * 2e-7.
    using Data = images_of<OneAxis<N>, OneAxisInput>;
    const Data data(3);
    const auto plain = gradient_statistics(make<OneAxis<N>>(Seed{1}), data, passes);
    REQUIRE(plain.mean.size() == 42);
    CHECK(largest_z(gradient_statistics(make<OneAxis<Lrt>>(Seed{1}), data, passes), plain) < 5.2);
    CHECK(largest_z(gradient_statistics(make<OneAxis<F>>(Seed{1}), data, passes), plain) < 5.2);
    // Further layers see how positions depend on each other: the same with flipped deviations.
    const NetworkData more(3);
    const auto deep = gradient_statistics(make<Network<N>>(Seed{1}), more, passes);
    REQUIRE(deep.mean.size() == 38);
    CHECK(largest_z(gradient_statistics(make<Network<F>>(Seed{1}), more, passes), deep) < 5.2);
    CHECK(largest_z(gradient_statistics<Scores::log_probs>(make<Network<F>>(Seed{1}), more, passes),
                    deep) < 5.2);
}

TEST_CASE("the variance of gradients of convolutions falls with the batch size", "[estimators]") {
    using Data = images_of<OneAxis<N>, OneAxisInput>;
    const auto statistics = [](const auto& model, Index rows) {
        return gradient_statistics(model, Data(rows), 400);
    };
    const auto drawn = make<OneAxis<Lrt>>(Seed{1});
    const auto flipped = make<OneAxis<F>>(Seed{1});
    const auto plain = make<OneAxis<N>>(Seed{1});
    const double large = statistics(drawn, 128).total_variance();
    // 16, known to about 10 %.
    const double ratio = statistics(drawn, 8).total_variance() / large;
    CHECK(ratio > 11);
    CHECK(ratio < 23);
    const double plain_large = statistics(plain, 128).total_variance();
    CHECK(statistics(plain, 8).total_variance() / plain_large < 3);
    CHECK(large < plain_large / 10);
    // The gradients of locations; those of scales have a part that all examples share.
    const auto of_means = [](const Statistics& gradient) {
        double total = 0;
        for (std::size_t i = 0; i < 18; ++i) total += gradient.variance[i];
        return total;
    };
    const auto flipped_large = statistics(flipped, 128);
    const double flipped_ratio = of_means(statistics(flipped, 8)) / of_means(flipped_large);
    CHECK(flipped_ratio > 11);
    CHECK(flipped_ratio < 23);
    CHECK(flipped_large.total_variance() < 0.8 * plain_large);
}

TEST_CASE("predictions of convolutions draw weights", "[estimators]") {
    const NetworkData data(4);
    const ForwardOptions options{.samples = 3, .seed = Seed{5}, .training = false};
    const auto plain = estimate_outputs(make<Network<N>>(Seed{1}), data, options);
    CHECK(estimate_outputs(make<Network<Lrt>>(Seed{1}), data, options) == plain);
    CHECK(estimate_outputs(make<Network<F>>(Seed{1}), data, options) == plain);
    CHECK(estimate_outputs(make<Network<F>>(Seed{1}), data, {.samples = 3, .seed = Seed{5}}) !=
          plain);
}

TEST_CASE("uses of the weight of a convolution", "[estimators]") {
    const Images<OneAxisInput, shape<3, 4>> data(3);
    for (const double y : estimate_outputs(make<Twice<F>>(Seed{1}), data, {})) CHECK(y == 0);
    CHECK_THROWS_WITH(estimate_outputs(make<Twice<Lrt>>(Seed{1}), data, {}),
                      Catch::Contains("expected one use in a pass"));
}

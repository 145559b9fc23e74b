// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/bfloat16.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/train/fit.hpp>

#include "backends/cpu/products.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <limits>
#include <vector>

using blue::CpuBfloat16;
using blue::Index;
using blue_test::compare_product;
using blue_test::same_bits;

namespace {

using blue::cpu::Bfloat16;

template <Index In, Index Out, class B>
using Dense = blue::Linear<In, Out, blue::MeanFieldNormal, blue::MeanFieldNormal, B>;
template <class B>
using Net =
    blue::Sequential<Dense<2, 33, B>, blue::ReLU, Dense<33, 40, B>, blue::ReLU, Dense<40, 3, B>>;

std::vector<float> random_numbers(Index n, std::uint64_t seed) {
    std::vector<float> result;
    for (Index i = 0; i < n; ++i) result.push_back(blue_test::number(seed, i));
    return result;
}

/// Loss and parameter gradients of a pass over `n` points.
template <class B>
std::vector<float> gradients(const Net<B>& net, Index n) {
    const auto data = blue_test::three_classes(n);
    blue::Tape<B> tape;
    const auto x = tape.template input<blue::shape<2>>(data.inputs.data(), n);
    const auto y = blue::make_labels(tape, data.targets.data(), n, 3);
    const auto result = blue::forward<blue::Scores::divergence>(net, tape, x, {.samples = 3});
    const auto loss = blue::Elbo{blue::Categorical{}}(result, y, blue::DatasetSize(n));
    blue::backward(loss);
    std::vector<float> numbers{loss.total.value()};
    for (const auto& draw : tape.draws())
        numbers.insert(numbers.end(), draw.gradient, draw.gradient + parameter_numbers(draw));
    return numbers;
}

}  // namespace

TEST_CASE("products of factors in bfloat16 are those of the definition, next to other numbers") {
    for (Index m : {1, 7, 64, 300})
        for (Index n : {1, 10, 130})
            for (Index k : {1, 9, 300, 784}) {
                compare_product<false, false, float, Bfloat16>(m, n, k);
                compare_product<true, false, float, Bfloat16>(m, n, k);
                compare_product<false, true, float, Bfloat16>(m, n, k);
            }
}

TEST_CASE("a factor in bfloat16 that is laid out once gives the same products") {
    for (Index m : {1, 16, 300})
        for (Index n : {1, 10, 130})
            for (Index k : {1, 9, 300, 513})
                blue_test::compare_packed_factor<float, Bfloat16>(m, n, k);
}

TEST_CASE("the factors of a product are rounded, and nothing else") {
    const Index m = 9, n = 35, k = 301;
    const auto a = random_numbers(m * k, 1), b = random_numbers(n * k, 2);
    std::vector<float> c(static_cast<std::size_t>(m * n));
    blue::Arena<blue::HostMemory> arena;
    blue::cpu::gemm<false, true, Bfloat16>(
        m, n, k, a.data(), k, b.data(), k, c.data(), n, false,
        arena.allocate<float>(blue::cpu::gemm_workspace<float, Bfloat16>()));
    double largest = 0;
    for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < n; ++j) {
            double rounded = 0, exact = 0, sizes = 0;
            for (Index l = 0; l < k; ++l) {
                const float x = a[static_cast<std::size_t>(i * k + l)];
                const float y = b[static_cast<std::size_t>(j * k + l)];
                exact += double(x) * double(y);
                rounded +=
                    double(float(blue::math::bfloat16(x))) * double(float(blue::math::bfloat16(y)));
                sizes += std::abs(double(x) * double(y));
            }
            const double result = double(c[static_cast<std::size_t>(i * n + j)]);
            // Each of k additions in float is off by at most 2^-24 of a partial sum.
            CHECK(std::abs(result - rounded) < static_cast<double>(k) * 0x1p-24 * sizes);
            largest = std::fmax(largest, std::abs(result - exact));
        }
    CHECK(largest > 1e-2);  // random errors of 2^-9 in 301 terms: about 0.02
}

TEST_CASE("NaN and infinity reach the products") {
    for (float x :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        const std::vector<float> a{1, x, 1}, b{1, 1, 1};
        float c = 0;
        blue::Arena<blue::HostMemory> arena;
        blue::cpu::gemm<false, true, Bfloat16>(
            1, 1, 3, a.data(), 3, b.data(), 3, &c, 1, false,
            arena.allocate<float>(blue::cpu::gemm_workspace<float, Bfloat16>()));
        CHECK(std::isfinite(c) == false);
        CHECK(std::isnan(c) == std::isnan(x));
    }
}

TEST_CASE("a model with factors in bfloat16 has the gradients of the model, nearly") {
    const auto exact = gradients(Net<blue::Cpu<float>>{blue::Seed{1}}, 50);
    const auto rounded = gradients(Net<CpuBfloat16>{blue::Seed{1}}, 50);
    REQUIRE(rounded.size() == exact.size());
    double squares = 0, differences = 0;
    for (std::size_t i = 1; i < exact.size(); ++i) {
        squares += double(exact[i]) * double(exact[i]);
        differences += std::pow(double(rounded[i]) - double(exact[i]), 2);
    }
    // Three products behind each other, forward and backward, with errors of 2^-9 per factor that
    // point in all directions: a per cent is a generous bound; other numbers altogether are caught.
    CHECK(std::sqrt(differences / squares) < 0.01);
    CHECK(differences > 0);
    CHECK(rounded[0] == Approx(exact[0]).epsilon(0.01));
}

TEST_CASE("a model with factors in bfloat16 trains, with the same numbers for any threads") {
    const auto data = blue_test::three_classes(300);
    const int before = blue::num_threads();
    std::vector<float> parameters[2];
    for (int threads : {1, 2}) {
        blue::set_num_threads(threads);
        Net<CpuBfloat16> net{blue::Seed{1}};
        blue::fit(net, blue::Elbo{blue::Categorical{}}, data,
                  {.epochs = 30, .batch_size = 32, .progress = blue::Progress::none},
                  blue::Adam{.learning_rate = 1e-2});
        CHECK(blue::evaluate(net, blue::Categorical{}, data).accuracy > 0.9);
        parameters[threads - 1] = blue_test::parameters_of(net);
    }
    blue::set_num_threads(before);
    CHECK(same_bits(parameters[0], parameters[1]));
}

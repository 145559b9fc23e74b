// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Linear maps with factors in bfloat16 on the CUDA backend, run on the host, against those of the
/// CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/backends/cpu/bfloat16.hpp>
#include <blue/distributions/categorical.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/estimators/flipout.hpp>
#include <blue/estimators/local_reparameterization.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/sequential.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/train/fit.hpp>

using namespace blue;
using namespace blue_test;

namespace {

using Rounding = Cuda<float, cuda::Bfloat16Products<HostExecutor>>;
static_assert(Backend<Rounding> &&
              std::is_same_v<CudaBfloat16, Cuda<float, cuda::Bfloat16Products<cuda::Device>>>);

template <class B>
using Random = Linear<40, 37, MeanFieldNormal, MeanFieldNormal, B>;
template <class B>
using Fixed = Linear<40, 37, NonBayesian, MeanFieldNormal, B>;
template <class B>
using Fused = Sequential<Random<B>, ReLU>;
template <class B>
using Local = Linear<40, 37, LocalReparameterization<MeanFieldNormal>, MeanFieldNormal, B>;
template <class B>
using Flipped = Linear<40, 37, Flipout<MeanFieldNormal>, MeanFieldNormal, B>;

/// The distance between two lists of numbers, of the length of the second one.
double distance(const std::vector<float>& a, const std::vector<float>& b) {
    REQUIRE(a.size() == b.size());
    double squares = 0, length = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        squares += std::pow(double(a[i]) - double(b[i]), 2);
        length += double(b[i]) * double(b[i]);
    }
    return std::sqrt(squares / length);
}

/// Sets a bound for groups of products until the end of a block.
struct GradientBytes {
    Index before = std::exchange(cuda::gradient_bytes, 4096);
    ~GradientBytes() { cuda::gradient_bytes = before; }
};

/// Compares a module with that of the CPU: where drawn weights differ in the last bit, a few of
/// them are rounded to another side. Those that round all factors otherwise, or none, are ten times
/// as far away.
template <template <class> class M, Scores scores = Scores::log_probs>
void check(const ModuleRun& how) {
    const auto expected = run_module<M<CpuBfloat16>, shape<40>, scores>(how);
    const auto given = run_module<M<Rounding>, shape<40>, scores>(how);
    const auto exact = run_module<M<Emulated<float>>, shape<40>, scores>(how);
    const auto check_numbers = [&](auto member) {
        const double error = distance(exact.*member, expected.*member);
        CHECK(error > 1e-4);
        CHECK(error < 1e-2);
        CHECK(distance(given.*member, expected.*member) < 0.1 * error);
    };
    using Outcome = ModuleOutcome<float>;
    check_numbers(&Outcome::output);
    check_numbers(&Outcome::input_gradient);
    check_numbers(&Outcome::parameter_gradients);
    CHECK(given.divergences == exact.divergences);  // weights stay as they are
    HostExecutor::reverse = true;
    CHECK(run_module<M<Rounding>, shape<40>, scores>(how) == given);
    HostExecutor::reverse = false;
    const GradientBytes few;
    CHECK(run_module<M<Rounding>, shape<40>, scores>(how) == given);
}

}  // namespace

TEST_CASE("cuda bfloat16: products of rounded factors, added up in float", "[cuda]") {
    // 5 products of 3 x 9 and 9 x 4 matrices, the second one shared.
    constexpr Index m = 3, n = 4, k = 9, count = 5;
    const std::vector<float> a = numbers<float>(count * m * k), b = numbers<float>(n * k, -1, 3);
    for (Index bytes : {Index{64} << 20, Index{1}}) {
        const Index before = std::exchange(cuda::gradient_bytes, bytes);
        Tape<Rounding> tape;
        const auto left = tape.input<shape<k>>(a.data(), m, count),
                   right = tape.input<shape<k>>(b.data(), n);
        auto* const c = tape.node(count, m, n, false);
        cuda::linear_gemm<false, true>(tape, m, n, k, cuda::values_of(left.node),
                                       cuda::values_of(right.node), cuda::samples_of(*c, c->value),
                                       count, false);
        cuda::gradient_bytes = before;
        const std::vector<float> given = Var<Rounding, shape<n>>{&tape, c}.to_host();
        std::vector<float> expected;
        for (Index row = 0; row < count * m; ++row)
            for (Index column = 0; column < n; ++column) {
                double sum = 0;  // of products that are exact
                for (Index l = 0; l < k; ++l)
                    sum += double(math::bfloat16(a[static_cast<std::size_t>(row * k + l)])) *
                           double(math::bfloat16(b[static_cast<std::size_t>(column * k + l)]));
                expected.push_back(static_cast<float>(sum));
            }
        CHECK(given == expected);
    }
}

TEST_CASE("cuda bfloat16: maps without noise are those of the CPU", "[cuda]") {
    for (Index input_samples : {1, 3}) {
        const ModuleRun how{input_samples, 5, 3};
        const auto expected = run_module<Fixed<CpuBfloat16>, shape<40>>(how);
        const auto given = run_module<Fixed<Rounding>, shape<40>>(how);
        // Equal factors: what is left is the order of sums.
        CHECK(difference(given.output, expected.output) < rounding<float>);
        CHECK(difference(given.input_gradient, expected.input_gradient) < rounding<float>);
        CHECK(difference(given.parameter_gradients, expected.parameter_gradients) <
              rounding<float>);
    }
}

TEST_CASE("cuda bfloat16: random weights, shared and own inputs", "[cuda]") {
    for (Index input_samples : {1, 3}) {
        check<Random>({input_samples, 5, 3});
        check<Fused>({input_samples, 5, 3});
    }
}

TEST_CASE("cuda bfloat16: other estimators", "[cuda]") {
    check<Local, Scores::divergence>({1, 5, 3});
    check<Flipped>({1, 5, 3});
}

TEST_CASE("cuda bfloat16: a model trains as on the CPU", "[cuda]") {
    const auto loss = []<class B>(B) {
        Sequential<Linear<8, 30, MeanFieldNormal, MeanFieldNormal, B>, ReLU,
                   Linear<30, 4, MeanFieldNormal, MeanFieldNormal, B>>
            net{Seed{3}};
        Dataset<std::int32_t> data{Array<float>({64, 8}, numbers<float>(64 * 8)),
                                   Array<std::int32_t>({64})};
        for (Index i = 0; i < 64; ++i)
            data.targets[i] = (data.inputs[i * 8] > 0) * 2 + (data.inputs[i * 8 + 3] > 0);
        const FitOptions options{
            .epochs = 10, .batch_size = 16, .samples = 3, .progress = Progress::none};
        return fit(net, Elbo{Categorical{}}, data, options, Adam{.learning_rate = 1e-2})
            .epochs.back()
            .data_fitting;
    };
    const double given = loss(Rounding{});
    // 40 steps let a weight that is rounded to the other side grow; a wrong gradient is far more.
    CHECK(given == Approx(loss(CpuBfloat16{})).epsilon(0.01));
    CHECK(given != loss(Emulated<float>{}));
}

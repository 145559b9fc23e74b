// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whole models in a file of nvcc: on the device, on the host executor and on the CPU backend.
#include <blue/cuda.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"

#include "backends/cuda/models.hpp"
#include "backends/cuda/unread_steps.hpp"

#include <blue/backends/cpu/backend.hpp>

using namespace blue;
using namespace blue_test;

// All compilers choose the same kernels for a pair of distributions.
static_assert(LocationScale<MeanFieldNormal> && !LocationScale<SkewedLogistic>);
static_assert(Backend<Cuda<float>> && Backend<Cuda<double>>);
static_assert(random_variable_count<Everything<Cuda<float>>> == 9);

template <class B>
using Mlp = blue::Sequential<blue::Linear<8, 30, blue::MeanFieldNormal, blue::MeanFieldNormal, B>,
                             blue::ReLU,
                             blue::Linear<30, 4, blue::MeanFieldNormal, blue::MeanFieldNormal, B>>;

struct MeanFieldGumbel {
    using parameters = blue::parameters<blue::real<"mode">, blue::log_of<"scale">>;
    using noise = blue::noise::Gumbel;
    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T mode, T scale) {
        return mode + scale * noise;
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T mode, T scale) {
        const T z = (w - mode) / scale;
        return -z - exp(-z) - log(scale);
    }
};

namespace {

bool no_device() {
    if (cuda::available()) return false;
    skip("no CUDA device");
    return true;
}

template <class B>
std::vector<double> gumbel_output() {
    const auto layer = make<Linear<8, 4, MeanFieldGumbel, MeanFieldNormal, B>>(Seed{1});
    const auto x = numbers<double>(3 * 8);
    Tape<B> tape;
    return forward(layer, tape, tape.template input<shape<8>>(x.data(), 3), {.samples = 2})
        .samples.to_host();
}

/// What a layer gives for three examples and two samples.
template <class Layer>
std::vector<float> mapped() {
    using B = backend_of<Layer>;
    const auto layer = make<Layer>(Seed{1});
    const auto x = numbers<float>(3 * 8);
    Tape<B> tape;
    const auto input = tape.template leaf<shape<8>>(x.data(), 3);
    const auto output = forward(layer, tape, input, {.samples = 2}).samples;
    tape.backward(sum(output * output));
    std::vector<float> result = output.to_host();
    for (float number : tape.gradient_of(input.node)) result.push_back(number);
    return result;
}
template <class B>
using Dense = Linear<8, 4, MeanFieldNormal, MeanFieldNormal, B>;

}  // namespace

TEST_CASE("cuda: linear maps in bfloat16", "[cuda]") {
    using Emulation = Cuda<float, cuda::Bfloat16Products<HostExecutor>>;
    const auto rounded = mapped<Dense<Emulation>>();
    CHECK(rounded != mapped<Dense<Emulated<float>>>());
    if (no_device()) return;
    // Sums of up to 9 terms in float. Weights that differ in the last bit may be rounded to
    // another side: one of 2^15.
    CHECK(difference(mapped<Dense<CudaBfloat16>>(), rounded) < 1e-5);
}

TEST_CASE("cuda: steps that are replayed as graphs give the same bits", "[cuda]") {
    const auto train = []<class B>(B) {
        return train_unread<B>(
            Adam{.learning_rate = 1e-2}, 9, [](int step) { return Index{step % 3 == 2 ? 4 : 6}; },
            [](int step) { return step; });
    };
    const auto expected = train(Emulated<double>{});
    using Collecting = cuda::Graphs<HostExecutor>;
    CHECK(train(Cuda<double, Collecting>{}) == expected);
    CHECK(Collecting::counts().launched > 0);
    if (no_device()) return;
    CHECK(train(Cuda<double, cuda::Graphs<>>{}) == train(Cuda<double>{}));
    CHECK(cuda::Graphs<>::counts().launched > 0);
}

TEST_CASE("cuda: a distribution of one's own gives the CPU's numbers", "[cuda]") {
    // Rounding of 1e-16 in sums of 9 terms.
    CHECK(worst_of(gumbel_output<Emulated<double>>(), gumbel_output<Cpu<double>>()) < 1e-13);
    if (no_device()) return;
    CHECK(worst_of(gumbel_output<Cuda<double>>(), gumbel_output<Cpu<double>>()) < 1e-13);
}

TEST_CASE("cuda: nvcc gives fixed draws the seed that was said", "[cuda]") {
    auto layer = make<Dense<Emulated<float>>>(Seed{1});
    freeze(layer, Seed{7});
    CHECK(layer.state<"weight">().frozen.fixed_draws);
    CHECK(layer.state<"weight">().frozen.seed == 7);
}

TEST_CASE("cuda: kernels that nvcc compiles for the host give the CPU's numbers", "[cuda]") {
    for (Objective objective : all_objectives)
        CHECK(worst_of(trajectory<Emulated<double>>(objective),
                       trajectory<Cpu<double>>(objective)) < 1e-11);
}

TEST_CASE("cuda: training on the device gives the CPU's numbers", "[cuda]") {
    if (no_device()) return;
    for (Objective objective : all_objectives) {
        const std::vector<double> expected = trajectory<Cpu<double>>(objective);
        const std::vector<double> given = trajectory<Cuda<double>>(objective);
        // Rounding of 1e-16 in sums of some thousand terms, amplified by three steps of Adam.
        CHECK(worst_of(given, expected) < 1e-10);
        CHECK(trajectory<Cuda<double>>(objective) == given);  // to the last bit
        CHECK(worst_of(trajectory<Cuda<float>>(objective), expected) < 1e-3);
    }
}

TEST_CASE("cuda: gradients on the device are those of finite differences", "[cuda]") {
    if (no_device()) return;
    // See backends/cuda/backend.test.cpp.
    for (Objective objective : all_objectives)
        CHECK(gradient_error<Cuda<double>>(objective) < 1e-6);
}

TEST_CASE("cuda: fit and predict on the device", "[cuda]") {
    if (no_device()) return;
    Dataset<std::int32_t> train{Array<float>({64, 8}, numbers<float>(64 * 8)),
                                Array<std::int32_t>({64})};
    for (Index i = 0; i < 64; ++i) train.targets[i] = train.inputs[i * 8] > 0 ? 1 : 0;
    Mlp<blue::Cuda<float>> net{blue::Seed{1}};
    blue::fit(net, blue::Elbo{blue::Categorical{}}, train, {.epochs = 60, .batch_size = 16},
              blue::Adam{.learning_rate = 1e-2});
    const auto prediction = predict(net, Categorical{}, train.inputs, {.samples = 20});
    Index right = 0;
    for (Index i = 0; i < 64; ++i)
        right += prediction.classes()[static_cast<std::size_t>(i)] == train.targets[i];
    CHECK(right >= 56);  // separable by one input
    auto on_host = blue::to<blue::Cpu<float>>(net);
    const auto there = predict(on_host, Categorical{}, train.inputs, {.samples = 20});
    CHECK(worst_of({there.probabilities.begin(), there.probabilities.end()},
                   {prediction.probabilities.begin(), prediction.probabilities.end()}) < 1e-4);
}

TEST_CASE("cuda: a model that finds no device stays where it is", "[cuda]") {
    const Mlp<blue::Cpu<float>> net{blue::Seed{1}};
    const Array<float> inputs({4, 8}, numbers<float>(32));
    const auto before = predict(net, Categorical{}, inputs, {.samples = 3}).probabilities;
    if (cuda::available()) {
        // More than any device has: the rest of the memory is as before.
        CHECK_THROWS_AS(cuda::Device::allocate(std::size_t{1} << 60), cuda::DeviceError);
        CHECK_NOTHROW(blue::to<blue::Cuda<float>>(net));
    } else {
        CHECK_THROWS_AS(blue::to<blue::Cuda<float>>(net), cuda::DeviceError);
    }
    const auto after = predict(net, Categorical{}, inputs, {.samples = 3}).probabilities;
    CHECK(std::equal(before.begin(), before.end(), after.begin(), after.end()));
}

// SPDX-License-Identifier: BSD-3-Clause
// Training of networks unlike the small classifier: a wide one on several threads, one without
// uncertainty.
#include <blue/objectives/kullback_leibler_loss.hpp>
#include <blue/train/fit.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <vector>

using blue::Index;
using blue::Seed;
using blue_test::parameters_of;
using blue_test::same_bits;

namespace {

// 20480 and 2560 weights, 32768 hidden units per step: several blocks for several threads in every
// operation of more than 16384 numbers.
using Wide = blue::Sequential<blue::Linear<40, 512>, blue::ReLU, blue::Linear<512, 5>>;

blue::Dataset<std::int32_t> wide_data() {
    blue::Dataset<std::int32_t> data{blue::Array<float>({100, 40}),
                                     blue::Array<std::int32_t>({100})};
    for (Index i = 0; i < data.inputs.size(); ++i) data.inputs[i] = blue_test::number(1, i);
    for (Index i = 0; i < 100; ++i) data.targets[i] = static_cast<std::int32_t>(i % 5);
    return data;
}

using PointNet =
    blue::Sequential<blue::Linear<1, 16, blue::NonBayesian, blue::UniformPrior>, blue::Tanh,
                     blue::Linear<16, 1, blue::NonBayesian, blue::UniformPrior>>;

/// The number of threads while this lives.
class Threads {
public:
    explicit Threads(int count) : before_(blue::num_threads()) { blue::set_num_threads(count); }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { blue::set_num_threads(before_); }

private:
    int before_;
};

}  // namespace

TEST_CASE("the number of threads does not change a bit of the parameters") {
    const auto data = wide_data();
    const auto trained = [&](int threads) {
        const Threads scope(threads);
        REQUIRE(blue::num_threads() == threads);
        Wide net{Seed{1}};
        blue::fit(net, blue::KullbackLeiblerLoss{blue::Categorical{}}, data,
                  {.epochs = 2,
                   .batch_size = 64,
                   .samples = 5,
                   .clip_norm = 100,
                   .progress = blue::Progress::none});
        return parameters_of(net);
    };
    const std::vector<float> one = trained(1);
    CHECK_FALSE(same_bits(one, parameters_of(Wide{Seed{1}})));
    for (int threads : {2, 3, 7}) CHECK(same_bits(trained(threads), one));
}

TEST_CASE("a network without uncertainty learns the mean") {
    const auto data = blue_test::sine(100), test = blue_test::sine(100, 2);
    PointNet net{Seed{1}};
    const auto report =
        blue::fit(net, blue::KullbackLeiblerLoss{blue::PointEstimate{}}, data, &test,
                  {.epochs = 300, .samples = 1, .patience = 300, .progress = blue::Progress::none},
                  blue::Adam{.learning_rate = 1e-2});
    // 100 times the mean squared error: the variance of the noise is 0.01.
    CHECK(report.epochs.back().loss < 2);
    CHECK(report.epochs.back().divergence == 0);
    // Without a density the validation loss is the root mean squared error, and patience works.
    const double best =
        report.epochs[static_cast<std::size_t>(report.best_epoch - 1)].validation_loss;
    CHECK(best < 0.15);
    CHECK(best == blue::evaluate(net, blue::PointEstimate{}, test).root_mean_squared_error);
    for (const auto& epoch : report.epochs) CHECK(epoch.validation_loss >= best);
}

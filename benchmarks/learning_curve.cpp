// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The setting of torch_blue's tutorial on all of MNIST, with one seed after the other:
/// learning_curve [SEED...]. Prints a row per seed and epoch: test accuracy (%) and negative
/// log-likelihood (nats) with 10 draws, as in training, and with 100; the data term and the
/// divergence of the epoch.
#include <blue/blue.hpp>
#include <blue/io/datasets.hpp>

#include <cstdio>
#include <cstdlib>

using Net = blue::Sequential<blue::Linear<784, 512>, blue::ReLU, blue::Linear<512, 512>, blue::ReLU,
                             blue::Linear<512, 10>>;

int main(int count, char** arguments) {
    const auto [train, test] = blue::io::load_mnist(blue::io::data_folder("mnist"));
    for (int i = 1; i < (count > 1 ? count : 2); ++i) {
        const blue::Seed seed{count > 1 ? std::strtoull(arguments[i], nullptr, 10) : 1};
        Net net{seed};
        const auto row = [&, &test = test](const blue::EpochReport& epoch) {
            std::printf("| %llu | %td |", static_cast<unsigned long long>(seed.value), epoch.epoch);
            for (const blue::Index samples : {10, 100}) {
                const auto report = blue::evaluate(net, blue::Categorical{}, test,
                                                   {.samples = samples, .batch_size = 2000});
                std::printf(" %.2f | %.4f |", 100 * report.accuracy,
                            report.negative_log_likelihood);
            }
            std::printf(" %.4g | %.4g |\n", epoch.data_fitting, epoch.divergence);
            std::fflush(stdout);
            return true;
        };
        blue::fit(net, blue::KullbackLeiblerLoss{blue::Categorical{}}, train,
                  {.epochs = 5,
                   .batch_size = 64,
                   .samples = 10,
                   .seed = seed,
                   .progress = blue::Progress::none,
                   .on_epoch = row},
                  blue::Adam{.learning_rate = 1e-3});
    }
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// LeNet on MNIST, and how well it tells digits from the letters of notMNIST:
/// reproduce_lenet OUTPUT.json [EPOCHS]. Needs all of MNIST and notMNIST in BLUE_DATA. Prints a
/// table and writes one object per network. docs/reproduction.md has the protocol and the result.
#include <blue/blue.hpp>
#include <blue/io/atomic_file.hpp>
#include <blue/io/datasets.hpp>

#include "models/lenet.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

using blue::Index;
using Normal = blue::MeanFieldNormal;
using Digits = blue::Dataset<std::int32_t>;
using Deterministic = models::LeNet<blue::NonBayesian, blue::UniformPrior>;

struct Data {
    blue::io::Mnist mnist;
    Digits letters;
    Index epochs;
};

/// Trains a network, prints a row and adds an object.
template <class Net>
void reproduce(const char* name, Net net, double heat, Index samples, const Data& data,
               nlohmann::ordered_json& results) {
    blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = heat}}, data.mnist.train,
              {.epochs = data.epochs,
               .batch_size = 64,
               .samples = samples,
               .schedule = blue::Schedule::cosine()},
              blue::Adam{.learning_rate = 1e-3});
    const blue::PredictOptions draws{.samples = 100, .batch_size = 1000};
    const auto report = blue::evaluate(net, blue::Categorical{}, data.mnist.test, draws);
    const auto digits = blue::predict(net, blue::Categorical{}, data.mnist.test.inputs, draws);
    const auto letters = blue::predict(net, blue::Categorical{}, data.letters.inputs, draws);
    const double by_entropy =
        blue::metrics::auroc(digits.predictive_entropy, letters.predictive_entropy);
    // Without random weights all draws are equal, and there is no information in them.
    const double by_information =
        std::is_same_v<Net, Deterministic>
            ? 0.5
            : blue::metrics::auroc(digits.mutual_information, letters.mutual_information);
    std::printf("| %s | %.2f | %.4f | %.4f | %.4f | %.4f |\n", name, 100 * report.accuracy,
                report.negative_log_likelihood, report.expected_calibration_error, by_entropy,
                by_information);
    std::fflush(stdout);
    results.push_back({{"network", name},
                       {"epochs", data.epochs},
                       {"heat", heat},
                       {"samples", samples},
                       {"accuracy_percent", 100 * report.accuracy},
                       {"negative_log_likelihood", report.negative_log_likelihood},
                       {"expected_calibration_error", report.expected_calibration_error},
                       {"auroc_predictive_entropy", by_entropy},
                       {"auroc_mutual_information", by_information}});
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "reproduce_lenet OUTPUT.json [EPOCHS]\n");
        return 2;
    }
    try {
        const Data data{blue::io::load_mnist(blue::io::data_folder("mnist")),
                        blue::io::load_mnist_part(blue::io::data_folder("notmnist"), "t10k"),
                        count > 2 ? std::atoi(arguments[2]) : 10};
        blue::io::AtomicFile file(arguments[1]);
        auto results = nlohmann::ordered_json::array();
        std::printf(
            "LeNet, Adam 1e-3 with cosine decay, %td epochs in batches of 64; 100 draws to test; "
            "notMNIST letters against MNIST test digits.\n\n"
            "| network | accuracy (%%) | NLL (nats) | calibration error | AUROC by predictive "
            "entropy | by mutual information |\n|---|--:|--:|--:|--:|--:|\n",
            data.epochs);
        const blue::Seed seed{1};
        reproduce("deterministic", Deterministic{seed}, 1, 1, data, results);
        reproduce("unit prior", models::LeNet<>{seed}, 1, 10, data, results);
        reproduce("std 0.1, start 0.3, heat 0.1",
                  models::LeNet<>{seed, blue::prior(Normal{.std = 0.1}),
                                  blue::posterior(Normal{.std = 0.3})},
                  0.1, 10, data, results);
        file.write(results.dump(2) + "\n");
        file.commit();
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

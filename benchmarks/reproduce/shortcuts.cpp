// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What products in bfloat16 and predictions by moments cost in accuracy, on MNIST:
/// reproduce_shortcuts OUTPUT.json [EPOCHS]. Needs all of MNIST in BLUE_DATA. Prints a table and
/// writes one object per row. docs/reproduction.md has the protocol and the result.
#include <blue/backends/cpu/bfloat16.hpp>
#include <blue/blue.hpp>
#include <blue/io/atomic_file.hpp>
#include <blue/io/datasets.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using Normal = blue::MeanFieldNormal;
template <blue::Index In, blue::Index Out, class B>
using Dense = blue::Linear<In, Out, Normal, Normal, B>;
template <class B>
using Mlp = blue::Sequential<Dense<784, 512, B>, blue::ReLU, Dense<512, 512, B>, blue::ReLU,
                             Dense<512, 10, B>>;

/// Adds up reports and times.
struct Row {
    const char* products;
    const char* prediction;
    double accuracy = 0, log_loss = 0, calibration_error = 0, seconds = 0;
    int networks = 0;

    void add(const blue::ClassReport& report, double time) {
        accuracy += 100 * report.accuracy;
        log_loss += report.negative_log_likelihood;
        calibration_error += report.expected_calibration_error;
        seconds += time;
        ++networks;
    }
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Trains a network and evaluates it in both ways.
template <class B>
void reproduce(blue::Seed seed, blue::Index epochs, const blue::io::Mnist& data, Row& drawn,
               Row& by_moments) {
    Mlp<B> net{seed, blue::prior(Normal{.std = 0.1}), blue::posterior(Normal{.std = 0.3})};
    blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = 0.1}}, data.train,
              {.epochs = epochs,
               .batch_size = 64,
               .samples = 2,
               .seed = seed,
               .schedule = blue::Schedule::cosine()},
              blue::Adam{.learning_rate = 1e-3});
    const auto test = [&](Row& row, const auto& options) {
        const auto start = std::chrono::steady_clock::now();
        const auto report = blue::evaluate(net, blue::Categorical{}, data.test, options);
        row.add(report, seconds_since(start));
    };
    test(drawn, blue::PredictOptions{.samples = 100});
    test(by_moments, blue::MomentPropagation{});
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "reproduce_shortcuts OUTPUT.json [EPOCHS]\n");
        return 2;
    }
    try {
        const auto data = blue::io::load_mnist(blue::io::data_folder("mnist"));
        const blue::Index epochs = count > 2 ? std::atoi(arguments[2]) : 5;
        blue::io::AtomicFile file(arguments[1]);
        Row rows[] = {{"float", "100 draws"},
                      {"float", "moments"},
                      {"bfloat16", "100 draws"},
                      {"bfloat16", "moments"}};
        for (std::uint64_t seed : {1, 2, 3}) {
            reproduce<blue::Cpu<float>>(blue::Seed{seed}, epochs, data, rows[0], rows[1]);
            reproduce<blue::CpuBfloat16>(blue::Seed{seed}, epochs, data, rows[2], rows[3]);
        }
        std::printf(
            "784-512-512-10 on MNIST, %td epochs in batches of 64 with 2 samples; means of %d "
            "networks.\n\n"
            "| products | prediction | accuracy (%%) | NLL (nats) | calibration error | seconds |\n"
            "|---|---|--:|--:|--:|--:|\n",
            epochs, rows[0].networks);
        auto results = nlohmann::ordered_json::array();
        for (const Row& row : rows) {
            const double n = row.networks;
            std::printf("| %s | %s | %.2f | %.4f | %.4f | %.2f |\n", row.products, row.prediction,
                        row.accuracy / n, row.log_loss / n, row.calibration_error / n,
                        row.seconds / n);
            results.push_back({{"products", row.products},
                               {"prediction", row.prediction},
                               {"epochs", epochs},
                               {"networks", row.networks},
                               {"accuracy_percent", row.accuracy / n},
                               {"negative_log_likelihood", row.log_loss / n},
                               {"expected_calibration_error", row.calibration_error / n},
                               {"seconds", row.seconds / n}});
        }
        file.write(results.dump(2) + "\n");
        file.commit();
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

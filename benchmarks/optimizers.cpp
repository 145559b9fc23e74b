// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Update rules on the setting of the first example, at equal time: a step costs nearly the same by
/// each. Prints the processor seconds of training, test accuracy (%), negative log-likelihood
/// (nats) and calibration error after some epochs.
///
///     optimizers [EPOCHS [SEED]]    all rules as docs/concepts/optimiser.md has
///     optimizers EPOCHS SEED adam|average|groups|ivon|vadam [RATE [DECAY|RATE_OF_LOG_STD|BETA2]]
#include <blue/blue.hpp>
#include <blue/io/datasets.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace {

using Net = blue::Sequential<blue::Linear<784, 512>, blue::ReLU, blue::Linear<512, 512>, blue::ReLU,
                             blue::Linear<512, 10>>;
constexpr double heat = 0.1;

struct Experiment {
    blue::Dataset<std::int32_t> train, test;
    blue::Index epochs;
    blue::Seed seed;

    template <class Rule>
    void run(const std::string& name, const Rule& rule,
             std::optional<blue::Averaging> averaging = {}) const {
        Net net{seed, blue::prior(blue::MeanFieldNormal{.std = 0.1}),
                blue::posterior(blue::MeanFieldNormal{.std = 0.3})};
        // Of the processor, all threads together: other programs do not count.
        std::clock_t start = std::clock();
        const auto row = [&](const blue::EpochReport& epoch) {
            if (epoch.epoch % 5 != 0 && epoch.epoch != 1 && epoch.epoch != epochs) return true;
            const std::clock_t now = std::clock();
            const auto report = blue::evaluate(net, blue::Categorical{}, test, {.samples = 30});
            std::printf("| %s | %td | %.1f | %.2f | %.4f | %.4f |\n", name.c_str(), epoch.epoch,
                        static_cast<double>(now - start) / CLOCKS_PER_SEC, 100 * report.accuracy,
                        report.negative_log_likelihood, report.expected_calibration_error);
            std::fflush(stdout);
            start += std::clock() - now;
            return true;
        };
        blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = heat}}, train,
                  {.epochs = epochs,
                   .samples = 4,
                   .seed = seed,
                   .schedule = blue::Schedule::cosine(),
                   .averaging = averaging,
                   .progress = blue::Progress::none,
                   .on_epoch = row},
                  rule);
    }
};

}  // namespace

int main(int count, char** arguments) {
    const auto number = [&](int i, double otherwise) {
        return count > i ? std::atof(arguments[i]) : otherwise;
    };
    auto [train, test] = blue::io::load_mnist(blue::io::data_folder("mnist"));
    const Experiment experiment{std::move(train), std::move(test),
                                static_cast<blue::Index>(number(1, 5)),
                                blue::Seed{static_cast<std::uint64_t>(number(2, 1))}};
    std::printf(
        "| rule | epoch | seconds | accuracy | NLL | calibration error |\n"
        "|---|---|---|---|---|---|\n");
    const auto adam = [&](double rate) {
        experiment.run("Adam", blue::Adam{.learning_rate = rate});
    };
    const auto average = [&](double rate, double decay) {
        experiment.run("Adam, averaged", blue::Adam{.learning_rate = rate},
                       blue::Averaging::exponential(decay));
    };
    const auto groups = [&](double rate, double rate_of_log_std) {
        experiment.run("Adam, groups",
                       blue::ParameterGroups{blue::Adam{.learning_rate = rate},
                                             {{"log_std", {.learning_rate = rate_of_log_std}}}});
    };
    const auto ivon = [&](double rate, double beta2) {
        experiment.run("Ivon", blue::Ivon{.learning_rate = rate, .beta2 = beta2, .heat = heat});
    };
    const auto vadam = [&](double rate, double beta2) {
        experiment.run("Vadam", blue::Vadam{.learning_rate = rate, .beta2 = beta2, .heat = heat});
    };
    const std::string rule = count > 3 ? arguments[3] : "all";
    if (rule == "adam") {
        adam(number(4, 1e-3));
    } else if (rule == "average") {
        average(number(4, 3e-3), number(5, 0.99));
    } else if (rule == "groups") {
        groups(number(4, 3e-3), number(5, 1e-3));
    } else if (rule == "ivon") {
        ivon(number(4, 0.1), number(5, 0.9999));
    } else if (rule == "vadam") {
        vadam(number(4, 3e-3), number(5, 0.999));
    } else if (rule == "all") {
        adam(1e-3);
        adam(3e-3);
        average(3e-3, 0.99);
        groups(3e-3, 1e-3);
        ivon(0.1, 0.9999);
        vadam(3e-3, 0.999);
    } else {
        std::fprintf(stderr, "expected adam, average, groups, ivon or vadam, got %s\n",
                     rule.c_str());
        return 1;
    }
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compares priors and objectives for a wide network, 784-512-512-10 on all of MNIST:
/// reproduce_priors OUTPUT.json [EPOCHS [SETTING...]]. Prints a table of the last epoch, writes one
/// object per setting with the curves of all epochs, and draws these to OUTPUT.svg.
/// docs/reproduction.md has the protocol and the result.
#include <blue/blue.hpp>
#include <blue/io/atomic_file.hpp>
#include <blue/io/datasets.hpp>

#include "reproduce/curves.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace blue_reproduce;
using blue::Index;
using Normal = blue::MeanFieldNormal;

constexpr Index batch_size = 64, predictive_samples = 30;

template <class Prior>
using Net = blue::Sequential<blue::Linear<784, 512, Normal, Prior>, blue::ReLU,
                             blue::Linear<512, 512, Normal, Prior>, blue::ReLU,
                             blue::Linear<512, 10, Normal, Prior>>;

class Comparison {
public:
    Comparison(const blue::io::Mnist& mnist, Index epochs) : mnist_(mnist), epochs_(epochs) {}

    template <class MakeNet, class Objective>
    void add(const char* setting, MakeNet make_net, Objective objective,
             const blue::Schedule& schedule = blue::Schedule::cosine()) {
        settings_.push_back(
            {setting, [=, this] { train(setting, make_net(), objective, schedule); }});
    }

    /// Runs the settings of these names; all without names. Throws ValueError for an unknown one.
    void run(const std::vector<std::string>& wanted) {
        for (const std::string& name : wanted) check_setting(name);
        for (const auto& [name, run] : settings_)
            if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())
                run();
    }

    std::string json() const { return results_.dump(2) + "\n"; }
    std::string svg() const {
        return plot(
            {{"test accuracy (%)", accuracies_, 95, 99},
             {"test negative log-likelihood (nats)", nlls_, 0, 0.2},
             {"expected calibration error", errors_, 0, 0.04},
             {"divergence from the prior (nats, logarithmic)", divergences_, 1e3, 1e7, true}});
    }

private:
    struct Setting {
        std::string name;
        std::function<void()> run;
    };

    void check_setting(const std::string& wanted) const {
        std::string known;
        for (const Setting& setting : settings_) {
            if (setting.name == wanted) return;
            known += (known.empty() ? "\"" : ", \"") + setting.name + '"';
        }
        throw blue::ValueError("reproduce_priors: expected one of ", known, ", got \"", wanted,
                               "\"");
    }

    /// Trains a network and notes its test results after every epoch.
    template <class Network, class Objective>
    void train(const char* setting, Network net, const Objective& objective,
               const blue::Schedule& schedule) {
        Curve accuracy{setting, {}}, nll{setting, {}}, error{setting, {}}, divergence{setting, {}};
        const auto test = [&](const blue::EpochReport& epoch) {
            const auto report = blue::evaluate(net, blue::Categorical{}, mnist_.test,
                                               {.samples = predictive_samples, .batch_size = 2000});
            accuracy.values.push_back(100 * report.accuracy);
            nll.values.push_back(report.negative_log_likelihood);
            error.values.push_back(report.expected_calibration_error);
            divergence.values.push_back(epoch.divergence);
            std::fprintf(stderr,
                         "%s, epoch %td: %.2f %%, NLL %.4f, calibration error %.4f, KL %.4g\n",
                         setting, epoch.epoch, accuracy.values.back(), nll.values.back(),
                         error.values.back(), divergence.values.back());
            return true;
        };
        blue::fit(net, objective, mnist_.train,
                  {.epochs = epochs_,
                   .batch_size = batch_size,
                   .samples = 4,
                   .schedule = schedule,
                   .progress = blue::Progress::none,
                   .on_epoch = test},
                  blue::Adam{.learning_rate = 1e-3});
        std::printf("| %s | %.2f | %.2f | %.4f | %.4f | %.3g |\n", setting, accuracy.values.back(),
                    *std::max_element(accuracy.values.begin(), accuracy.values.end()),
                    nll.values.back(), error.values.back(), divergence.values.back());
        std::fflush(stdout);
        results_.push_back({{"setting", setting},
                            {"accuracy_percent", accuracy.values},
                            {"negative_log_likelihood", nll.values},
                            {"expected_calibration_error", error.values},
                            {"divergence", divergence.values}});
        for (auto [curves, curve] : {std::pair{&accuracies_, &accuracy},
                                     {&nlls_, &nll},
                                     {&errors_, &error},
                                     {&divergences_, &divergence}})
            curves->push_back(std::move(*curve));
    }

    const blue::io::Mnist& mnist_;
    Index epochs_;
    std::vector<Setting> settings_;
    nlohmann::ordered_json results_ = nlohmann::ordered_json::array();
    std::vector<Curve> accuracies_, nlls_, errors_, divergences_;
};

void add_settings(Comparison& comparison, Index steps_per_epoch, Index epochs) {
    const blue::Seed seed{1};
    const auto unit = [=] { return Net<Normal>{seed}; };
    const auto bound = [](const blue::Heat& heat = {}) {
        return blue::Elbo{blue::Categorical{}, {.heat = heat}};
    };
    const auto constant = blue::Schedule::constant();
    const auto annealing = constant.with_warm_up(epochs / 2 * steps_per_epoch);

    comparison.add("unit, constant rate", unit, bound(), constant);
    comparison.add("unit", unit, bound());
    comparison.add(
        "rescaled",
        [=] {
            return Net<Normal>{seed, blue::ModuleOptions{.rescale_prior = true}};
        },
        bound());
    comparison.add(
        "scale mixture", [=] { return Net<blue::ScaleMixturePrior>{seed}; }, bound());
    comparison.add(
        "learned scale", [=] { return Net<blue::LearnedScalePrior>{seed}; }, bound());
    comparison.add("unit, annealed", unit, bound({1, annealing}));
    comparison.add("unit, heat 0.1", unit, bound(0.1));
    comparison.add(
        "std 0.1, start 0.3, heat 0.1",
        [=] {
            return Net<Normal>{seed, blue::prior(Normal{.std = 0.1}),
                               blue::posterior(Normal{.std = 0.3})};
        },
        bound(0.1));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "reproduce_priors OUTPUT.json [EPOCHS [SETTING...]]\n");
        return 2;
    }
    const Index epochs = count > 2 ? std::atoi(arguments[2]) : 20;
    try {
        const auto mnist = blue::io::load_mnist(blue::io::data_folder("mnist"));
        blue::io::AtomicFile json(arguments[1]);
        blue::io::AtomicFile svg(std::filesystem::path(arguments[1]).replace_extension(".svg"));
        Comparison comparison(mnist, epochs);
        add_settings(comparison, (mnist.train.size() + batch_size - 1) / batch_size, epochs);
        std::printf(
            "784-512-512-10, ReLU, evidence lower bound, Adam 1e-3 with cosine decay, %td epochs "
            "in "
            "batches of %td, 4 weight samples; %td draws to test.\n\n"
            "| prior and objective | accuracy (%%) | best epoch's (%%) | NLL (nats) | calibration "
            "error | KL (nats) |\n|---|--:|--:|--:|--:|--:|\n",
            epochs, batch_size, predictive_samples);
        comparison.run({arguments + std::min(count, 3), arguments + count});
        json.write(comparison.json());
        svg.write(comparison.svg());
        json.commit();
        svg.commit();
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

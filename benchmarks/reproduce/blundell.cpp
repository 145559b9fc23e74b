// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Repeats the MNIST experiment of Blundell et al. (2015), two hidden layers of 400 units, with
/// both priors: reproduce_blundell OUTPUT.json [EPOCHS [HEAT]]. Needs all of MNIST in BLUE_DATA.
/// Prints a table and writes one object per prior. docs/reproduction.md has the protocol and the
/// result.
#include <blue/blue.hpp>
#include <blue/io/atomic_file.hpp>
#include <blue/io/datasets.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace {

using blue::Index;
using Digits = blue::Dataset<std::int32_t>;

struct Recipe {
    Index epochs = 100;
    double heat = 0.1;
};

template <class Prior>
using Net = blue::Sequential<blue::Linear<784, 400, blue::MeanFieldNormal, Prior>, blue::ReLU,
                             blue::Linear<400, 400, blue::MeanFieldNormal, Prior>, blue::ReLU,
                             blue::Linear<400, 10, blue::MeanFieldNormal, Prior>>;

Digits rows(const Digits& digits, Index from, Index count) {
    Digits part{blue::Array<float>({count, 784}), blue::Array<std::int32_t>({count})};
    std::copy_n(digits.inputs.row(from), count * 784, part.inputs.data());
    std::copy_n(digits.targets.data() + from, count, part.targets.data());
    return part;
}

double error_percent(const blue::ClassReport& report) {
    return 100 - 100 * report.accuracy;
}

/// Trains with one prior, prints a row and adds an object. \param initial_std of the posterior,
/// before 1 / sqrt(fan-in). \param published test error in %.
template <class Prior>
void reproduce(const char* name, const Prior& prior, double initial_std, double published,
               const Recipe& recipe, const blue::io::Mnist& mnist,
               nlohmann::ordered_json& results) {
    // As in the paper: the last 10,000 training images are for validation.
    const Digits train = rows(mnist.train, 0, 50000), validation = rows(mnist.train, 50000, 10000);
    Net<Prior> net{blue::Seed{1}, blue::prior(prior),
                   blue::posterior(blue::MeanFieldNormal{.std = initial_std})};
    const auto report =
        blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = recipe.heat}}, train,
                  {.epochs = recipe.epochs,
                   .batch_size = 128,
                   .samples = 1,
                   .schedule = blue::Schedule::cosine()},
                  blue::Adam{.learning_rate = 1e-3});
    const auto held_out = blue::evaluate(net, blue::Categorical{}, validation);
    const auto test = blue::evaluate(net, blue::Categorical{}, mnist.test);
    std::printf("| %s | %.2f | %.2f | %.4f | %.2f |\n", name, error_percent(held_out),
                error_percent(test), test.negative_log_likelihood, published);
    std::fflush(stdout);
    results.push_back({{"prior", name},
                       {"epochs", recipe.epochs},
                       {"heat", recipe.heat},
                       {"validation_error_percent", error_percent(held_out)},
                       {"test_error_percent", error_percent(test)},
                       {"test_negative_log_likelihood", test.negative_log_likelihood},
                       {"divergence", report.epochs.back().divergence},
                       {"published_test_error_percent", published}});
}

}  // namespace

int main(int count, char** arguments) {
    Recipe recipe;
    if (count > 2) recipe.epochs = std::atoi(arguments[2]);
    if (count > 3) recipe.heat = std::atof(arguments[3]);
    if (count < 2) {
        std::fprintf(stderr, "reproduce_blundell OUTPUT.json [EPOCHS [HEAT]]\n");
        return 2;
    }
    try {
        const auto mnist = blue::io::load_mnist(blue::io::data_folder("mnist"));
        blue::io::AtomicFile file(arguments[1]);
        auto results = nlohmann::ordered_json::array();
        std::printf(
            "784-400-400-10, ReLU, evidence lower bound with heat %g, Adam 1e-3 with cosine "
            "decay, %td epochs of 50,000 images in batches of 128, 1 weight sample; 100 draws.\n\n"
            "| prior | validation error (%%) | test error (%%) | test NLL (nats) | published test "
            "error (%%) |\n|---|--:|--:|--:|--:|\n",
            recipe.heat, recipe.epochs);
        reproduce("normal", blue::MeanFieldNormal{.std = 0.1}, 0.3, 1.82, recipe, mnist, results);
        // The components that were best on the validation images with heat 0.1.
        const blue::ScaleMixturePrior mixture{
            .weight = 0.5, .std1 = std::exp(-2), .std2 = std::exp(-6)};
        reproduce("scale mixture", mixture, 0.3, 1.36, recipe, mnist, results);
        file.write(results.dump(2) + "\n");
        file.commit();
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

// SPDX-License-Identifier: BSD-3-Clause
// A Bayesian network, defined as a type, learns handwritten digits and says how sure it is.
#include <blue/blue.hpp>
#include <blue/io/datasets.hpp>

#include "support/digits.hpp"

#include <cstdio>
#include <cstdlib>

using Net = blue::Sequential<blue::Linear<784, 512>, blue::ReLU,  //
                             blue::Linear<512, 512>, blue::ReLU,  //
                             blue::Linear<512, 10>>;

int main() {
    const auto [train, test] = blue::io::load_mnist(blue::io::data_folder("mnist"));
    std::printf("MNIST: %td images to learn from, %td to test\n", train.size(), test.size());
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    const blue::Index epochs = quick ? 1 : train.size() > 10000 ? 5 : 10;

    // A prior on the scale of useful weights, a narrow start, and a tempered divergence.
    Net net{blue::Seed{1}, blue::prior(blue::MeanFieldNormal{.std = 0.1}),
            blue::posterior(blue::MeanFieldNormal{.std = 0.3})};
    blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = 0.1}}, train,
              {.epochs = epochs, .samples = 10, .schedule = blue::Schedule::cosine()});

    const auto tell = [&](const char* name, const blue::Dataset<std::int32_t>& digits) {
        const auto prediction = blue::predict(net, blue::Categorical{}, digits.inputs);
        const auto report = blue::evaluate(prediction, digits.targets);
        std::printf(
            "%-12s accuracy %5.2f %%, NLL %.4f nats, calibration error %.4f, entropy %.3f nats\n",
            name, 100 * report.accuracy, report.negative_log_likelihood,
            report.expected_calibration_error, report.predictive_entropy);
        return prediction;
    };
    const auto prediction = tell("test digits:", test);
    tell("rotated:", blue_examples::rotated(test));
    blue_examples::write_gallery("digits.html", test, prediction);
    std::printf("digits.html shows the most and the least certain digits\n");
}

// SPDX-License-Identifier: BSD-3-Clause
// A convolutional network learns digits and is then shown what is none: how unsure it is tells them
// apart. The letters of notMNIST are looked for in BLUE_DATA; without them, digits that lie on
// their side take their place.
#include <blue/blue.hpp>
#include <blue/io/datasets.hpp>

#include "models/lenet.hpp"
#include "support/digits.hpp"
#include "support/separation.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

using Net = models::LeNet<>;

int main() {
    const auto [train, test] = blue::io::load_mnist(blue::io::data_folder("mnist"));
    const auto letters = blue::io::find_data("notmnist");
    const auto others =
        letters ? blue_examples::first(blue::io::load_mnist_part(*letters, "t10k"), 2000)
                : blue_examples::rotated(test);
    const char* const name = letters ? "letters" : "digits on their side";
    if (!letters) std::printf("notMNIST is not in BLUE_DATA: turned digits take its place\n");

    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    const blue::Index epochs = quick ? 1 : train.size() > 10000 ? 3 : 10;
    // As in the first example; more in docs/how-to/choose.md.
    Net net{blue::Seed{1}, blue::prior(blue::MeanFieldNormal{.std = 0.1}),
            blue::posterior(blue::MeanFieldNormal{.std = 0.3})};
    blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = 0.1}}, train,
              {.epochs = epochs, .samples = 4, .schedule = blue::Schedule::cosine()},
              blue::Adam{.learning_rate = 3e-3});

    const blue::PredictOptions draws{.samples = quick ? 5 : 50};
    const auto known = blue::predict(net, blue::Categorical{}, test.inputs, draws);
    const auto unknown = blue::predict(net, blue::Categorical{}, others.inputs, draws);
    const auto report = blue::evaluate(known, test.targets);
    std::printf("test digits: accuracy %.2f %%, NLL %.4f nats\n", 100 * report.accuracy,
                report.negative_log_likelihood);
    // The probability that a random other image has the larger score; one without meaning has 0.5.
    std::printf(
        "telling them from %s: AUROC %.3f by predictive entropy, %.3f by mutual information\n",
        name, blue::metrics::auroc(known.predictive_entropy, unknown.predictive_entropy),
        blue::metrics::auroc(known.mutual_information, unknown.mutual_information));

    blue_examples::GalleryText text;
    text.title = "Shown to a network that knows digits";
    text.caption = "LeNet with a normal distribution over every weight, trained on MNIST.";
    text.figure = blue_examples::separation_figure(
        known.predictive_entropy, "test digits", unknown.predictive_entropy, name, std::log(10.0));
    if (letters) text.label_names = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"};
    blue_examples::write_gallery("unusual.html", others, unknown, text);
    std::printf("unusual.html shows both kinds, and the most and the least certain %s\n", name);
}

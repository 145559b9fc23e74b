// A Bayesian network, defined as a type, learns handwritten digits and says how sure it is.
#include <blue/blue.hpp>
#include <blue/io/datasets.hpp>

#include "support/digit_gallery.hpp"
#include "support/rotate.hpp"

#include <cstdio>
#include <cstdlib>

using Net = blue::Sequential<blue::Linear<784, 512>, blue::ReLU,
                             blue::Linear<512, 512>, blue::ReLU,
                             blue::Linear<512, 10>>;

int main() {
    const blue::io::Mnist mnist = blue::io::load_mnist(blue::io::data_folder("mnist"));
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    std::printf("MNIST: %td images to learn from, %td to test\n", mnist.train.size(), mnist.test.size());

    // A prior of the scale of useful weights, a narrow start, and a tempered divergence.
    Net net{blue::Seed{1}, blue::prior(blue::MeanFieldNormal{.std = 0.1}),
            blue::posterior(blue::MeanFieldNormal{.std = 0.3})};
    blue::fit(net, blue::Elbo{blue::Categorical{}, {.heat = 0.1}}, mnist.train,
              {.epochs = quick ? 1 : mnist.train.size() > 10000 ? 5 : 10, .samples = quick ? 2 : 10,
               .schedule = blue::Schedule::cosine()});

    const auto tell = [&](const char* name, const blue::Dataset<std::int32_t>& digits) {
        const auto prediction = blue::predict(net, blue::Categorical{}, digits.inputs, {.samples = 30});
        const auto report = blue::evaluate(prediction, digits.targets);
        std::printf("%-14s accuracy %5.2f %%  NLL %.4f nats  calibration error %.4f  entropy %.3f nats\n",
                    name, 100 * report.accuracy, report.negative_log_likelihood,
                    report.expected_calibration_error, report.predictive_entropy);
        return prediction;
    };
    const auto prediction = tell("test digits", mnist.test);
    tell("turned by 90°", blue_examples::rotated(mnist.test));
    blue_examples::write_digit_gallery("digits.html", mnist.test, prediction);
    std::printf("Look at digits.html: the most and the least certain digits.\n");
}

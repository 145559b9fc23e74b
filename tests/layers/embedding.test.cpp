// SPDX-License-Identifier: BSD-3-Clause
// Values and gradients are tested in tests/ops/embed.test.cpp and tests/golden/recurrent.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <numeric>

using namespace blue;

static_assert(random_variable_names<Embedding<10, 4>>[0] == "weight");
static_assert(parameter_count<Embedding<10, 4>> == 2 * 40);
static_assert(std::is_same_v<output_shape_of<Embedding<10, 4, steps<5>>>, shape<5, 4>>);
static_assert(std::is_same_v<with_policies<Embedding<10, 4, steps<5>>, NonBayesian, UniformPrior>,
                             Embedding<10, 4, steps<5>, NonBayesian, UniformPrior, Cpu<float>>>);

TEST_CASE("a stack that begins with an embedding trains and predicts", "[layers]") {
    // The class is whether id 7 is among five ids.
    Dataset<std::int32_t> data{Array<float>({256, 5}), Array<std::int32_t>({256})};
    for (Index i = 0; i < 256; ++i) {
        data.targets[i] = 0;
        for (Index t = 0; t < 5; ++t) {
            const Index id = static_cast<Index>(10 * random::uniform<float>({1}, i * 5 + t));
            data.inputs[i * 5 + t] = static_cast<float>(id);
            if (id == 7) data.targets[i] = 1;
        }
    }
    using Net = Sequential<Embedding<10, 4, steps<5>>, RNN<4, 8, final_output>, Linear<8, 2>>;
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.05})};
    fit(net, Elbo{Categorical{}}, data,
        {.epochs = 40, .batch_size = 32, .samples = 2, .progress = Progress::none},
        Adam{.learning_rate = 0.02});
    const auto prediction = predict(net, Categorical{}, data.inputs, {.samples = 10});
    Index right = 0;
    for (Index i = 0; i < 256; ++i)
        right += (prediction.probabilities[2 * i + 1] > 0.5) == (data.targets[i] == 1);
    // 41 % of the examples have the id, so a guess is right in 59 %.
    CHECK(right > 240);

    auto wrong = data;
    wrong.inputs[7] = 10;
    CHECK_THROWS_AS(predict(net, Categorical{}, wrong.inputs, {.samples = 2}), ValueError);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whole models of all kinds of layers on the CPU, in a file of nvcc: its front end understands
/// every layer, without a warning, and gives the C++ compiler the same program.
#include <blue/blue.hpp>
#include <blue/cuda.hpp>

#include "support/catch.hpp"

#include "models/character_lstm.hpp"
#include "models/character_transformer.hpp"
#include "models/lenet.hpp"
#include "models/resnet20.hpp"

using namespace blue;

namespace {

template <class Net>
double sum_of_probabilities(std::vector<Index> shape) {
    const Net net{Seed{1}};
    double sum = 0;
    for (double p : predict(net, Categorical{}, Array<float>(shape), {.samples = 2}).probabilities)
        sum += p;
    return sum;
}

}  // namespace

TEST_CASE("models: compile in a file of nvcc") {
    // Rounding: probabilities are sums of exponentials in float.
    CHECK(sum_of_probabilities<models::LeNet<>>({2, 1, 28, 28}) == Approx(2));
    CHECK(sum_of_probabilities<models::ResNet20<>>({2, 3, 32, 32}) == Approx(2));
    CHECK(sum_of_probabilities<models::CharacterLSTM<30, 9>>({2, 9}) == Approx(18));
    CHECK(sum_of_probabilities<models::CharacterTransformer<30, 9>>({2, 9}) == Approx(18));
}

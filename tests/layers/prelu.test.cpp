// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/io/state_dict.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue;

namespace {

using B = Cpu<double>;
using Net = Sequential<Linear<3, 4, MeanFieldNormal, MeanFieldNormal, B>, PReLU<4, B>,
                       Linear<4, 1, MeanFieldNormal, MeanFieldNormal, B>, PReLU<1, B>>;

static_assert(variational_parameter_names<Net>[4] == "1.weight");
static_assert(random_variable_count<PReLU<>> == 1);
static_assert(std::is_same_v<with_policies<PReLU<4>, NonBayesian>, PReLU<4>>);
using OnB = with_policies<PReLU<4>, keep_policy, keep_policy, B>;
static_assert(std::is_same_v<OnB, PReLU<4, fraction<1, 4>, B>>);
using FromTenth = PReLU<2, fraction<-1, 10>, B>;
static_assert(std::is_same_v<with_policies<PReLU<2, fraction<-1, 10>>, NonBayesian, keep_policy, B>,
                             FromTenth>);

}  // namespace

TEST_CASE("slopes begin at a quarter", "[layers]") {
    const auto layer = make<PReLU<1, B>>(Seed{1});
    Tape<B> tape;
    const std::vector<double> numbers{1, -2, 6, -1, 0, 4};
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto result = forward(layer, tape, x, {.samples = 2});
    CHECK(result.samples.to_host() == std::vector<double>{1, -0.5, 6, -0.25, 0, 4});
    CHECK(result.log_probs.total().prior == std::vector<double>(2, 0.0));
}

TEST_CASE("slopes begin where the layer says", "[layers]") {
    const auto start_of = [](const auto& layer) {
        const auto* const slopes = layer.template state<"weight">().values.data();
        return std::vector<double>(slopes, slopes + 2);
    };
    CHECK(start_of(make<FromTenth>(Seed{1})) == std::vector<double>{-0.1, -0.1});
    CHECK(start_of(make<PReLU<2, zeros>>(Seed{1})) == std::vector<double>{0, 0});
    CHECK(start_of(make<OnB>(Seed{1})) == std::vector<double>{0.25, 0.25});
    CHECK(describe<PReLU<2, fraction<1, 10>>, shape<2>>().find("  PReLU<2, fraction<1, 10>>  ") !=
          std::string::npos);
}

TEST_CASE("the gradients of slopes and of what is in front of them", "[layers]") {
    Net net{Seed{2}};
    const std::vector<double> numbers{1, -2, 6, -1, 0.5, 4, 3, -3, 2};
    const auto loss = [&](auto& tape) {
        const auto x = tape.template input<shape<3>>(numbers.data(), 3);
        return sum(
            square(forward<Scores::none>(net, tape, x, {.samples = 4, .seed = Seed{5}}).samples));
    };
    CHECK(testing::parameter_gradient_check(net, loss).error < 1e-8);
}

TEST_CASE("slopes are trained and saved", "[layers]") {
    Net net{Seed{3}};
    Dataset<double> data{Array<float>({8, 3}), Array<double>({8, 1})};
    for (Index i = 0; i < 24; ++i) data.inputs[i] = std::sin(static_cast<float>(i));
    for (Index i = 0; i < 8; ++i) data.targets[i] = data.inputs[3 * i];
    fit(net, Elbo{Gaussian{.std = 0.1}}, data,
        {.epochs = 3, .batch_size = 4, .samples = 2, .progress = Progress::none});
    const double* const slopes = layer<1>(net).state<"weight">().values.data();
    for (Index c = 0; c < 4; ++c) CHECK(slopes[c] != 0.25);
    const io::NamedTensors tensors = io::state_dict(net);
    CHECK(tensors.at("1.weight").shape == std::vector<Index>{4});
    CHECK(tensors.at("3.weight").shape == std::vector<Index>{1});
}

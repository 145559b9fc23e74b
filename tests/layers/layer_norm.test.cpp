// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/io/state_dict.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue;

namespace {

using B = Cpu<double>;
using Net = Sequential<Linear<3, 4, MeanFieldNormal, MeanFieldNormal, B>, LayerNorm<4, B>,
                       Linear<4, 1, MeanFieldNormal, MeanFieldNormal, B>>;

static_assert(random_variable_count<LayerNorm<4>> == 2);
static_assert(random_variable_count<LayerNorm<4, without_bias>> == 1);
static_assert(random_variable_count<LayerNorm<4, without_affine>> == 0);
static_assert(std::is_same_v<backend_of<LayerNorm<4, without_affine, B>>, B>);
static_assert(variational_parameter_names<Net>[4] == "1.weight");
static_assert(variational_parameter_names<Net>[5] == "1.bias");
static_assert(divergence_of<Net, 1, "weight"> == Divergence::point_estimate);
// Other policies are not for its parameters, another backend is.
static_assert(std::is_same_v<with_policies<LayerNorm<4, without_bias>, NonBayesian>,
                             LayerNorm<4, without_bias>>);
static_assert(
    std::is_same_v<with_policies<LayerNorm<4>, keep_policy, keep_policy, B>, LayerNorm<4, B>>);

}  // namespace

TEST_CASE("a layer norm begins as the standardised input", "[layers]") {
    const auto norm = make<LayerNorm<3, B>>(Seed{1});
    Tape<B> tape;
    const std::vector<double> numbers{1, 2, 6, -1, 0, 4};
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto result = forward(norm, tape, x, {.samples = 2});
    // Variance 14 / 3 with both means at 0 difference: the same shape of numbers twice.
    const double scale = 1 / std::sqrt(14.0 / 3 + 1e-5);
    const auto y = result.samples.to_host();
    REQUIRE(result.samples.samples() == 1);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(y[i] == Approx((numbers[i] - (i < 3 ? 3 : 1)) * scale).epsilon(1e-14));
    // A parameter contributes nothing to either log prob.
    CHECK(result.log_probs.total().prior == std::vector<double>(2, 0.0));
    CHECK(result.log_probs.total().variational == std::vector<double>(2, 0.0));
}

TEST_CASE("the parameters of a layer norm are trained, saved, kept and averaged", "[layers]") {
    Net net{Seed{1}};
    const auto values = [](const Net& from, fixed_string name) {
        std::vector<double> numbers(4);
        const auto& norm = layer<1>(from);
        const auto& state = name == fixed_string("weight") ? norm.state("weight"_v).values
                                                           : norm.state("bias"_v).values;
        std::copy_n(state.data(), 4, numbers.begin());
        return numbers;
    };
    CHECK(values(net, "weight") == std::vector<double>(4, 1.0));
    CHECK(values(net, "bias") == std::vector<double>(4, 0.0));

    Dataset<double> data{Array<float>({8, 3}), Array<double>({8, 1})};
    for (Index i = 0; i < 24; ++i) data.inputs[i] = std::sin(static_cast<float>(i));
    for (Index i = 0; i < 8; ++i) data.targets[i] = data.inputs[3 * i];
    fit(net, Elbo{Gaussian{.std = 0.1}}, data,
        {.epochs = 3, .batch_size = 4, .samples = 2, .progress = Progress::none});
    CHECK(values(net, "weight") != std::vector<double>(4, 1.0));
    CHECK(values(net, "bias") != std::vector<double>(4, 0.0));

    const io::NamedTensors tensors = io::state_dict(net);
    CHECK(tensors.at("1.weight").shape == std::vector<Index>{4});
    Net loaded{Seed{2}}, kept{Seed{2}};
    io::load_state_dict(loaded, tensors);
    CHECK(values(loaded, "weight") == values(net, "weight"));
    keep_weights(kept, net);
    CHECK(values(kept, "bias") == values(net, "bias"));
}

TEST_CASE("initial values of a deterministic parameter are its own", "[layers]") {
    Net net{Seed{3}, ModuleOptions{.rescale_prior = true, .prior_initialization = true}};
    CHECK(layer<1>(net).state<"weight">().values.data()[3] == 1);
    CHECK(layer<1>(net).state<"bias">().values.data()[0] == 0);
}

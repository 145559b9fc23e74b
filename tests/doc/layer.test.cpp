// SPDX-License-Identifier: BSD-3-Clause
// The layers of docs/how-to/layer.md work.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace blue::literals;

template <blue::Index In, blue::Index Out, class Q = blue::MeanFieldNormal,
          class P = blue::MeanFieldNormal, class B = blue::Cpu<float>>
struct Gated
    : blue::Module<Gated<In, Out, Q, P, B>,
                   blue::variables<blue::variable<"weight", Out, In>,
                                   blue::variable<"gate", Out, In>, blue::variable<"bias", Out>>,
                   Q, P, B> {
    auto forward(auto& pass, auto x) const {
        auto gate = sigmoid(linear(x, pass.sample(*this, "gate"_v)));
        return gate * linear(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
};

template <blue::Index D, blue::Index H, class Q = blue::MeanFieldNormal,
          class P = blue::MeanFieldNormal, class B = blue::Cpu<float>>
struct Block : blue::Module<Block<D, H, Q, P, B>, blue::variables<>, Q, P, B> {
    blue::Linear<D, H, Q, P, B> linear1;
    Gated<H, D, Q, P, B> gated;
    using children = blue::children<&Block::linear1, &Block::gated>;
    auto forward(auto& pass, auto x) const { return gated(pass, relu(linear1(pass, x))); }
};

using Net = blue::Sequential<blue::Linear<3, 4>, blue::ReLU, Block<4, 5>, blue::Linear<4, 2>>;

static_assert(blue::random_variable_names<Net>[5] == "2.gated.gate");

TEST_CASE("the layers of the guide train") {
    blue::Dataset<std::int32_t> data{blue::Array<float>({64, 3}), blue::Array<std::int32_t>({64})};
    for (blue::Index i = 0; i < data.inputs.size(); ++i)
        data.inputs[i] = blue::random::uniform<float>({1}, i);
    for (blue::Index i = 0; i < 64; ++i)
        data.targets[i] = data.inputs[3 * i] * data.inputs[3 * i + 1] > 0.25f;
    Net net{blue::Seed{1}};
    const auto report =
        blue::fit(net, blue::Elbo{blue::Categorical{}}, data,
                  {.epochs = 30, .batch_size = 16, .progress = blue::Progress::none},
                  blue::Adam{.learning_rate = 1e-2});
    // Training lowers the loss by far more than its noise (about 2 nats).
    CHECK(report.epochs.back().loss < report.epochs.front().loss - 20);
}

TEST_CASE("the table of the guide is what describe gives") {
    using Small = blue::Sequential<blue::Linear<3, 4>, blue::ReLU, blue::Linear<4, 2>>;
    const std::string table = blue::describe<Small>();
    CHECK(table ==
          R"(layer  type          output  random variables  parameters  divergence   multiply-adds
0      Linear<3, 4>  4       weight, bias              32  closed form             12
1      ReLU          4
2      Linear<4, 2>  2       weight, bias              20  closed form              8
total                        4                         52  closed form             20
)");
}

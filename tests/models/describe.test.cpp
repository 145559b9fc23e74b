// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <string>
#include <vector>

using namespace blue;

TEST_CASE("a model is described as a table") {
    using Net = Sequential<named<"encoder", Linear<784, 512>>, ReLU,
                           Residual<Linear<512, 512>, named<"act", Tanh>>,
                           RepeatShared<3, Linear<512, 512>>, Repeat<2, Linear<512, 512>>,
                           Parallel<Concatenate<>, Linear<512, 5>, Identity>, Linear<517, 10>>;
    const std::string expected = &R"(
layer    type              output  random variables  parameters  divergence   multiply-adds
encoder  Linear<784, 512>  512     weight, bias         803,840  closed form        401,408
1        ReLU              512
2.0      Linear<512, 512>  512     weight, bias         525,312  closed form        262,144
2.act    Tanh              512
3.0      Linear<512, 512>  512     weight, bias         525,312  closed form        786,432
4.0      Linear<512, 512>  512     weight, bias         525,312  closed form        262,144
4.1      Linear<512, 512>  512     weight, bias         525,312  closed form        262,144
5.0      Linear<512, 5>    5       weight, bias           5,130  closed form          2,560
5.1      Identity          512
6        Linear<517, 10>   10      weight, bias          10,360  closed form          5,170
total                              14                 2,920,578  closed form      1,982,002
)"[1];  // without the first line break
    CHECK(describe<Net>() == expected);
}

TEST_CASE("options are part of a type, policies are not, and all kinds of divergence are named") {
    using Net = Sequential<
        Linear<2, 3, NonBayesian>, Linear<3, 2>,
        Linear<2, 2, without_bias, MeanFieldNormal, ScaleMixturePrior>,
        Linear<2, 2, per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal, Cpu<float>>>;
    const std::string text = describe<Net>();
    const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
    CHECK(has("Linear<2, 3>               "));
    CHECK(has("Linear<2, 2, without_bias>  "));
    CHECK(has("closed form, Monte Carlo, point estimate"));
    CHECK(has("16  closed form                                           6\n"));
    CHECK(has("8  Monte Carlo                                           4\n"));
    CHECK(has("10  closed form, point estimate                           4\n"));
}

TEST_CASE("images and given inputs are described") {
    using Net = Sequential<MaxPool2d<2>, Flatten<>, Linear<36, 2>>;
    const std::string expected =
        R"(layer  type           output     random variables  parameters  divergence   multiply-adds
0      MaxPool2d<2>   1 x 6 x 6
1      Flatten<>      36
2      Linear<36, 2>  2          weight, bias             148  closed form             72
total                            2                        148  closed form             72
)";
    CHECK(describe<Net, shape<1, 12, 12>>() == expected);
    const Net net{Seed{1}};
    CHECK(describe<Net, shape<1, 12, 12>>(net) == expected);
}

TEST_CASE("a single layer and a module are described") {
    CHECK(describe<ReLU, shape<3>>() ==
          R"(layer  type  output  random variables  parameters  divergence  multiply-adds
model  ReLU  3
total                0                          0                          0
)");
    const auto block = make<blue_test::Block<4, 2>>(Seed{1});
    CHECK(describe(block) ==
          R"(layer  type          output  random variables    parameters  divergence   multiply-adds
model  Block<4, 2>   4
first  Linear<4, 2>  2       weight, bias                20  closed form              8
gated  Gated<2, 4>   4       weight, gate, bias          40  closed form             16
total                        5                           60  closed form             24
)");
}

TEST_CASE("deterministic parameters count, but are no random variables") {
    CHECK(describe<Sequential<Linear<2, 3>, LayerNorm<3>>>() ==
          R"(layer  type          output  random variables  parameters  divergence   multiply-adds
0      Linear<2, 3>  3       weight, bias              18  closed form              6
1      LayerNorm<3>  3                                  6
total                        2                         24  closed form              6
)");
}

TEST_CASE("the products of an attention count") {
    const std::string text = describe<TransformerEncoderLayer<8, 2, 16>, shape<5, 8>>();
    const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
    // Three projections of 5 rows from 8 to 8, and per head 5 x 5 products of 4 twice.
    CHECK(has("  5 x 8   in_proj_weight, in_proj_bias         432  closed form          1,360\n"));
    // A fourth projection.
    CHECK(has("\nself_attn.out_proj  Linear<8, 8>                       5 x 8   weight, bias "));
    CHECK(has("  320\n"));
    // With two linear layers between 8 and 16.
    CHECK(has("  2,960\n"));
}

TEST_CASE("wide types are abbreviated from within") {
    const auto in = [](std::size_t width) {
        return detail::abbreviated_type("Wide<2, Inner<Linear<1, 2>, 3>, Norm<>, 4>", width);
    };
    CHECK(in(42) == "Wide<2, Inner<Linear<1, 2>, 3>, Norm<>, 4>");
    CHECK(in(41) == "Wide<2, Inner<...>, Norm<>, 4>");
    CHECK(in(30) == "Wide<2, Inner<...>, Norm<>, 4>");
    CHECK(in(29) == "Wide<2, Inner<...>, ...>");  // with Norm<> it would be wider than with 4
    CHECK(in(24) == "Wide<2, Inner<...>, ...>");
    CHECK(in(23) == "Wide<2, ...>");
    CHECK(in(11) == "Wide<...>");
    CHECK(in(3) == "Wide<...>");
    CHECK(detail::abbreviated_type("LongName", 3) == "LongName");

    using Layer = TransformerEncoderLayer<8, 2, 16, causal, norm_first, activation<GELU>>;
    const std::string text = describe<TransformerEncoder<2, Layer, LayerNorm<8>>, shape<5, 8>>();
    const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
    CHECK(has("  TransformerEncoder<2, TransformerEncoderLayer<...>, ...>  "));
    CHECK(has("  TransformerEncoderLayer<8, 2, 16, causal, norm_first, ...>  "));
}

TEST_CASE("layers of an ensemble are described, one draw for each member") {
    CHECK(describe<Ensemble<2, Linear<2, 3>>>() ==
          R"(layer  type          output  random variables  parameters  divergence   multiply-adds
0      Linear<2, 3>  3       weight, bias              18  closed form              6
1      Linear<2, 3>  3       weight, bias              18  closed form              6
total                        4                         36  closed form             12
)");
}

TEST_CASE("products of convolutions and recurrences are counted") {
    const auto has = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    // 6 images of 24 x 24 from 25 products each; 8 of 6 x 6 in two groups of 3 channels.
    using Images = Sequential<Reshape<1, 28, 28>, Conv2d<1, 6, kernel<5, 5>>, MaxPool2d<4>,
                              Conv2d<6, 8, kernel<3>, groups<2>, padding<1>>>;
    const std::string images = describe<Images>();
    CHECK(has(images, " 86,400\n"));
    CHECK(has(images, " 7,776\n"));
    // 7 steps of four gates of 5 states from 3 inputs and 5 states, in both directions.
    using Sequence = Sequential<LSTM<3, 5, steps<7>, bidirectional>>;
    CHECK(has(describe<Sequence>(), " 2,240\n"));
}

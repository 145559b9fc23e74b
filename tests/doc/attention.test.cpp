// SPDX-License-Identifier: BSD-3-Clause
// The programs of docs/how-to/attention.md work.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <array>
#include <vector>

namespace encoder {

using Layer = blue::TransformerEncoderLayer<8, 2, 16>;
using Net = blue::Sequential<blue::TransformerEncoder<2, Layer>, blue::Linear<8, 3>>;

/// The class of each element of 4 sequences of any length.
auto classes_of(const Net& net, blue::Tape<blue::Cpu<float>>& tape,
                const std::vector<float>& numbers, blue::Index length) {
    using Sequence = blue::shape<blue::dynamic, 8>;
    const auto x = tape.input<Sequence>(numbers.data(), 4, blue::Extents{length});
    return blue::forward(net, tape, x, {.samples = 5}).samples;  // (5, 4, length, 3)
}

}  // namespace encoder

TEST_CASE("an encoder takes sequences of any length") {
    const encoder::Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const std::vector<float> numbers(4 * 7 * 8, 0.5f);
    for (blue::Index length : {1, 7}) {
        const auto y = encoder::classes_of(net, tape, numbers, length);
        CHECK(y.samples() == 5);
        CHECK(y.node->item == length * 3);
    }
}

TEST_CASE("a transformer takes masks, and numbers with the length first") {
    const auto net = blue::make<blue::Transformer<8, 2, 1, 1, 16>>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    using Sequence = blue::shape<blue::dynamic, 8>;
    const blue::Index batch = 2, length = 3;
    const std::vector<float> numbers(2 * 3 * 8, 0.5f);
    const auto x =
        blue::sequence_first<Sequence>(tape, numbers.data(), batch, blue::Extents{length});
    const auto y = x;
    const std::array<bool, 6> padding{false, false, true, false, false, false};
    const blue::AttentionOptions source{.key_padding_mask = padding};
    const auto result = blue::forward_with(net, tape, {.samples = 5}, [&](auto& pass) {
        return net(pass, x, y, blue::TransformerMasks{source, {.causal = true}, source});
    });
    CHECK(blue::to_sequence_first(result.samples).size() == 5 * 2 * 3 * 8);
}

namespace language {

using Layer = blue::TransformerEncoderLayer<16, 2, 32, blue::causal, blue::norm_first>;
using Net =
    blue::Sequential<blue::Embedding<100, 16, blue::steps<20>>, blue::PositionEmbedding<20, 16>,
                     blue::TransformerEncoder<2, Layer>, blue::Linear<16, 100>>;

static_assert(std::is_same_v<blue::output_shape_of<Net>, blue::shape<20, 100>>);

}  // namespace language

namespace classifier {

/// All examples have length 4.
struct Net : blue::Sequential<blue::TransformerEncoderLayer<8, 2, 16>, blue::Flatten<>,
                              blue::Linear<32, 3>> {
    using Sequential::Sequential;
    using input_shape = blue::shape<4, 8>;
};

}  // namespace classifier

TEST_CASE("a transformer of a known length is trained as any model") {
    classifier::Net net{blue::Seed{1}};
    blue::Array<float> inputs({6, 4, 8});
    blue::Array<std::int32_t> labels({6});
    for (blue::Index i = 0; i < 6; ++i) labels[i] = static_cast<std::int32_t>(i % 3);
    for (blue::Index i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>((i * 7 + i / 32) % 5) - 2;
    const blue::Dataset<std::int32_t> data{inputs, labels};
    const auto history = blue::fit(net, blue::Elbo{blue::Categorical{}}, data,
                                   {.epochs = 2, .batch_size = 3, .samples = 2});
    CHECK(history.epochs.size() == 2);
    const auto prediction = blue::predict(net, blue::Categorical{}, inputs, {.samples = 3});
    CHECK(prediction.probabilities.rows() == 6);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks of the usual kinds, small, and what tests do with them on any backend.
#pragma once

#include "backends/cuda/models.hpp"

#include <blue/layers/batch_norm.hpp>
#include <blue/layers/convolution.hpp>
#include <blue/layers/embedding.hpp>
#include <blue/layers/flatten.hpp>
#include <blue/layers/gru.hpp>
#include <blue/layers/lstm.hpp>
#include <blue/layers/padding.hpp>
#include <blue/layers/pooling.hpp>
#include <blue/layers/transformer_layers.hpp>
#include <blue/train/sample_chunks.hpp>

namespace blue_test {

/// LeCun's network with batch normalisation, for images of 12 x 12.
template <class B>
using LeNet = blue::Sequential<
    blue::Conv2d<1, 3, blue::kernel<5>, blue::padding<2>, MeanFieldNormal, MeanFieldNormal, B>,
    blue::BatchNorm<3, B>, blue::ReLU, blue::MaxPool2d<2>, blue::ReflectionPad2d<1>,
    blue::Conv2d<3, 5, blue::kernel<3>, MeanFieldNormal, MeanFieldNormal, B>, blue::Tanh,
    blue::AvgPool2d<2>, blue::Flatten<>, blue::Linear<45, 4, MeanFieldNormal, MeanFieldNormal, B>>;

/// Words, of which there are 7, through a layer of a transformer.
template <class B>
using Encoder =
    blue::Sequential<blue::Embedding<7, 8, blue::steps<5>, MeanFieldNormal, MeanFieldNormal, B>,
                     blue::TransformerEncoderLayer<8, 2, 16, MeanFieldNormal, MeanFieldNormal, B>,
                     blue::Flatten<>, blue::Linear<40, 4, MeanFieldNormal, MeanFieldNormal, B>>;

/// Sequences with weights of their own for each step.
template <class B>
using Fresh = blue::Sequential<
    blue::LSTM<4, 5, blue::fresh_draws, blue::final_output, MeanFieldNormal, MeanFieldNormal, B>,
    blue::Linear<5, 4, MeanFieldNormal, MeanFieldNormal, B>>;

/// Sequences forwards and backwards.
template <class B>
using Recurrent =
    blue::Sequential<blue::LSTM<4, 5, blue::bidirectional, MeanFieldNormal, MeanFieldNormal, B>,
                     blue::GRU<10, 3, blue::final_output, MeanFieldNormal, MeanFieldNormal, B>,
                     blue::Linear<3, 4, MeanFieldNormal, MeanFieldNormal, B>>;

/// Loss, outputs and norms of the gradients in two steps of training on six examples with three
/// samples.
/// \tparam Shape of an example; its numbers are between 0 and 7, whole for `Whole`.
template <class M, class Shape, bool Whole = false>
std::vector<double> train_network(blue::Index samples_per_chunk = 3) {
    using B = blue::backend_of<M>;
    using T = typename B::scalar;
    const Examples<T> data;
    std::vector<T> inputs = numbers<T>(data.count * Shape::size, Whole ? 0 : -2, Whole ? 7 : 2);
    if (Whole)
        for (T& id : inputs) id = std::floor(id);
    auto net = blue::make<M>(blue::Seed{3});
    blue::Tape<B> tape;
    auto optimizer = make_optimizer(net, blue::Adam{.learning_rate = 1e-2});
    blue::SampleChunks chunks(net, samples_per_chunk);
    std::vector<double> result;
    const auto input = [&](auto& on) {
        return on.template input<Shape>(inputs.data(), data.count);
    };
    const auto loss_of = [&](const auto& r) {
        for (T number : r.samples.to_host()) result.push_back(static_cast<double>(number));
        const auto labels = blue::make_labels(tape, data.labels.data(), data.count, 4);
        return blue::Elbo{blue::Categorical{}}(r, labels, blue::DatasetSize{50});
    };
    for (std::uint64_t pass = 0; pass < 2; ++pass) {
        const auto loss = chunks.template backward<blue::Scores::log_probs>(
            net, tape, {.samples = 3, .seed = blue::Seed{5}, .pass = pass}, input, loss_of);
        result.push_back(static_cast<double>(loss.total.value()));
        for (double norm : blue::gradient_norms(tape)) result.push_back(norm);
        optimizer.step(net, tape);
    }
    return result;
}

}  // namespace blue_test

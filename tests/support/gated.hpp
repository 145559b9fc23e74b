// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers as users write them, for tests of models.
#pragma once

#include <blue/blue.hpp>

namespace blue_test {

using namespace blue::literals;

/// A linear map times a gate, with random variables of its own.
template <blue::Index In, blue::Index Out, class B = blue::Cpu<float>>
struct Gated
    : blue::Module<Gated<In, Out, B>,
                   blue::variables<blue::variable<"weight", Out, In>,
                                   blue::variable<"gate", Out, In>, blue::variable<"bias", Out>>,
                   blue::MeanFieldNormal, blue::MeanFieldNormal, B> {
    using input_shape = blue::shape<In>;
    auto forward(auto& pass, auto x) const {
        auto gate = sigmoid(linear(x, pass.sample(*this, "gate"_v)));
        return gate * linear(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
};

/// Two layers with names of their own, one of them under another name than its member.
template <blue::Index D, blue::Index H, class B = blue::Cpu<float>>
struct Block : blue::Module<Block<D, H, B>, blue::variables<>, blue::MeanFieldNormal,
                            blue::MeanFieldNormal, B> {
    blue::Linear<D, H, blue::MeanFieldNormal, blue::MeanFieldNormal, B> linear1;
    Gated<H, D, B> gated;
    using children = blue::children<blue::child<"first", &Block::linear1>{}, &Block::gated>;
    using input_shape = blue::shape<D>;
    auto forward(auto& pass, auto x) const { return gated(pass, relu(linear1(pass, x))); }
};

}  // namespace blue_test

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Vectors for whole numbers.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/sequence_options.hpp>
#include <blue/ops/embed.hpp>

namespace blue {

/// A random vector of D numbers for each of N ids, such as words: (S or 1, B, ...) to (S, B, ...,
/// D). Inputs are ids from 0 to N - 1 as numbers: see `embed`. `padding_idx` and `max_norm` are as
/// in PyTorch, except that the vector of the padding is always 0, and that the gradient is that of
/// the scaled vector. Throws ValueError for numbers that are no ids.
///
///     Sequential<Embedding<1000, 16, steps<20>>, LSTM<16, 32, final_output>, Linear<32, 2>>
///
/// Random variable: "weight" (N, D). All rows have a prior, so those that are never looked up stay
/// at it or go there.
/// \tparam Policies the option `steps<T>`, then variational distribution, prior, backend; all may
///   be left out.
template <Index N, Index D, class... Policies>
struct Embedding : Module<Embedding<N, D, Policies...>, variables<variable<"weight", N, D>>,
                          typename detail::sequence_options<Policies...>::variational,
                          typename detail::sequence_options<Policies...>::prior,
                          typename detail::sequence_options<Policies...>::backend> {
    using Embedding::Module::Module;

    using input_shape = shape<detail::sequence_options<Policies...>::steps>;
    /// The id whose vector is 0 and gets no gradient; -1 for none.
    Index padding_idx = -1;
    /// Vectors with a larger norm are scaled down to it; 0 for no limit.
    double max_norm = 0;
    using fields = blue::fields<&Embedding::padding_idx, &Embedding::max_norm>;

    auto forward(auto& pass, auto ids) const {
        return embed(ids, pass.sample(*this, "weight"_v),
                     {.padding_idx = padding_idx, .max_norm = max_norm});
    }
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of a linear map get.
#pragma once

#include <blue/tensor/tape.hpp>

namespace blue {

/// y[s] = x[s] W[s]^T + b[s] for `rows` rows of `in` and `out` numbers, or max(that, 0). Weights
/// are drawn by this operation when it owns them, and are there already otherwise: so are those of
/// a part.
template <class B>
struct LinearArgs {
    Node<B>* x;
    Node<B>* y;
    Draw<B>* weight;
    Draw<B>* bias;  ///< nullptr without bias
    bool owns_weight, owns_bias;
    Index rows, in, out;
    Index weight_first = 0, bias_first = 0;  ///< elements of the variables before those of this map
    bool relu = false;
};

}  // namespace blue

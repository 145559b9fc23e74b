// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What an elementwise kernel gets.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>

namespace blue {

/// y = formula(x[0], ..., x[N-1]), elementwise. Inputs with one sample are shared by all samples,
/// inputs with batch 1 by all rows of the batch.
template <class B, class F, int N>
struct ElementwiseArgs {
    F formula;
    std::array<Node<B>*, N> x;
    std::array<Index, N>
        step;  ///< 0 for a single number that is combined with all elements, else 1
    Node<B>* y;
    Index rows,
        row_size;  ///< a sample of y: rows x row_size; one row unless an input is shared by rows
};

}  // namespace blue

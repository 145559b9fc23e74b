// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of a recurrence get.
#pragma once

#include <blue/ops/linear_args.hpp>

#include <array>

namespace blue {

namespace operation {
struct recurrence;
}

/// One direction in which a sequence is walked.
template <class B>
struct RecurrenceDirection {
    Node<B>* gates;  ///< projected inputs: (S or 1, B, T, gates x H)
    /// The projection of the recurrent state in all steps: x are the states before each step, y
    /// what the formula got.
    LinearArgs<B> hidden;
    std::array<Node<B>*, 2> history;  ///< states before each step, (S, B, T, H); when recording
};

/// y = the outputs of a cell in each step: (S, B, T, directions x H). The second direction walks
/// from the end to the beginning.
template <class B>
struct RecurrenceArgs {
    std::array<RecurrenceDirection<B>, 2> direction;
    Index directions;
    Node<B>* y;  ///< nullptr when only the final states are wanted
    /// States before the first and behind the last step, (S or 1, B, slots, H), of which those of
    /// direction d are at slot + d; nullptr for zeros, and for states that nobody wants.
    std::array<Node<B>*, 2> first, last;
    Index slot, slots;
    const Index* lengths;  ///< of each example; nullptr when all have `steps` steps
    Index samples, batch, steps, width;
    bool keeps;  ///< keeps what backward needs
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Data sets in memory.
#pragma once

#include <blue/tensor/array.hpp>

namespace blue {

/// Examples: inputs (N, ...) and one target per input, classes (N) or numbers (N, ...).
template <class Target>
struct Dataset {
    Array<float> inputs;
    Array<Target> targets;

    Index size() const { return inputs.rows(); }
};

/// Throws ShapeError unless there are inputs of `input_size` numbers each, and as many targets.
template <class Target>
void check_dataset(const Dataset<Target>& data, Index input_size, const char* what) {
    if (data.inputs.empty()) throw ShapeError(what, ": expected examples, got an empty data set");
    if (data.inputs.row_size() != input_size)
        throw ShapeError(what, ": the model expects ", input_size,
                         " numbers per input, but the inputs have shape ",
                         to_string(data.inputs.shape()));
    if (data.targets.rows() != data.inputs.rows())
        throw ShapeError(what, ": expected one target per input, got inputs of shape ",
                         to_string(data.inputs.shape()), " and targets of shape ",
                         to_string(data.targets.shape()));
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Data sets in memory.
#pragma once

#include <blue/meta/shape.hpp>
#include <blue/tensor/array.hpp>

namespace blue {

/// Examples: inputs (N, ...) and one target per input, classes (N) or numbers (N, ...).
template <class Target>
struct Dataset {
    Array<float> inputs;
    Array<Target> targets;

    Index size() const { return inputs.rows(); }
};

/// What stands for the dynamic extents of a model's input of this shape, from inputs (N, ...).
/// Throws ShapeError unless these fit: for a shape without dynamic extents by the numbers of each,
/// else axis by axis.
template <class Shape>
Extents<static_cast<std::size_t>(Shape::dynamic_extents)> extents_of_inputs(
    const Array<float>& inputs, const char* what) {
    Extents<static_cast<std::size_t>(Shape::dynamic_extents)> open{};
    if (inputs.empty())
        throw ShapeError(what, ": expected inputs, got an array of shape ",
                         to_string(inputs.shape()));
    if constexpr (Shape::is_static) {
        if (inputs.row_size() != Shape::size)
            throw ShapeError(what, ": the model expects ", Shape::size,
                             " numbers per input, but the inputs have shape ",
                             to_string(inputs.shape()));
    } else {
        const std::vector<Index>& given = inputs.shape();
        bool fits = given.size() == Shape::extents.size() + 1;
        std::size_t found = 0;
        for (std::size_t axis = 0; fits && axis < Shape::extents.size(); ++axis)
            if (Shape::extents[axis] == dynamic)
                open.values[found++] = given[axis + 1];
            else
                fits = Shape::extents[axis] == given[axis + 1];
        if (!fits)
            throw ShapeError(what, ": the model expects inputs of ", shape_name<Shape>(),
                             " behind the axis of examples, but they have shape ",
                             to_string(given));
    }
    return open;
}

/// Throws ShapeError unless there are inputs that fit to a shape, and as many targets.
template <class Shape, class Target>
void check_dataset(const Dataset<Target>& data, const char* what) {
    if (data.inputs.empty()) throw ShapeError(what, ": expected examples, got an empty data set");
    extents_of_inputs<Shape>(data.inputs, what);
    if (data.targets.rows() != data.inputs.rows())
        throw ShapeError(what, ": expected one target per input, got inputs of shape ",
                         to_string(data.inputs.shape()), " and targets of shape ",
                         to_string(data.targets.shape()));
}

}  // namespace blue

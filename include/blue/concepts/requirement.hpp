// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compile-time checks that say in one sentence what is wrong.
///
/// Each check is a struct with a `static_assert`. Its template arguments hold everything worth knowing,
/// because compilers print them next to the sentence. Comparisons are made outside and handed in as a bool
/// (clang would print the expression). Callers write `sizeof(requirement::...)` and then go on as if the check had
/// passed, with the expected shape or the first variable: so there is exactly one error. Sentences are
/// plain ASCII: nvcc replaces backticks and quotes.
#pragma once

#include <blue/meta/fixed_string.hpp>
#include <blue/meta/shape.hpp>

namespace blue::requirement {

/// Values that are combined elementwise.
template <bool Same, class Expected, class Given>
struct same_shape {
    static_assert(Same,
                  "blue: these values have different shapes, see Expected and Given in same_shape<.., "
                  "Expected, Given>: reshape one of them, or change the layer that makes it");
};

/// The input of a layer that stands in a model.
template <bool Fits, auto Position, class Layer, class Expected, class Given>
struct layer_input {
    static_assert(Fits,
                  "blue: a layer does not fit the one before it, see Position, Layer, Expected and Given "
                  "in layer_input<.., Position, Layer, Expected, Given>: change the width of one of them");
};

/// The last extent of the input of a matrix product.
template <bool Fits, Index Expected, Index Given>
struct width {
    static_assert(Fits,
                  "blue: linear expects an input whose last extent is Expected, but it is Given, see "
                  "width<.., Expected, Given>: change the shape of the weight or of the input");
};

/// A module's variable that is asked for by name.
template <bool Known, class Name, class Module, class KnownNames>
struct variable_name {
    static_assert(Known,
                  "blue: the module has no random variable of this name, see Name and KnownNames in "
                  "variable_name<.., Name, Module, KnownNames>: use one of the known names");
};

/// A list of policies, one per variable.
template <bool Fits, int Variables, int Given>
struct policy_count {
    static_assert(Fits,
                  "blue: per_variable needs one distribution for each variable of the layer, but there are "
                  "Variables and Given, see policy_count<.., Variables, Given>: add or remove some");
};

/// All layers of a model compute in the same place.
template <bool Same, auto Position, class Layer, class Expected, class Given>
struct same_backend {
    static_assert(Same,
                  "blue: all layers of a model need one backend, see Position, Layer, Expected and Given in "
                  "same_backend<.., Position, Layer, Expected, Given>: change the last policy of the layer");
};

/// A log prob that is asked for by path: `get<2, "weight">()`.
template <bool Found, class Path, class Model>
struct log_prob_path {
    static_assert(Found,
                  "blue: the model has no random variable at this path, see Path in log_prob_path<.., Path, "
                  "Model>: give the positions of the layers from the outside in and the variable last");
};

}  // namespace blue::requirement

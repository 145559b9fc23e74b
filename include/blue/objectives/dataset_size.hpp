// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The number of examples in the training set, as a type.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

namespace blue {

/// Number of examples in the training set. A type of its own, because mixing it up with the batch
/// size changes the weight of the data against the prior without any error.
struct DatasetSize {
    Index value;
    /// Throws ValueError unless positive.
    explicit DatasetSize(Index size) : value(size) {
        if (size < 1) throw ValueError("DatasetSize: expected a positive number, got ", size);
    }
};

}  // namespace blue

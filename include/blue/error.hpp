// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Exceptions. Each message says what was expected and what came.
#pragma once

#include <stdexcept>
#include <string>

namespace blue {

/// Base of everything that the library throws.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A run-time size or shape does not fit; the message gives both shapes.
struct ShapeError : Error {
    using Error::Error;
};

/// An option or argument has a value that makes no sense.
struct ValueError : Error {
    using Error::Error;
};

/// A file cannot be read or written; the message gives the file and the offset or line.
struct FileError : Error {
    using Error::Error;
};

/// A loss, gradient or input is not finite; the message names the layer and variable.
struct NumericalError : Error {
    using Error::Error;
};

}  // namespace blue

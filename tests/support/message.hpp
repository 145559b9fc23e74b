// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The text of exceptions.
#pragma once

#include <string>

namespace blue_test {

/// The message of the exception of type E that f throws; "" when it throws none.
template <class E, class F>
std::string message_of(F&& f) {
    try {
        f();
    } catch (const E& error) {
        return error.what();
    }
    return "";
}

}  // namespace blue_test

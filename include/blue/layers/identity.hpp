// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The layer that does nothing.
#pragma once

namespace blue {

/// Gives what it takes: a place holder, and the shortcut in a `Parallel`.
struct Identity {
    auto operator()(auto&, auto x) const { return x; }
};

}  // namespace blue

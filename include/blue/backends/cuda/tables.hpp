// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Small tables on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>

#include <algorithm>

namespace blue::cuda {

/// Some entries of a table, as arguments of a kernel: at most 4 kB.
template <class U>
struct PutEntries {
    static constexpr Index most = 2048 / static_cast<Index>(sizeof(U));
    U entries[most];
    U* to;
    BLUE_HOST_DEVICE void operator()(Index i) const { to[i] = entries[i]; }
};

/// A copy of a table until the tape is reset. The entries travel with kernels, so nothing waits for
/// the device, which a copy from the host would.
template <class U, class T, class E>
const U* put_table(Tape<Cuda<T, E>>& tape, const U* table, Index count) {
    U* const copy = tape.template device_memory<U>(count);
    for (Index first = 0; first < count; first += PutEntries<U>::most) {
        PutEntries<U> some{};
        some.to = copy + first;
        const Index entries = std::min(PutEntries<U>::most, count - first);
        std::copy_n(table + first, entries, some.entries);
        E::for_each(entries, some);
    }
    return copy;
}

}  // namespace blue::cuda

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The CPU backend: its tag, its memory.
#pragma once

#include <blue/fwd.hpp>
#include <blue/math/pack.hpp>
#include <blue/tensor/arena.hpp>
#include <blue/tensor/tape.hpp>

#include <algorithm>

namespace blue {

/// Computes on the processor with numbers of type T (float or double).
template <class T, class Isa>
struct Cpu {
    using scalar = T;
    /// It has the kernels of joint distributions.
    static constexpr bool draws_jointly = true;

    struct memory : HostMemory {
        static void copy(T* to, const T* from, Index n) { std::copy_n(from, n, to); }
        static void copy_to_host(T* to, const T* from, Index n) { std::copy_n(from, n, to); }
        static void copy_from_host(T* to, const T* from, Index n) { std::copy_n(from, n, to); }
        static void fill_zero(T* data, Index n) { std::fill_n(data, n, T(0)); }
    };

    /// Host memory is the backend's memory: nothing is copied.
    template <class U>
    static const U* to_device(Tape<Cpu>&, const U* data, Index) {
        return data;
    }
    template <class U>
    static const U* to_host(Tape<Cpu>&, const U* data, Index) {
        return data;
    }
};

}  // namespace blue

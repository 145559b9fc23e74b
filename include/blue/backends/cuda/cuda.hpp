// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The CUDA backend: its tag, its memory.
#pragma once

#include <blue/backends/cuda/parallel.hpp>
#include <blue/tensor/tape.hpp>

#include <cstddef>

namespace blue {

namespace cuda {
/// Runs kernels and matrix products on the device, and keeps its memory: see device.hpp.
struct Device;

/// Memory of a pass for what operations make of several samples or examples at once: weight
/// gradients before they become parameter gradients, factors in bfloat16, windows of images, scores
/// of an attention. May be set by the user.
inline Index gradient_bytes = Index{64} << 20;
}  // namespace cuda

/// Computes on an NVIDIA GPU with numbers of type T (float or double).
///
/// \tparam Executor what runs the kernels. Everything else of the backend is written against this
/// type
///   and needs no CUDA, so tests run all of it on the host with an executor of their own.
template <class T, class Executor = cuda::Device>
struct Cuda {
    using scalar = T;
    using executor = Executor;
    /// It has the kernels of joint distributions whose functions share their loops.
    static constexpr bool draws_in_teams = true;

    /// Tells the executor, which may have collected the work of the last pass: see `cuda::Graphs`.
    static void begin_pass() {
        if constexpr (requires { Executor::begin_pass(); }) Executor::begin_pass();
    }

    struct memory {
        static void* allocate(std::size_t bytes) { return Executor::allocate(bytes); }
        static void deallocate(void* data) noexcept { Executor::deallocate(data); }
        static void copy(T* to, const T* from, Index n) { Executor::copy(to, from, bytes(n)); }
        /// Waits for everything that has been started before.
        static void copy_to_host(T* to, const T* from, Index n) {
            Executor::copy_to_host(to, from, bytes(n));
        }
        /// Returns when `from` has been read.
        static void copy_from_host(T* to, const T* from, Index n) {
            // A single number travels with the kernel and waits for nothing: backward starts with
            // one.
            if (n == 1)
                Executor::for_each(1, cuda::Assign<T>{to, *from});
            else
                Executor::copy_from_host(to, from, bytes(n));
        }
        static void fill_zero(T* data, Index n) { Executor::fill_zero(data, bytes(n)); }

    private:
        static std::size_t bytes(Index n) { return static_cast<std::size_t>(n) * sizeof(T); }
    };

    /// A copy in the device's memory that lives until the tape is reset.
    template <class U>
    static const U* to_device(Tape<Cuda>& tape, const U* data, Index count) {
        U* const copy = tape.template device_memory<U>(count);
        Executor::copy_from_host(copy, data, static_cast<std::size_t>(count) * sizeof(U));
        return copy;
    }
    /// A copy in the host's memory that lives until the tape is reset. Waits for everything that
    /// has been started before.
    template <class U>
    static const U* to_host(Tape<Cuda>& tape, const U* data, Index count) {
        U* const copy = tape.template host_memory<U>(count);
        Executor::copy_to_host(copy, data, static_cast<std::size_t>(count) * sizeof(U));
        return copy;
    }
};

}  // namespace blue

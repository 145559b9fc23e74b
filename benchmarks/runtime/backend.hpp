// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a program runs its networks on: the processor, or the device in files that nvcc compiles.
#pragma once

#include "protocol.hpp"

#if defined(__CUDACC__)

#include <blue/backends/cpu/cpu.hpp>  // of networks as they are written
#include <blue/cuda.hpp>

#include <algorithm>
#include <unordered_map>

namespace bench {

/// The device, with an account of its memory and of what was started on it.
struct CountingDevice : blue::cuda::Device {
    static inline long launches = 0;  ///< kernels and products
    static inline std::size_t bytes = 0, peak_bytes = 0;

    static void* allocate(std::size_t size) try {
        void* const data = Device::allocate(size);
        sizes()[data] = size;
        peak_bytes = std::max(peak_bytes, bytes += size);
        return data;
    } catch (const blue::cuda::DeviceError& error) {
        throw Unsupported(error.what());
    }
    static void deallocate(void* data) noexcept {
        bytes -= sizes()[data];
        sizes().erase(data);
        Device::deallocate(data);
    }
    template <class Body>
    static void for_each(blue::Index n, const Body& body) {
        launches += n > 0;
        Device::for_each(n, body);
    }
    template <int Lanes, class Body>
    static void reduce(blue::Index groups, const Body& body) {
        launches += groups > 0;
        Device::template reduce<Lanes>(groups, body);
    }
    template <class Body>
    static void teams(blue::Index groups, const Body& body) {
        launches += groups > 0;
        Device::teams(groups, body);
    }
    template <class T, class Factor>
    static void gemm(const blue::cuda::GemmArgs<T, Factor>& arguments) {
        ++launches;
        Device::gemm(arguments);
    }

private:
    static std::unordered_map<void*, std::size_t>& sizes() {
        static std::unordered_map<void*, std::size_t> of;
        return of;
    }
};

/// The backend of a network as it is written, on the device.
template <class B>
struct on_device {
    using type = B;  // is there already
};
template <>
struct on_device<blue::Cpu<float>> {
    using type = blue::Cuda<float, CountingDevice>;
};

/// A network on the device.
template <class Net>
using OnBackend = blue::with_policies<Net, blue::keep_policy, blue::keep_policy,
                                      typename on_device<blue::backend_of<Net>>::type>;

/// Draws of a prediction that are computed at a time.
inline constexpr blue::Index samples_per_chunk = 100;

/// The device as what steps run on. The driver's account of this process's memory is with caches
/// and the workspace of cuBLAS: what its turns took, since others are idle then.
struct Platform {
    static void begin() {
        if (!blue::cuda::available()) throw Unsupported("no CUDA device was found");
        before_ = driver_bytes();  // the first time it makes the context, which is not counted
        wait();
        launches_ = CountingDevice::launches;
    }
    static void wait() { blue::cuda::synchronize(); }
    static void end() {
        taken_ += driver_bytes() - before_;
        launches_ = CountingDevice::launches - launches_;
    }
    static std::string memory() {
        char text[80];
        std::snprintf(text, sizeof text, ", \"device_MiB\": %.1f, \"driver_MiB\": %.1f",
                      static_cast<double>(CountingDevice::peak_bytes) / (1 << 20),
                      taken_ / (1 << 20));
        return text;
    }
    static long launches() { return launches_; }

private:
    static double driver_bytes() {
        std::size_t free = 0, total = 0;
        blue::cuda::detail::check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
        return static_cast<double>(total - free);
    }
    static inline double before_ = 0, taken_ = 0;
    static inline long launches_ = 0;
};

}  // namespace bench

#else

#include <blue/blue.hpp>

namespace bench {

using Platform = Host;

template <class Net>
using OnBackend = Net;

inline constexpr blue::Index samples_per_chunk = blue::PredictOptions{}.samples_per_chunk;

}  // namespace bench

#endif

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The device: errors, stream, memory, kernel launches, matrix products. With device_graph.hpp the
/// only header of the backend that calls CUDA; kernels.hpp has what runs there.
#pragma once

#include <blue/backends/cuda/gemm.hpp>
#include <blue/backends/cuda/kernels.hpp>
#include <blue/backends/cuda/parallel.hpp>
#include <blue/error.hpp>
#include <blue/math/bfloat16.hpp>

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <atomic>
#include <climits>
#include <cstddef>
#include <string>
#include <type_traits>

namespace blue::cuda {

/// A call of CUDA or cuBLAS failed; the message says what can be done.
struct DeviceError : Error {
    using Error::Error;
};

/// Whether there is a device that could be used.
inline bool available() {
    int devices = 0;
    const bool found = cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
    if (!found) static_cast<void>(cudaGetLastError());
    return found;
}

namespace detail {

/// The message for an error of the CUDA runtime.
inline std::string describe(cudaError_t error, const char* what) {
    switch (error) {
        case cudaErrorNoDevice:
        case cudaErrorInsufficientDriver:
            return "no CUDA device was found: use Cpu<float>, or check the driver with nvidia-smi "
                   "(" +
                   std::string(cudaGetErrorString(error)) + ")";
        case cudaErrorDevicesUnavailable:
            return "the CUDA device cannot be used: see with nvidia-smi what else runs on it, or "
                   "choose another one with CUDA_VISIBLE_DEVICES (" +
                   std::string(cudaGetErrorString(error)) + ")";
        case cudaErrorMemoryAllocation:
            return std::string("out of device memory in ") + what +
                   ": use fewer samples, a smaller batch or a smaller model";
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorInvalidDeviceFunction:
        case cudaErrorUnsupportedPtxVersion: {
            int device = 0, major = 0, minor = 0;
            static_cast<void>(cudaGetDevice(&device));
            static_cast<void>(
                cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
            static_cast<void>(
                cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
            const std::string number = std::to_string(major) + std::to_string(minor);
            return "the program was not compiled for this device (compute capability " +
                   std::to_string(major) + "." + std::to_string(minor) +
                   "): build it with -DCMAKE_CUDA_ARCHITECTURES=" + number + " (nvcc -arch=sm_" +
                   number + ") (" + cudaGetErrorString(error) + ")";
        }
        default:
            return std::string("CUDA failed in ") + what + ": " + cudaGetErrorString(error) + " (" +
                   cudaGetErrorName(error) +
                   "). An error may come from a kernel that was started earlier: run again with "
                   "CUDA_LAUNCH_BLOCKING=1 or under compute-sanitizer to see which. Models on the "
                   "host can still be used";
    }
}

inline void check(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return;
    static_cast<void>(cudaGetLastError());  // errors that are not fatal would be reported twice
    throw DeviceError(describe(error, what));
}

inline void check(cublasStatus_t status, const char* what) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    if (status == CUBLAS_STATUS_ALLOC_FAILED)
        throw DeviceError("out of device memory for the workspace of cuBLAS in ", what,
                          ": use fewer samples or a smaller batch");
    if (status == CUBLAS_STATUS_ARCH_MISMATCH)
        throw DeviceError("cuBLAS does not support this device in ", what,
                          ": use the CUDA toolkit that names its architecture");
    throw DeviceError("cuBLAS failed in ", what, ": ", cublasGetStatusString(status));
}

/// What all work is started on.
struct Context {
    int device = 0;
    cudaStream_t stream = nullptr;
    cudaStream_t copies = nullptr;  ///< of what is copied from the host beside the computation
    cublasHandle_t blas = nullptr;

    Context() {
        int devices = 0;
        check(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
        if (devices == 0) throw DeviceError(describe(cudaErrorNoDevice, "cudaGetDeviceCount"));
        check(cudaGetDevice(&device), "cudaGetDevice");
        check(cudaStreamCreate(&stream), "cudaStreamCreate");
        check(cudaStreamCreateWithFlags(&copies, cudaStreamNonBlocking), "cudaStreamCreate");
        check(cublasCreate(&blas), "cublasCreate");
        check(cublasSetStream(blas, stream), "cublasSetStream");
    }
};

/// The context of this process, made by its first use on the device that is current then. It is
/// never destroyed: at the end of a program the driver may be gone already.
///
/// One stream for all threads: what a thread has started is done before anything that another
/// thread starts after it, exactly as on the host. (Threads do not overlap on the device.)
inline const Context& context() {
    static const Context instance;
    thread_local const bool bound = [] {
        check(cudaSetDevice(instance.device), "cudaSetDevice");
        return true;
    }();
    static_cast<void>(bound);
    return instance;
}

/// What is called before anything is started; nullptr for nothing.
inline std::atomic<void (*)()> before_all_else{nullptr};

}  // namespace detail

/// The stream that all work of the backend goes to: start your own kernels on it to have them in
/// order.
inline cudaStream_t stream() {
    if (const auto submit = detail::before_all_else.load()) submit();
    return detail::context().stream;
}

/// Waits until the device has done everything. Errors of kernels appear here at the latest.
inline void synchronize() {
    detail::check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize");
}

/// The executor that computes on the device. All functions may be called by any thread; they return
/// before the work is done, except for `wait` and copies to and from the host.
struct Device {
    class Graph;  // in device_graph.hpp

    /// `submit` is called before anything is started: it starts what somebody has collected.
    /// nullptr for nothing. It throws nothing.
    static void before_all_else(void (*submit)()) { detail::before_all_else = submit; }

    /// Throws DeviceError, with the number of bytes, when there is not enough memory.
    static void* allocate(std::size_t bytes) {
        detail::context();
        void* data = nullptr;
        const cudaError_t error = cudaMalloc(&data, bytes);
        if (error == cudaErrorMemoryAllocation) {
            static_cast<void>(cudaGetLastError());
            std::size_t free = 0, total = 0;
            static_cast<void>(cudaMemGetInfo(&free, &total));
            throw DeviceError("out of device memory: ", bytes, " bytes were asked for, ", free,
                              " of ", total,
                              " are free: use fewer samples, a smaller batch or a smaller model");
        }
        detail::check(error, "cudaMalloc");
        return data;
    }
    /// Waits for the work that may still use the memory.
    static void deallocate(void* data) noexcept {
        if (const auto submit = detail::before_all_else.load()) submit();
        static_cast<void>(cudaFree(data));
    }

    static void copy(void* to, const void* from, std::size_t bytes) {
        if (bytes == 0) return;
        detail::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream()),
                      "a copy within the device");
    }
    static void copy_to_host(void* to, const void* from, std::size_t bytes) {
        if (bytes == 0) return;
        detail::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream()),
                      "a copy to the host");
        synchronize();
    }
    static void copy_from_host(void* to, const void* from, std::size_t bytes) {
        if (bytes == 0) return;
        detail::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream()),
                      "a copy from the host");
        synchronize();  // whoever calls may overwrite `from` as soon as this returns
    }
    static void fill_zero(void* data, std::size_t bytes) {
        if (bytes == 0) return;
        detail::check(cudaMemsetAsync(data, 0, bytes, stream()), "cudaMemset");
    }

    /// Host memory that the device reads while the host goes on.
    static void* allocate_pinned(std::size_t bytes) {
        detail::context();
        void* data = nullptr;
        detail::check(cudaMallocHost(&data, bytes), "cudaMallocHost");
        return data;
    }
    static void deallocate_pinned(void* data) noexcept { static_cast<void>(cudaFreeHost(data)); }
    /// A point in a stream, past from the start.
    struct Event {
        cudaEvent_t handle = nullptr;
        Event() {
            detail::context();
            detail::check(cudaEventCreateWithFlags(&handle, cudaEventDisableTiming),
                          "cudaEventCreate");
        }
        Event(const Event&) = delete;
        Event& operator=(const Event&) = delete;
        ~Event() { static_cast<void>(cudaEventDestroy(handle)); }
    };
    /// Copies from pinned memory beside what is computed, but behind the event `after`. `copied`
    /// becomes the end of the copy.
    static void copy_beside(void* to, const void* pinned, std::size_t bytes, const Event& after,
                            Event& copied) {
        const cudaStream_t copies = detail::context().copies;
        detail::check(cudaStreamWaitEvent(copies, after.handle, 0), "cudaStreamWaitEvent");
        detail::check(cudaMemcpyAsync(to, pinned, bytes, cudaMemcpyHostToDevice, copies),
                      "a copy of a batch");
        detail::check(cudaEventRecord(copied.handle, copies), "cudaEventRecord");
    }
    /// `event` becomes the end of what has been started so far.
    static void mark(Event& event) {
        detail::check(cudaEventRecord(event.handle, stream()), "cudaEventRecord");
    }
    /// What is started from now on waits for the event; the host does not.
    static void follow(const Event& event) {
        detail::check(cudaStreamWaitEvent(stream(), event.handle, 0), "cudaStreamWaitEvent");
    }
    /// The host waits for the event.
    static void wait(const Event& event) {
        detail::check(cudaEventSynchronize(event.handle), "cudaEventSynchronize");
    }

    template <class Body>
    static void for_each(Index n, const Body& body) {
        if (n == 0) return;
        const unsigned blocks = grid(ceil_div(n, block_lanes));
        detail::for_each_kernel<Body><<<blocks, block_lanes, 0, stream()>>>(n, body);
        detail::check(cudaGetLastError(), "a kernel");
    }
    template <int Lanes, class Body>
    static void reduce(Index groups, const Body& body) {
        if (groups == 0) return;
        const unsigned blocks = grid(ceil_div(groups, block_lanes / Lanes));
        detail::reduce_kernel<Lanes, Body><<<blocks, block_lanes, 0, stream()>>>(groups, body);
        detail::check(cudaGetLastError(), "a reduction");
    }

    template <class Body>
    static void teams(Index groups, const Body& body) {
        if (groups == 0) return;
        detail::team_kernel<Body><<<grid(groups), block_lanes, 0, stream()>>>(body);
        detail::check(cudaGetLastError(), "a kernel of teams");
    }

    /// Products in the full precision of T: tensor cores only where they lose nothing. Those of
    /// factors in bfloat16 are added up in float.
    template <class T, class Factor>
    static void gemm(const GemmArgs<T, Factor>& g) {
        static_cast<void>(stream());  // what was collected comes first
        multiply(detail::context().blas, g);
    }

private:
    template <class T, class Factor>
    static void multiply(cublasHandle_t blas, const GemmArgs<T, Factor>& g) {
        const Index sizes[] = {g.m, g.n, g.k, g.lda, g.ldb, g.ldc, g.count};
        for (Index size : sizes)
            if (size > INT_MAX)
                throw ShapeError(
                    "a matrix product on the device: expected extents below 2^31, got ", size);
        const auto op = [](bool transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; };
        const int m = static_cast<int>(g.m), n = static_cast<int>(g.n), k = static_cast<int>(g.k),
                  lda = static_cast<int>(g.lda), ldb = static_cast<int>(g.ldb),
                  ldc = static_cast<int>(g.ldc), count = static_cast<int>(g.count);
        const T one = 1;
        const auto call = [&](auto function) {
            return function(blas, op(g.transpose_a), op(g.transpose_b), m, n, k, &one, g.a, lda,
                            g.stride_a, g.b, ldb, g.stride_b, &g.beta, g.c, ldc, g.stride_c, count);
        };
        cublasStatus_t status;
        if constexpr (std::is_same_v<Factor, math::bfloat16>)
            status = cublasGemmStridedBatchedEx(
                blas, op(g.transpose_a), op(g.transpose_b), m, n, k, &one, g.a, CUDA_R_16BF, lda,
                g.stride_a, g.b, CUDA_R_16BF, ldb, g.stride_b, &g.beta, g.c, CUDA_R_32F, ldc,
                g.stride_c, count, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
        else if constexpr (sizeof(T) == 4)
            status = call(cublasSgemmStridedBatched);
        else
            status = call(cublasDgemmStridedBatched);
        detail::check(status, "a matrix product");
    }

    static unsigned grid(Index blocks) {
        if (blocks > INT_MAX)
            throw ShapeError("a kernel: expected at most 2^31 blocks of threads, got ", blocks);
        return static_cast<unsigned>(blocks);
    }
};

}  // namespace blue::cuda

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The kernels: how the threads of a block run a body of parallel.hpp. Language of the device, but
/// no calls of CUDA: tests run these kernels with threads of the host.
#pragma once

#include <blue/backends/cuda/parallel.hpp>
#include <blue/backends/cuda/team.hpp>

namespace blue::cuda::detail {

template <class Body>
__global__ void __launch_bounds__(block_lanes) for_each_kernel(Index n, Body body) {
    const Index i = static_cast<Index>(blockIdx.x) * block_lanes + threadIdx.x;
    if (i < n) body(i);
}

/// The numbers of another lane of the warp.
template <int N>
__device__ Sums<N> from_lane_above(const Sums<N>& sums, int distance) {
    Sums<N> other;
    for (int k = 0; k < N; ++k)
        other.total[k] =
            __shfl_down_sync(0xffffffffu, sums.total[k], static_cast<unsigned>(distance));
    return other;
}

template <int Lanes, class Body>
__global__ void __launch_bounds__(block_lanes) reduce_kernel(Index groups, Body body) {
    using Result = typename Body::result;
    constexpr int per_block = block_lanes / Lanes;
    const int lane = static_cast<int>(threadIdx.x) % Lanes;
    const Index group =
        static_cast<Index>(blockIdx.x) * per_block + static_cast<int>(threadIdx.x) / Lanes;
    if (group >= groups) return;  // whole warps, and whole blocks where there are barriers
    Result sums = body.part(group, lane);
    if constexpr (Lanes == block_lanes) {
        __shared__ Result shared[Lanes / 2];
        for (int half = Lanes / 2; half >= warp_lanes; half /= 2) {
            if (half <= lane && lane < 2 * half) shared[lane - half] = sums;
            __syncthreads();
            if (lane < half) sums = Body::combine(sums, shared[lane]);
            __syncthreads();
        }
        if (lane < warp_lanes)
            for (int half = warp_lanes / 2; half > 0; half /= 2)
                sums = Body::combine(sums, from_lane_above(sums, half));
        if (lane == 0) shared[0] = sums;
        __syncthreads();
        sums = shared[0];
    } else {
        static_assert(Lanes == warp_lanes);
        for (int half = warp_lanes / 2; half > 0; half /= 2)
            sums = Body::combine(sums, from_lane_above(sums, half));
        for (double& total : sums.total) total = __shfl_sync(0xffffffffu, total, 0);
    }
    body.finish(group, lane, sums);
}

/// f(lane) for the lane that runs this, and a barrier: in kernels only.
template <class F>
BLUE_HOST_DEVICE void run_lane(F& f) {
#if defined(__CUDA_ARCH__)
    f(static_cast<int>(threadIdx.x));
    __syncthreads();
#else
    static_cast<void>(f);
#endif
}

/// A thread as one of the lanes of its block.
struct ThisLane {
    double* numbers;

    template <class U>
    struct own {
        U mine;
        BLUE_HOST_DEVICE U& operator[](int) { return mine; }
    };
    BLUE_HOST_DEVICE double* shared() const { return numbers; }
    template <class F>
    BLUE_HOST_DEVICE void all(F f) const {
        run_lane(f);
    }
};

template <class Body>
__global__ void __launch_bounds__(block_lanes) team_kernel(Body body) {
    __shared__ double numbers[block_lanes];
    body(static_cast<Index>(blockIdx.x), Team<ThisLane>{{numbers}});
}

}  // namespace blue::cuda::detail

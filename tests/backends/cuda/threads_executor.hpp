// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs the kernels themselves on the host: each thread of a block is a thread of the host. For one
/// file of a program: the device's language becomes macros.
#pragma once

#include "backends/cuda/host_executor.hpp"

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>
#include <vector>

namespace blue_test {

/// The threads of a block. Blocks run one after the other.
class ThreadBlock {
public:
    static constexpr int threads = blue::cuda::block_lanes, warp = blue::cuda::warp_lanes;
    struct Index {
        unsigned x = 0;
    };
    static Index& thread() {
        thread_local Index of_block;
        return of_block;
    }
    static Index& block() {
        thread_local Index of_grid;
        return of_grid;
    }

    /// Runs a kernel. Throws std::logic_error when a barrier was not reached by all threads of a
    /// block.
    template <class Kernel>
    static void run(blue::Index blocks, Kernel kernel) {
        ThreadBlock all;
        current() = &all;
        std::vector<std::thread> running;
        for (unsigned lane = 0; lane < threads; ++lane)
            running.emplace_back([&, lane] {
                thread().x = lane;
                for (block().x = 0; block().x < blocks; ++block().x) {
                    kernel();
                    while (all.meet(1) != threads) all.uneven_ = true;
                }
            });
        for (std::thread& thread : running) thread.join();
        if (all.uneven_) throw std::logic_error("a barrier that some threads of a block miss");
    }
    /// Waits for the other threads of the block.
    static void wait() {
        if (current()->meet(0) != 0) current()->uneven_ = true;
    }
    /// The value of another lane of the warp, the own one where there is none. All lanes must call
    /// it.
    static double value_of(unsigned lane, double value) {
        Warp& own = current()->warps_[thread().x / warp];
        own.values[thread().x % warp] = value;
        own.barrier.arrive_and_wait();
        if (lane < warp) value = own.values[lane];
        own.barrier.arrive_and_wait();
        return value;
    }

private:
    struct Count {
        ThreadBlock* block;
        void operator()() const noexcept { block->ended_ = block->ending_.exchange(0); }
    };
    struct Warp {
        std::barrier<> barrier{warp};
        double values[warp];
    };

    /// Waits for the other threads. Returns how many of all are at the end of the block.
    int meet(int at_end) {
        ending_ += at_end;
        barrier_.arrive_and_wait();
        return ended_;
    }
    static ThreadBlock*& current() {
        static ThreadBlock* block = nullptr;
        return block;
    }

    std::atomic<int> ending_ = 0, ended_ = 0;
    std::atomic<bool> uneven_ = false;
    std::barrier<Count> barrier_{threads, Count{this}};
    Warp warps_[threads / warp];
};

}  // namespace blue_test

#define __CUDA_ARCH__ 800
#define __global__
#define __device__
#define __launch_bounds__(threads)
#define __shared__ static
#define threadIdx (::blue_test::ThreadBlock::thread())
#define blockIdx (::blue_test::ThreadBlock::block())
#define __syncthreads ::blue_test::ThreadBlock::wait
#define __shfl_sync(mask, value, lane) ::blue_test::ThreadBlock::value_of(lane, value)
#define __shfl_down_sync(mask, value, distance) \
    ::blue_test::ThreadBlock::value_of(threadIdx.x % 32 + (distance), value)
#include <blue/backends/cuda/kernels.hpp>
#undef __CUDA_ARCH__
#undef __global__
#undef __device__
#undef __launch_bounds__
#undef __shared__
#undef threadIdx
#undef blockIdx
#undef __syncthreads
#undef __shfl_sync
#undef __shfl_down_sync

namespace blue_test {

/// The host executor, whose loops, reductions and teams are run by the kernels of the device.
struct ThreadsExecutor : HostExecutor {
    template <class Body>
    static void for_each(blue::Index n, const Body& body) {
        const Open open;
        ThreadBlock::run(blue::cuda::ceil_div(n, ThreadBlock::threads),
                         [&] { blue::cuda::detail::for_each_kernel<Body>(n, body); });
    }
    template <int Lanes, class Body>
    static void reduce(blue::Index groups, const Body& body) {
        const Open open;
        ThreadBlock::run(blue::cuda::ceil_div(groups, ThreadBlock::threads / Lanes),
                         [&] { blue::cuda::detail::reduce_kernel<Lanes, Body>(groups, body); });
    }
    template <class Body>
    static void teams(blue::Index groups, const Body& body) {
        const Open open;
        ThreadBlock::run(groups, [&] { blue::cuda::detail::team_kernel<Body>(body); });
    }
};

}  // namespace blue_test

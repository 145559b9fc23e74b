// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// CUDA graphs of the device's work: see graphs.hpp.
#pragma once

#include <blue/backends/cuda/device.hpp>
#include <blue/backends/cuda/graphs.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

namespace blue::cuda {

namespace detail {

/// Where calls of cuBLAS become graphs. A stream of its own: whatever is started on the other one
/// meanwhile is started. A workspace of our own, of the size that NVIDIA recommends: cuBLAS would
/// allocate one for each product in a graph.
struct Capture {
    cudaStream_t stream = nullptr;
    cublasHandle_t blas = nullptr;

    Capture() {
        int major = 0;
        check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, context().device),
              "cudaDeviceGetAttribute");
        const std::size_t bytes = std::size_t{major >= 9 ? 32u : 4u} << 20;
        check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
        check(cublasCreate(&blas), "cublasCreate");
        check(cublasSetStream(blas, stream), "cublasSetStream");
        check(cublasSetWorkspace(blas, Device::allocate(bytes), bytes), "cublasSetWorkspace");
    }

    /// What a function starts, as a graph that the caller destroys.
    template <class Function>
    cudaGraph_t graph_of(Function start) const {
        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
              "cudaStreamBeginCapture");
        cudaGraph_t graph = nullptr;
        try {
            start();
        } catch (...) {
            if (cudaStreamEndCapture(stream, &graph) == cudaSuccess)
                static_cast<void>(cudaGraphDestroy(graph));
            throw;
        }
        check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
        return graph;
    }
};
/// Never destroyed, as the context.
inline const Capture& capture() {
    static const Capture& instance = *new Capture;
    return instance;
}

}  // namespace detail

/// Work in a row, which the device starts with one launch.
class Device::Graph {
public:
    Graph() { detail::check(cudaGraphCreate(&graph_, 0), "cudaGraphCreate"); }
    Graph(const Graph&) = delete;
    ~Graph() {
        if (executable_) static_cast<void>(cudaGraphExecDestroy(executable_));
        static_cast<void>(cudaGraphDestroy(graph_));
    }

    template <class Body>
    void add(const work::Loop<Body>& loop) {
        add_kernel(loop);
    }
    template <int Lanes, class Body>
    void add(const work::Reduction<Lanes, Body>& reduction) {
        add_kernel(reduction);
    }
    template <class Body>
    void add(const work::Teams<Body>& teams) {
        add_kernel(teams);
    }
    void add(const work::Copy& copy) {
        append("cudaGraphAddMemcpyNode1D", [&](auto... place) {
            return cudaGraphAddMemcpyNode1D(place..., copy.to, copy.from, copy.bytes,
                                            cudaMemcpyDeviceToDevice);
        });
    }
    void add(const work::FillZero& fill) {
        cudaMemsetParams params{};
        params.dst = fill.data;
        params.elementSize = 1;
        params.width = fill.bytes;
        params.height = 1;
        append("cudaGraphAddMemsetNode",
               [&](auto... place) { return cudaGraphAddMemsetNode(place..., &params); });
    }
    /// What cuBLAS starts for a product, as a graph in the graph.
    template <class T, class Factor>
    void add(const work::Product<T, Factor>& product) {
        const detail::Capture& capture = detail::capture();
        const cudaGraph_t captured =
            capture.graph_of([&] { Device::multiply(capture.blas, product.args); });
        struct Destroy {
            cudaGraph_t graph;
            ~Destroy() { static_cast<void>(cudaGraphDestroy(graph)); }
        } destroy{captured};  // a copy is added
        append("cudaGraphAddChildGraphNode",
               [&](auto... place) { return cudaGraphAddChildGraphNode(place..., captured); });
    }
    /// After everything was added.
    void finish() {
        detail::check(cudaGraphInstantiate(&executable_, graph_, 0), "cudaGraphInstantiate");
    }

    /// Other arguments for a kernel, from the next launch on. \param node number of the work that
    /// was added
    template <class Work>
    void update(std::size_t node, const Work& work) {
        with_params(work, [&](const cudaKernelNodeParams& params) {
            detail::check(cudaGraphExecKernelNodeSetParams(executable_, nodes_[node], &params),
                          "cudaGraphExecKernelNodeSetParams");
        });
    }
    void launch() {
        detail::check(cudaGraphLaunch(executable_, detail::context().stream), "a CUDA graph");
    }

private:
    template <class Work>
    void add_kernel(const Work& work) {
        with_params(work, [&](const cudaKernelNodeParams& params) {
            append("cudaGraphAddKernelNode",
                   [&](auto... place) { return cudaGraphAddKernelNode(place..., &params); });
        });
    }
    /// Appends what a function adds at a place: the node, the graph, the node before, if any.
    template <class Add>
    void append(const char* what, Add add) {
        const std::size_t before = nodes_.empty() ? 0 : 1;
        cudaGraphNode_t node = nullptr;
        detail::check(add(&node, graph_, nodes_.data() + nodes_.size() - before, before), what);
        nodes_.push_back(node);
    }

    // The launches of Device.
    template <class Body, class Use>
    static void with_params(const work::Loop<Body>& loop, Use use) {
        with_arguments(use, ceil_div(loop.n, block_lanes), &detail::for_each_kernel<Body>, loop.n,
                       loop.body);
    }
    template <int Lanes, class Body, class Use>
    static void with_params(const work::Reduction<Lanes, Body>& reduction, Use use) {
        with_arguments(use, ceil_div(reduction.groups, block_lanes / Lanes),
                       &detail::reduce_kernel<Lanes, Body>, reduction.groups, reduction.body);
    }
    template <class Body, class Use>
    static void with_params(const work::Teams<Body>& teams, Use use) {
        with_arguments(use, teams.groups, &detail::team_kernel<Body>, teams.body);
    }
    template <class Use, class... Arguments>
    static void with_arguments(Use use, Index blocks, void (*kernel)(Arguments...),
                               std::type_identity_t<Arguments>... arguments) {
        void* pointers[] = {&arguments...};  // whoever gets them copies what is there
        cudaKernelNodeParams params{};
        params.func = reinterpret_cast<void*>(kernel);
        params.gridDim = dim3(grid(blocks));
        params.blockDim = dim3(block_lanes);
        params.kernelParams = pointers;
        use(params);
    }

    cudaGraph_t graph_ = nullptr;
    cudaGraphExec_t executable_ = nullptr;
    std::vector<cudaGraphNode_t> nodes_;
};

}  // namespace blue::cuda

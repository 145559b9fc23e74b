// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The device itself: errors, memory, loops, reductions, products, noise and graphs, against the
/// host executor.
#include "support/catch.hpp"
#include "support/skip.hpp"

#include "backends/cuda/bodies.hpp"
#include "backends/cuda/host_executor.hpp"

#include <blue/backends/cuda/batches.hpp>
#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/device.hpp>
#include <blue/backends/cuda/device_graph.hpp>
#include <blue/backends/cuda/noise.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using namespace blue;
using namespace blue_test;

namespace blue_test::bodies {

/// The noise of a unit.
template <class Noise, class T>
struct Draw {
    Noise noise;
    random::Key key;
    T* to;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        T z[cuda::unit_size];
        cuda::draw_unit<T>(noise, key, cuda::Unit(i), z);
        for (int j = 0; j < cuda::unit_size; ++j) to[cuda::Unit(i).element(j)] = z[j];
    }
};

}  // namespace blue_test::bodies

namespace {

bool no_device() {
    if (cuda::available()) return false;
    skip("no CUDA device");
    return true;
}

template <class T>
std::vector<T> waves_of(std::size_t n) {
    std::vector<T> converted;
    for (double x : waves(n)) converted.push_back(static_cast<T>(x));
    return converted;
}

template <class E, class T, class Factor = T>
std::vector<T> product(bool transpose_a, bool transpose_b, T beta) {
    const Index m = 33, n = 17, k = 70, count = 3;
    const Memory<E, Factor> a(waves_of<Factor>(m * k * count)), b(waves_of<Factor>(k * n));
    const Memory<E, T> c(waves_of<T>(m * n * count));
    const cuda::GemmArgs<T, Factor> args{transpose_a,
                                         transpose_b,
                                         m,
                                         n,
                                         k,
                                         a.data,
                                         transpose_a ? k : m,
                                         m * k,
                                         b.data,
                                         transpose_b ? n : k,
                                         0,
                                         beta,
                                         c.data,
                                         m,
                                         m * n,
                                         count};
    E::gemm(args);
    return c.host();
}

template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<T>& b) {
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return worst;
}

template <class T, class E, class Noise>
std::vector<T> draw(const Noise& noise) {
    constexpr Index tiles = 5000;
    const Memory<E, T> to(tiles * random::tile);
    const bodies::Draw<Noise, T> body{noise, {0x0123456789abcdefu, 77, 3, 5, 0}, to.data};
    E::for_each(tiles * 16, body);
    return to.host();
}

template <class T>
std::int64_t worst_ulps(const std::vector<T>& a, const std::vector<T>& b) {
    using Word = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    std::int64_t worst = 0;
    for (std::size_t e = 0; e < a.size(); ++e) {
        Word i, j;
        std::memcpy(&i, &a[e], sizeof i);
        std::memcpy(&j, &b[e], sizeof j);
        worst = std::max(worst, std::abs(std::int64_t{i} - std::int64_t{j}));
    }
    return worst;
}

/// Rows of an array in an order, in batches of which the next one is on its way while a kernel
/// copies the present one.
template <class E>
std::vector<float> in_batches(bool keep) {
    constexpr Index rows = 20000, width = 7;
    Array<float> from({rows, width});
    std::vector<Index> order;
    for (Index i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i % 8191);
    for (Index i = 0; i < rows; ++i) order.push_back((i * 7) % rows);
    blue::detail::Batches<Cuda<float, E>, float, float> batches;
    if (keep) batches.keep(from);
    batches.begin(from, order);
    const Memory<E, float> to(static_cast<std::size_t>(from.size()));
    for (Index first = 0; first < rows; first += rows / 4) {
        const float* const batch = batches.take(first, rows / 4);
        E::for_each(rows / 4 * width,
                    cuda::GatherRows<float, float>{batch, nullptr, 0, 1, to.data + first * width});
        if (first + rows / 4 < rows) batches.prepare(first + rows / 4, rows / 4);
    }
    return to.host();
}

template <class F>
std::string message_of(F function) {
    try {
        function();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("device: errors say what to do", "[cuda]") {
    using cuda::detail::describe;
    const auto says = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    CHECK(says(describe(cudaErrorNoDevice, ""),
               "no CUDA device was found: use Cpu<float>, or check the driver with nvidia-smi"));
    CHECK(says(describe(cudaErrorInsufficientDriver, ""), "nvidia-smi"));
    CHECK(says(describe(cudaErrorNoKernelImageForDevice, ""), "-DCMAKE_CUDA_ARCHITECTURES="));
    CHECK(says(describe(cudaErrorUnsupportedPtxVersion, ""), "(nvcc -arch=sm_"));
    CHECK(says(describe(cudaErrorMemoryAllocation, "a kernel"),
               "out of device memory in a kernel: use fewer samples"));
    CHECK(says(describe(cudaErrorDevicesUnavailable, ""), "CUDA_VISIBLE_DEVICES"));
    CHECK(says(describe(cudaErrorIllegalAddress, "a kernel"), "a kernel"));
    CHECK(says(describe(cudaErrorIllegalAddress, "a kernel"), "CUDA_LAUNCH_BLOCKING=1"));
    const auto of_blas = [](cublasStatus_t status) {
        return message_of([&] { cuda::detail::check(status, "a matrix product"); });
    };
    CHECK(of_blas(CUBLAS_STATUS_SUCCESS).empty());
    CHECK(says(of_blas(CUBLAS_STATUS_ALLOC_FAILED), "a matrix product: use fewer samples"));
    CHECK(says(of_blas(CUBLAS_STATUS_ARCH_MISMATCH), "the CUDA toolkit that names"));
    CHECK(says(of_blas(CUBLAS_STATUS_EXECUTION_FAILED), "cuBLAS failed in a matrix product"));
    CHECK(message_of([] { cuda::detail::check(cudaSuccess, ""); }).empty());
    CHECK(says(message_of([] { cuda::detail::check(cudaErrorLaunchFailure, "a kernel"); }),
               "Models on the host can still be used"));
    if (!cuda::available())
        CHECK(says(message_of([] { cuda::Device::allocate(16); }), "no CUDA device was found"));
    else
        CHECK(says(message_of([] { cuda::Device::allocate(std::size_t{1} << 60); }),
                   "1152921504606846976 bytes were asked for"));
}

TEST_CASE("device: loops reach each index once", "[cuda]") {
    for (Index n : {1, 255, 256, 257, 100000}) {
        const std::vector<double> expected = write<HostExecutor>(n);
        CHECK(expected.back() == 3.0 * static_cast<double>(n - 1) + 1);
        if (cuda::available()) CHECK(write<cuda::Device>(n) == expected);
    }
    no_device();
}

TEST_CASE("device: batches are kept or copied beside the computation", "[cuda]") {
    const std::vector<float> expected = in_batches<HostExecutor>(true);
    CHECK(expected[7] == 49);
    CHECK(in_batches<HostExecutor>(false) == expected);
    if (no_device()) return;
    CHECK(in_batches<cuda::Device>(true) == expected);
    CHECK(in_batches<cuda::Device>(false) == expected);
}

TEST_CASE("device: reductions add in the order of the host executor", "[cuda]") {
    if (no_device()) return;
    for (Index groups : {1, 7, 8, 9, 1000}) {
        CHECK(reduce<cuda::Device, 32>(groups) == reduce<HostExecutor, 32>(groups));
        CHECK(reduce<cuda::Device, 256>(groups) == reduce<HostExecutor, 256>(groups));
    }
}

TEST_CASE("device: teams add in the order of the host executor", "[cuda]") {
    CHECK(team_sums<HostExecutor>(3).back() != 0);
    if (no_device()) return;
    for (Index groups : {1, 40})
        CHECK(team_sums<cuda::Device>(groups) == team_sums<HostExecutor>(groups));
}

TEST_CASE("device: products follow the definition of BLAS", "[cuda]") {
    if (no_device()) return;
    // Sums of 70 products below 1/9, and numbers below 1/3.
    for (bool a : {false, true})
        for (bool b : {false, true}) {
            CHECK(largest_difference(product<cuda::Device>(a, b, 0.0),
                                     product<HostExecutor>(a, b, 0.0)) < 1e-14);
            CHECK(largest_difference(product<cuda::Device>(a, b, 1.0f),
                                     product<HostExecutor>(a, b, 1.0f)) < 1e-5);
            CHECK(largest_difference(product<cuda::Device, float, math::bfloat16>(a, b, 1.0f),
                                     product<HostExecutor, float, math::bfloat16>(a, b, 1.0f)) <
                  1e-5);
        }
}

TEST_CASE("device: words equal the CPU's, normals within 2 ulp", "[cuda]") {
    // On the host: what nvcc makes of the device functions there, against the CPU's packs.
    std::vector<float> tiles(5000 * random::tile);
    random::draw_tiles(noise::Normal{}, {0x0123456789abcdefu, 77, 3, 5, 0}, 0, 5000, tiles.data());
    CHECK(worst_ulps(draw<float, HostExecutor>(noise::Normal{}), tiles) <= 2);
    if (no_device()) return;
    CHECK(worst_ulps(draw<float, cuda::Device>(noise::Uniform{}),
                     draw<float, HostExecutor>(noise::Uniform{})) == 0);
    CHECK(worst_ulps(draw<float, cuda::Device>(noise::Normal{}), tiles) <= 2);
    CHECK(worst_ulps(draw<double, cuda::Device>(noise::Normal{}),
                     draw<double, HostExecutor>(noise::Normal{})) <= 2);
}

namespace {

/// All kinds of work on the numbers of `memory`, several times over.
template <class E>
cuda::WorkList<E> some_work(double* memory, double factor, float* product) {
    namespace work = cuda::work;
    cuda::WorkList<E> list;
    for (Index step = 0; step < 3; ++step) {
        list.add(work::FillZero{memory + 1000, 100 * sizeof(double)});
        list.add(work::Loop<bodies::Write>{300, {memory}});
        list.add(work::Reduction<256, bodies::SumAndSmallest>{20, {memory, 100, memory + 300}});
        list.add(work::Reduction<32, bodies::SumAndSmallest>{20, {memory, 300, memory + 400}});
        list.add(work::Loop<cuda::Assign<double>>{1, {memory + 7, factor}});
        list.add(work::Copy{memory + 1000, memory + 250, 200 * sizeof(double)});
    }
    list.add(work::Product<float, float>{
        {false, false, 2, 2, 2, product, 2, 4, product + 4, 2, 4, 1, product + 8, 2, 4, 1}});
    return list;
}

}  // namespace

TEST_CASE("device: graphs do what is done without them, with arguments of now", "[cuda]") {
    if (no_device()) return;
    using E = cuda::Device;
    const Memory<E, float> expected_product(waves_of<float>(12)), product(waves_of<float>(12));
    const Memory<E, double> expected(waves(1200)), given(waves(1200));
    const auto before = some_work<E>(given.data, 5, product.data),
               now = some_work<E>(given.data, 6, product.data);
    E::Graph graph;
    before.add_to(graph);
    graph.finish();
    for (double factor : {5.0, 6.0, 6.0}) {
        some_work<E>(expected.data, factor, expected_product.data).start();
        if (factor == 6) now.update(graph, before);
        graph.launch();
        CHECK(given.host() == expected.host());
        CHECK(product.host() == expected_product.host());
    }
}

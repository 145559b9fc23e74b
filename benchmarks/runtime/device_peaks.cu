// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the device can do at most, for the share of it that a network reaches: products of cuBLAS,
/// and copies within the device's memory.
#include "backend.hpp"
#include "workloads.hpp"

#include <random>

namespace {

using Backend = blue::Cuda<float, bench::CountingDevice>;
using Numbers = blue::Buffer<Backend>;

/// Normals on the device: products of zeros run faster.
Numbers normals(blue::Index count) {
    blue::Array<float> host({count});
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    for (blue::Index i = 0; i < count; ++i)  // the first ones again and again, which is no faster
        host[i] = i < (1 << 20) ? normal(generator) : host[i - (1 << 20)];
    Numbers numbers(count);
    Backend::memory::copy_from_host(numbers.data(), host.data(), count);
    return numbers;
}

/// One product of square matrices of `width` rows; its elements are multiplications and additions.
class Products final : public bench::Workload {
public:
    explicit Products(const bench::Parameters& parameters)
        : n_(parameters.width), a_(normals(n_ * n_)), b_(normals(n_ * n_)), c_(n_ * n_) {}

    double step() override {
        using Factor = blue::cuda::Matrices<const float>;
        using Product = blue::cuda::Matrices<float>;
        blue::cuda::gemm<false, false, bench::CountingDevice>(n_, n_, n_, Factor{a_.data(), 0},
                                                              Factor{b_.data(), 0},
                                                              Product{c_.data(), 0}, 1, false);
        return 0;
    }
    double elements() const override { return 2.0 * static_cast<double>(n_ * n_ * n_); }

private:
    blue::Index n_;
    Numbers a_, b_, c_;
};

/// Copies `width` MiB; its elements are bytes, read and written.
class Copy final : public bench::Workload {
public:
    explicit Copy(const bench::Parameters& parameters)
        : from_(normals(parameters.width << 18)), to_(from_.size()) {}

    double step() override {
        Backend::memory::copy(to_.data(), from_.data(), from_.size());
        return 0;
    }
    double elements() const override { return 8.0 * static_cast<double>(from_.size()); }

private:
    Numbers from_, to_;
};

const bench::Registered device_peaks{
    {"device-products", 0, bench::make<Products>},
    {"device-copy", 0, bench::make<Copy>},
};

}  // namespace

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs the same code on the CPU backend and on the CUDA backend's host executor.
#pragma once

#include "backends/cuda/host_executor.hpp"

#include <blue/backends/cpu/elementwise.hpp>
#include <blue/backends/cpu/reduce.hpp>
#include <blue/backends/cuda/elementwise.hpp>
#include <blue/backends/cuda/reduce.hpp>
#include <blue/ops/arithmetic.hpp>
#if defined(BLUE_TEST_ON_DEVICE)
#include <blue/backends/cuda/device.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace blue_test {

#if defined(BLUE_TEST_ON_DEVICE)
/// The device, in programs that repeat the tests of the host executor there. Started kernels are
/// counted in the same place.
struct CountedDevice : blue::cuda::Device {
    template <class Body>
    static void for_each(blue::Index n, const Body& body) {
        ++HostExecutor::launches();
        Device::for_each(n, body);
    }
    template <int Lanes, class Body>
    static void reduce(blue::Index groups, const Body& body) {
        ++HostExecutor::launches();
        Device::template reduce<Lanes>(groups, body);
    }
    template <class Body>
    static void teams(blue::Index groups, const Body& body) {
        ++HostExecutor::launches();
        Device::teams(groups, body);
    }
    template <class T, class Factor>
    static void gemm(const blue::cuda::GemmArgs<T, Factor>& g) {
        ++HostExecutor::launches();
        Device::gemm(g);
    }
};
template <class T>
using Emulated = blue::Cuda<T, CountedDevice>;
#else
/// The CUDA backend on the host.
template <class T>
using Emulated = blue::Cuda<T, HostExecutor>;
#endif

/// Numbers in (low, high), all different, the same in each call.
template <class T>
std::vector<T> numbers(blue::Index n, double low = -2, double high = 2) {
    std::vector<T> values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double fraction = std::fmod(0.5 + 0.6180339887498949 * static_cast<double>(i), 1.0);
        values[i] = static_cast<T>(low + (high - low) * fraction);
    }
    return values;
}

/// The largest difference relative to the largest number of the second one; infinite when sizes
/// differ, or when one has a NaN that the other has not.
template <class T>
double difference(const std::vector<T>& a, const std::vector<T>& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double largest = 1e-30, worst = 0;
    for (T value : b) largest = std::max(largest, std::abs(static_cast<double>(value)));
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) != std::isnan(b[i])) return std::numeric_limits<double>::infinity();
        if (!std::isnan(a[i]) && a[i] != b[i])
            worst =
                std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    return worst / largest;
}

/// An argument of an operation.
template <class Shape>
struct Argument {
    blue::Index samples, batch;
    double low = -2, high = 2;
};

/// The value of an operation and the gradients of its arguments.
template <class T>
struct Outcome {
    std::vector<T> value;
    std::vector<std::vector<T>> gradients;
};

/// Runs op(x...) and its derivative in the direction of fixed numbers.
template <class B, class Op, class... Shapes>
auto run(Op op, Argument<Shapes>... arguments) {
    using T = typename B::scalar;
    blue::Tape<B> tape;
    const auto leaf = [&]<class Shape>(Argument<Shape> a) {
        const std::vector<T> x = numbers<T>(a.samples * a.batch * Shape::size, a.low, a.high);
        return tape.template leaf<Shape>(x.data(), a.batch, a.samples);
    };
    const std::tuple vars{leaf(arguments)...};
    const auto y = std::apply(op, vars);
    using Shape = typename decltype(y)::shape;
    const std::vector<T> direction = numbers<T>(y.node->size(), -1, 1);
    const auto factors = tape.template input<Shape>(direction.data(), y.batch(), y.samples());
    tape.backward(sum(y * factors));
    Outcome<T> outcome{y.to_host(), {}};
    std::apply([&](auto... x) { (outcome.gradients.push_back(tape.gradient_of(x.node)), ...); },
               vars);
    return outcome;
}

/// The largest relative difference between the CPU backend and the other, over value and gradients.
/// Infinite when the results of the other depend on the order of its threads.
template <class T, class Op, class... Shapes>
double compare(Op op, Argument<Shapes>... arguments) {
    const auto expected = run<blue::Cpu<T>>(op, arguments...);
    const auto given = run<Emulated<T>>(op, arguments...);
    HostExecutor::reverse = true;
    const auto reversed = run<Emulated<T>>(op, arguments...);
    HostExecutor::reverse = false;
    if (given.value != reversed.value || given.gradients != reversed.gradients)
        return std::numeric_limits<double>::infinity();
    double worst = difference(given.value, expected.value);
    for (std::size_t i = 0; i < expected.gradients.size(); ++i)
        worst = std::max(worst, difference(given.gradients[i], expected.gradients[i]));
    return worst;
}

/// What rounding may change: sums in another order. A few dozen roundings of random sign.
template <class T>
inline constexpr double rounding = 32 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace blue_test

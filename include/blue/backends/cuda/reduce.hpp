// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reductions on the device. Sums run in a fixed order, in double where they are long.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/reduce.hpp>

namespace blue {
namespace cuda {

/// Per block the sum of the numbers, or of their squares.
template <class T>
struct SumBlocks : Adding<1> {
    const T* x;
    Index size;
    bool squares;
    double* parts;

    BLUE_HOST_DEVICE result part(Index block, int lane) const {
        result sum{};
        for (Index e = block * block_size + lane; e < (block + 1) * block_size; e += block_lanes)
            if (e < size) {
                const double value = static_cast<double>(x[e]);
                sum.total[0] += squares ? value * value : value;
            }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index block, int lane, const result& sum) const {
        if (lane == 0) parts[block] = sum.total[0];
    }
};

/// *to = the sum of all numbers, or of their squares.
template <class E, class To, class B, class T>
void sum_all(Tape<B>& tape, const T* x, Index size, bool squares, To* to) {
    const Index blocks = ceil_div(size, block_size);
    double* const parts = tape.template device_memory<double>(blocks);
    E::template reduce<block_lanes>(blocks, SumBlocks<T>{{}, x, size, squares, parts});
    E::template reduce<block_lanes>(1, SumParts<To>{{}, parts, blocks, to, false});
}

/// y[row] = the sum of a row: one warp per row.
template <class T>
struct SumRows : Adding<1> {
    const T* x;
    T* y;
    Index inner;
    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        result sum{};
        for (Index e = lane; e < inner; e += warp_lanes)
            sum.total[0] += static_cast<double>(x[row * inner + e]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& sum) const {
        if (lane == 0) y[row] = static_cast<T>(sum.total[0]);
    }
};

/// dx[i] = or += dy[i / inner].
template <class T>
struct SpreadRows {
    const T* dy;
    Index inner;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        put(dx.data + i, dy[divide(i, inner).quotient], dx.add);
    }
};

/// Mean of an element over the samples.
template <class T>
BLUE_HOST_DEVICE double mean_of(const T* x, Index samples, Index n, Index e) {
    double mean = 0;
    for (Index s = 0; s < samples; ++s) mean += static_cast<double>(x[s * n + e]);
    return mean / static_cast<double>(samples);
}

template <class T>
struct MeanSamples {
    const T* x;
    T* y;
    Index samples, n;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        y[e] = static_cast<T>(mean_of(x, samples, n, e));
    }
};
template <class T>
struct MeanSamplesBackward {
    const T* dy;
    Index samples, n;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        put(dx.data + i, dy[divide(i, n).remainder] * (T(1) / static_cast<T>(samples)), dx.add);
    }
};

template <class T>
struct StdSamples {
    const T* x;
    T* y;
    Index samples, n;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        const double mean = mean_of(x, samples, n, e);
        double squares = 0;
        for (Index s = 0; s < samples; ++s) {
            const double deviation = static_cast<double>(x[s * n + e]) - mean;
            squares += deviation * deviation;
        }
        y[e] = static_cast<T>(
            sqrt(math::Number<double>(squares / static_cast<double>(samples - 1))).r[0]);
    }
};
template <class T>
struct StdSamplesBackward {
    const T* x;
    const T* y;
    const T* dy;
    Index samples, n;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        const double mean = mean_of(x, samples, n, e), deviation = static_cast<double>(y[e]);
        const double scale = deviation > 0 ? static_cast<double>(dy[e]) /
                                                 (deviation * static_cast<double>(samples - 1))
                                           : 0;
        for (Index s = 0; s < samples; ++s) {
            const Index i = s * n + e;
            put(dx.data + i, static_cast<T>((static_cast<double>(x[i]) - mean) * scale), dx.add);
        }
    }
};

template <class T>
struct Pick {
    const T* x;
    T* y;
    const std::int32_t* labels;
    Index rows, classes;  ///< rows of a sample
    BLUE_HOST_DEVICE void operator()(Index i) const {
        y[i] = x[i * classes + labels[divide(i, rows).remainder]];
    }
};
/// One thread per element of dx, so that nothing is added by two.
template <class T>
struct PickBackward {
    const T* dy;
    const std::int32_t* labels;
    Index rows, classes;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, label] = divide(i, classes);
        put(dx.data + i, labels[divide(row, rows).remainder] == label ? dy[row] : T(0), dx.add);
    }
};

}  // namespace cuda

template <class T, class E>
void reduce_forward(Tape<Cuda<T, E>>& tape, const detail::ReduceArgs<Cuda<T, E>>& args) {
    const auto& x = *args.x;
    T* const y = args.y->value;
    const Index n = x.per_sample();
    switch (args.kind) {
        case detail::Reduction::sum:
            return cuda::sum_all<E>(tape, static_cast<const T*>(x.value), x.size(), false, y);
        case detail::Reduction::sum_last:
            return E::template reduce<cuda::warp_lanes>(
                x.size() / args.inner, cuda::SumRows<T>{{}, x.value, y, args.inner});
        case detail::Reduction::mean_samples:
            return E::for_each(n, cuda::MeanSamples<T>{x.value, y, x.samples, n});
        case detail::Reduction::std_samples:
            return E::for_each(n, cuda::StdSamples<T>{x.value, y, x.samples, n});
    }
}

template <class T, class E>
void reduce_backward(Tape<Cuda<T, E>>&, const detail::ReduceArgs<Cuda<T, E>>& args,
                     GradientTarget<T> dx) {
    const auto& x = *args.x;
    const T* const dy = args.y->grad;
    const Index n = x.per_sample();
    switch (args.kind) {
        case detail::Reduction::sum:
            return E::for_each(x.size(), cuda::SpreadRows<T>{dy, x.size(), dx});
        case detail::Reduction::sum_last:
            return E::for_each(x.size(), cuda::SpreadRows<T>{dy, args.inner, dx});
        case detail::Reduction::mean_samples:
            return E::for_each(x.size(), cuda::MeanSamplesBackward<T>{dy, x.samples, n, dx});
        case detail::Reduction::std_samples:
            return E::for_each(
                n, cuda::StdSamplesBackward<T>{x.value, args.y->value, dy, x.samples, n, dx});
    }
}

template <class T, class E>
void pick_forward(Tape<Cuda<T, E>>&, const detail::PickArgs<Cuda<T, E>>& args) {
    E::for_each(args.y->size(), cuda::Pick<T>{args.x->value, args.y->value, args.labels,
                                              args.y->per_sample(), args.classes});
}

template <class T, class E>
void pick_backward(Tape<Cuda<T, E>>&, const detail::PickArgs<Cuda<T, E>>& args,
                   GradientTarget<T> dx) {
    E::for_each(args.x->size(), cuda::PickBackward<T>{args.y->grad, args.labels,
                                                      args.y->per_sample(), args.classes, dx});
}

}  // namespace blue

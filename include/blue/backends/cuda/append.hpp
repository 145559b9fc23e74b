// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers behind the last axis on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/append.hpp>

namespace blue {
namespace cuda {

/// Sizes of an append as kernels see them.
struct AppendSizes {
    Index rows, width, count, samples;  ///< rows of a sample; samples of the result
    bool shared_rows, shared_tail;      ///< whether all samples have the same

    template <class B>
    explicit AppendSizes(const blue::detail::AppendArgs<B>& args)
        : rows(args.x->per_sample() / args.width),
          width(args.width),
          count(args.count),
          samples(args.y->samples),
          shared_rows(args.x->samples == 1),
          shared_tail(args.tail->samples == 1) {}
};

template <class T>
struct Append {
    AppendSizes sizes;
    const T* x;
    const T* tail;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, sizes.width + sizes.count);
        const auto [s, r] = divide(row, sizes.rows);
        y[i] = column < sizes.width
                   ? x[(sizes.shared_rows ? r : row) * sizes.width + column]
                   : tail[(sizes.shared_tail ? 0 : s) * sizes.count + column - sizes.width];
    }
};

/// One thread per element of x.
template <class T>
struct AppendBackwardRows {
    AppendSizes sizes;
    const T* dy;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, sizes.width);
        T sum = 0;
        for (Index s = 0; s < (sizes.shared_rows ? sizes.samples : 1); ++s)
            sum += dy[(s * sizes.rows + row) * (sizes.width + sizes.count) + column];
        put(dx.data + i, sum, dx.add);
    }
};

/// One warp per number of the tail: the sum over all rows that have it.
template <class T>
struct AppendBackwardTail : Adding<1> {
    AppendSizes sizes;
    const T* dy;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE result part(Index i, int lane) const {
        const auto [s, column] = divide(i, sizes.count);
        const Index first = s * sizes.rows;  // s is 0 when all samples share the tail
        const Index rows = (sizes.shared_tail ? sizes.samples : 1) * sizes.rows;
        result sum{};
        for (Index row = lane; row < rows; row += warp_lanes)
            sum.total[0] += static_cast<double>(
                dy[(first + row) * (sizes.width + sizes.count) + sizes.width + column]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index i, int lane, const result& sum) const {
        if (lane == 0) put(dx.data + i, static_cast<T>(sum.total[0]), dx.add);
    }
};

}  // namespace cuda

template <class T, class E>
void append_forward(Tape<Cuda<T, E>>&, const detail::AppendArgs<Cuda<T, E>>& args) {
    E::for_each(args.y->size(), cuda::Append<T>{cuda::AppendSizes(args), args.x->value,
                                                args.tail->value, args.y->value});
}

template <class T, class E>
void append_backward_rows(Tape<Cuda<T, E>>&, const detail::AppendArgs<Cuda<T, E>>& args,
                          GradientTarget<T> dx) {
    E::for_each(args.x->size(),
                cuda::AppendBackwardRows<T>{cuda::AppendSizes(args), args.y->grad, dx});
}

template <class T, class E>
void append_backward_tail(Tape<Cuda<T, E>>&, const detail::AppendArgs<Cuda<T, E>>& args,
                          GradientTarget<T> dx) {
    E::template reduce<cuda::warp_lanes>(
        args.tail->size(),
        cuda::AppendBackwardTail<T>{{}, cuda::AppendSizes(args), args.y->grad, dx});
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Softmax and its logarithm on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/backends/cpu/rows.hpp>
#include <blue/ops/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace blue {
namespace cpu {

/// One row of n numbers.
template <class T>
BLUE_FLATTEN void softmax_row(blue::detail::SoftmaxKind kind, const T* x, T* y, Index n) {
    using enum blue::detail::SoftmaxKind;
    using S = RowPack<T>;
    if (kind == softmax && n <= S::lanes) {  // in a register
        const Count<S> count{n};
        const S row = load<S>(x, count, -std::numeric_limits<T>::infinity());
        const S weights = exp(row - largest(row));
        return store(weights * (1 / sum(weights)), y, count);
    }
    const bool is_exponential = kind == softmax || kind == log_softmax;
    const T most = is_exponential ? row_maximum(x, n) : T(0);
    const T total = is_exponential ? exponentials(x, y, n, most)
                                   : static_cast<T>(std::accumulate(x, x + n, 0.0));
    const T log_total = kind == softmax || kind == normalise ? T(0) : std::log(total);
    switch (kind) {
        case softmax:
            return scale_row(y, n, 1 / total);
        case log_softmax:
            for (Index e = 0; e < n; ++e) y[e] = x[e] - most - log_total;
            return;
        case normalise:
            for (Index e = 0; e < n; ++e) y[e] = x[e] / total;
            return;
        case log_normalise:
            for (Index e = 0; e < n; ++e) y[e] = std::log(x[e]) - log_total;
    }
}

template <class T>
void softmax_row_backward(blue::detail::SoftmaxKind kind, const T* x, const T* y, const T* dy,
                          T* dx, bool add, Index n) {
    T total = 0, sum_x = 0;
    for (Index e = 0; e < n; ++e) {
        total += kind == blue::detail::SoftmaxKind::softmax ||
                         kind == blue::detail::SoftmaxKind::normalise
                     ? dy[e] * y[e]
                     : dy[e];
        sum_x += x[e];
    }
    for (Index e = 0; e < n; ++e) {
        T slope = 0;
        switch (kind) {
            case blue::detail::SoftmaxKind::softmax:
                slope = y[e] * (dy[e] - total);
                break;
            case blue::detail::SoftmaxKind::log_softmax:
                slope = dy[e] - total * std::exp(y[e]);
                break;
            case blue::detail::SoftmaxKind::normalise:
                slope = (dy[e] - total) / sum_x;
                break;
            case blue::detail::SoftmaxKind::log_normalise:
                slope = dy[e] / x[e] - total / sum_x;
        }
        dx[e] = add ? dx[e] + slope : slope;
    }
}

}  // namespace cpu

template <class T, class Isa>
void softmax_forward(Tape<Cpu<T, Isa>>&, const blue::detail::SoftmaxArgs<Cpu<T, Isa>>& args) {
    cpu::for_each_row(args.x->size() / args.classes, args.classes, [&](Index at) {
        cpu::softmax_row(args.kind, args.x->value + at, args.y->value + at, args.classes);
    });
}

template <class T, class Isa>
void softmax_backward(Tape<Cpu<T, Isa>>&, const blue::detail::SoftmaxArgs<Cpu<T, Isa>>& args,
                      GradientTarget<T> dx) {
    cpu::for_each_row(args.x->size() / args.classes, args.classes, [&](Index at) {
        cpu::softmax_row_backward(args.kind, args.x->value + at, args.y->value + at,
                                  args.y->grad + at, dx.data + at, dx.add, args.classes);
    });
}

}  // namespace blue

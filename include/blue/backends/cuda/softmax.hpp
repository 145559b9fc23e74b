// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Softmax and its logarithm on the device: one warp per row.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/softmax.hpp>

namespace blue {
namespace cuda {

using SoftmaxKind = blue::detail::SoftmaxKind;

template <class T>
struct SoftmaxForward {
    using result = Sums<2>;  ///< the largest number so far, and the sum of exp(x - largest)
    using S = math::Number<T>;
    const T* x;
    T* y;
    Index classes;
    SoftmaxKind kind;

    /// Two parts of a row: the smaller maximum's sum is scaled. A lane without numbers has the sum
    /// 0.
    BLUE_HOST_DEVICE static result combine(const result& a, const result& b) {
        if (a.total[1] == 0) return b;
        if (b.total[1] == 0) return a;
        const double largest = a.total[0] > b.total[0] ? a.total[0] : b.total[0];
        return {{largest, a.total[1] * scale(a.total[0] - largest) +
                              b.total[1] * scale(b.total[0] - largest)}};
    }
    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        const T* const in = x + row * classes;
        if (kind == SoftmaxKind::normalise || kind == SoftmaxKind::log_normalise) {
            // All parts with the same maximum: plain addition.
            result sum{};
            for (Index e = lane; e < classes; e += warp_lanes)
                sum.total[1] += static_cast<double>(in[e]);
            return sum;
        }
        if (lane >= classes) return {};
        S largest = in[lane];
        for (Index e = lane; e < classes; e += warp_lanes) largest = max(largest, S(in[e]));
        double sum = 0;
        for (Index e = lane; e < classes; e += warp_lanes)
            sum += static_cast<double>(exp(S(in[e]) - largest).r[0]);
        return {{static_cast<double>(largest.r[0]), sum}};
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& total) const {
        const S largest(total.total[0]), inverse(1 / total.total[1]);
        const bool takes_log =
            kind == SoftmaxKind::log_softmax || kind == SoftmaxKind::log_normalise;
        const S log_total(takes_log ? log(Double(total.total[1])).r[0] : 0);
        for (Index e = lane; e < classes; e += warp_lanes) {
            const S in = x[row * classes + e];
            S value;
            switch (kind) {
                case SoftmaxKind::softmax:
                    value = exp(in - largest) * inverse;
                    break;
                case SoftmaxKind::log_softmax:
                    value = in - largest - log_total;
                    break;
                case SoftmaxKind::normalise:
                    value = in / S(total.total[1]);  // a number by itself is 1
                    break;
                case SoftmaxKind::log_normalise:
                    value = log(in) - log_total;
            }
            y[row * classes + e] = value.r[0];
        }
    }

private:
    using Double = math::Number<double>;
    BLUE_HOST_DEVICE static double scale(double difference) {
        return static_cast<double>(exp(S(difference)).r[0]);
    }
};

template <class T>
struct SoftmaxBackward : Adding<2> {
    using result = Sums<2>;  ///< of dy or dy y, and of x
    using S = math::Number<T>;
    const T* x;
    const T* y;
    const T* dy;
    Index classes;
    SoftmaxKind kind;
    GradientTarget<T> dx;

    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        result sum{};
        for (Index e = lane; e < classes; e += warp_lanes) {
            const Index i = row * classes + e;
            const bool weighted = kind == SoftmaxKind::softmax || kind == SoftmaxKind::normalise;
            sum.total[0] += static_cast<double>(weighted ? dy[i] * y[i] : dy[i]);
            sum.total[1] += static_cast<double>(x[i]);
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& sum) const {
        const S total(sum.total[0]), sum_x(sum.total[1]);
        for (Index e = lane; e < classes; e += warp_lanes) {
            const Index i = row * classes + e;
            const S value = y[i], slope = dy[i];
            S dx_e;
            switch (kind) {
                case SoftmaxKind::softmax:
                    dx_e = value * (slope - total);
                    break;
                case SoftmaxKind::log_softmax:
                    dx_e = slope - total * exp(value);
                    break;
                case SoftmaxKind::normalise:
                    dx_e = (slope - total) / sum_x;
                    break;
                case SoftmaxKind::log_normalise:
                    dx_e = slope / S(x[i]) - total / sum_x;
            }
            put(dx.data + i, dx_e.r[0], dx.add);
        }
    }
};

}  // namespace cuda

template <class T, class E>
void softmax_forward(Tape<Cuda<T, E>>&, const detail::SoftmaxArgs<Cuda<T, E>>& args) {
    E::template reduce<cuda::warp_lanes>(
        args.x->size() / args.classes,
        cuda::SoftmaxForward<T>{args.x->value, args.y->value, args.classes, args.kind});
}

template <class T, class E>
void softmax_backward(Tape<Cuda<T, E>>&, const detail::SoftmaxArgs<Cuda<T, E>>& args,
                      GradientTarget<T> dx) {
    E::template reduce<cuda::warp_lanes>(
        args.x->size() / args.classes,
        cuda::SoftmaxBackward<T>{
            {}, args.x->value, args.y->value, args.y->grad, args.classes, args.kind, dx});
}

}  // namespace blue

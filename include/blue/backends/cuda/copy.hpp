// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Copies of parts of values on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/copy_args.hpp>

namespace blue {
namespace cuda {

/// Some axes of a copy.
struct CopyAxes {
    int count = 0;
    blue::detail::CopyAxis axes[blue::detail::CopyPlan::most_axes] = {};

    /// Where element i is on both sides.
    struct Place {
        Index x, y;
    };
    BLUE_HOST_DEVICE Place at(Index i) const {
        Place place{0, 0};
        for (int k = count - 1; k >= 0; --k) {
            const auto [rest, position] = divide(i, axes[k].extent);
            place.x += position * axes[k].x_step;
            place.y += position * axes[k].y_step;
            i = rest;
        }
        return place;
    }
};

/// The axes of a plan along which x has its own elements, or shares one.
inline CopyAxes copy_axes(const blue::detail::CopyPlan& plan, bool own, bool shared) {
    CopyAxes some;
    for (int k = 0; k < plan.count; ++k)
        if (plan.axes[k].x_step == 0 ? shared : own) some.axes[some.count++] = plan.axes[k];
    return some;
}

template <class T>
struct Copy {
    CopyAxes axes;
    const T* x;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [from, to] = axes.at(i);
        y[to] = x[from];
    }
};
/// One thread per element of x that is copied, once.
template <class T>
struct CopyBackward {
    CopyAxes axes;
    const T* dy;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [to, from] = axes.at(i);
        put(dx.data + to, dy[from], dx.add);
    }
};
/// One warp per element of x that is copied: the sum over all its copies.
template <class T>
struct SharedCopyBackward : Adding<1> {
    CopyAxes own, shared;
    Index copies;
    const T* dy;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE result part(Index i, int lane) const {
        const Index from = own.at(i).y;
        result sum{};
        for (Index c = lane; c < copies; c += warp_lanes)
            sum.total[0] += static_cast<double>(dy[from + shared.at(c).y]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index i, int lane, const result& sum) const {
        if (lane == 0) put(dx.data + own.at(i).x, static_cast<T>(sum.total[0]), dx.add);
    }
};

}  // namespace cuda

template <class T, class E>
void copy_forward(Tape<Cuda<T, E>>&, const detail::CopyArgs<Cuda<T, E>>& args) {
    E::for_each(args.plan.elements(), cuda::Copy<T>{cuda::copy_axes(args.plan, true, true),
                                                    args.x->value + args.plan.x_first,
                                                    args.y->value + args.plan.y_first});
}

template <class T, class E>
void copy_backward(Tape<Cuda<T, E>>&, const detail::CopyArgs<Cuda<T, E>>& args,
                   GradientTarget<T> dx) {
    const T* const dy = args.y->grad + args.plan.y_first;
    const GradientTarget<T> to{dx.data + args.plan.x_first, dx.add};
    const Index elements = args.plan.different_elements();
    if (args.is_shared())
        E::template reduce<cuda::warp_lanes>(
            elements, cuda::SharedCopyBackward<T>{{},
                                                  cuda::copy_axes(args.plan, true, false),
                                                  cuda::copy_axes(args.plan, false, true),
                                                  args.plan.elements() / elements,
                                                  dy,
                                                  to});
    else
        E::for_each(elements,
                    cuda::CopyBackward<T>{cuda::copy_axes(args.plan, true, true), dy, to});
}

}  // namespace blue

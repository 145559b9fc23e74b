// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pooling on the device: one thread per output, in backward one per input.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/pooling.hpp>

#include <limits>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::pooling, Cuda<T, E>> = true;

namespace cuda {

/// The windows of a pooling operation over planes of three axes.
struct PoolWindows {
    using Axis = blue::detail::PoolAxis;
    using Range = blue::detail::PoolRange;
    Axis depth, height, width;
    Index in, out;  ///< numbers of a plane

    template <class B>
    explicit PoolWindows(const blue::detail::PoolArgs<B>& args)
        : depth(args.axes[0]),
          height(args.axes[1]),
          width(args.axes[2]),
          in(args.in_plane()),
          out(args.out_plane()) {}

    /// A number of an array of planes.
    struct Place {
        Index plane, d, h, w;
    };
    BLUE_HOST_DEVICE Place input(Index i) const { return place(i, depth.in, height.in, width.in); }
    BLUE_HOST_DEVICE Place output(Index i) const {
        return place(i, depth.out, height.out, width.out);
    }

    /// By what the sum of a window is divided.
    template <class T>
    BLUE_HOST_DEVICE T count(Index d, Index h, Index w) const {
        return static_cast<T>(depth.count(d) * height.count(h) * width.count(w));
    }

    /// Calls use(position in the plane) for the elements of a window, in order.
    template <class Use>
    BLUE_HOST_DEVICE void for_each_element(const Place& of, Use use) const {
        const Range z = depth.range(of.d), y = height.range(of.h), x = width.range(of.w);
        for (Index d = z.begin; d < z.end; d += depth.dilation)
            for (Index h = y.begin; h < y.end; h += height.dilation)
                for (Index w = x.begin; w < x.end; w += width.dilation)
                    use((d * height.in + h) * width.in + w);
    }
    /// Calls use(d, h, w) for the outputs whose windows have an element, in order.
    template <class Use>
    BLUE_HOST_DEVICE void for_each_window(const Place& of, Use use) const {
        const Range z = depth.outputs_near(of.d), y = height.outputs_near(of.h),
                    x = width.outputs_near(of.w);
        for (Index d = z.begin; d < z.end; ++d) {
            if (!depth.has(d, of.d)) continue;
            for (Index h = y.begin; h < y.end; ++h) {
                if (!height.has(h, of.h)) continue;
                for (Index w = x.begin; w < x.end; ++w)
                    if (width.has(w, of.w)) use(d, h, w);
            }
        }
    }

private:
    BLUE_HOST_DEVICE static Place place(Index i, Index depth, Index height, Index width) {
        const auto [row, w] = divide(i, width);
        const auto [slice, h] = divide(row, height);
        const auto [plane, d] = divide(slice, depth);
        return {plane, d, h, w};
    }
};

template <class T>
struct MaxPoolForward {
    PoolWindows windows;
    const T* x;
    T* y;
    std::int32_t* winners;  ///< nullptr when nobody asks
    T lowest;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto of = windows.output(i);
        const T* const plane = x + of.plane * windows.in;
        T best = lowest;
        std::int32_t winner = -1;
        windows.for_each_element(of, [&](Index at) {
            const T value = plane[at];
            if (value > best || value != value || winner < 0) {
                best = value;
                winner = static_cast<std::int32_t>(at);
            }
        });
        y[i] = best;
        if (winners) winners[i] = winner;
    }
};

template <class T>
struct MeanPoolForward {
    PoolWindows windows;
    const T* x;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto of = windows.output(i);
        const T* const plane = x + of.plane * windows.in;
        T sum = 0;
        windows.for_each_element(of, [&](Index at) { sum += plane[at]; });
        y[i] = sum / windows.template count<T>(of.d, of.h, of.w);
    }
};

/// The windows that an element is the largest of, or takes part in.
template <class T>
struct PoolBackward {
    PoolWindows windows;
    const T* dy;
    const std::int32_t* winners;  ///< nullptr for means
    GradientTarget<T> dx;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto of = windows.input(i);
        const Index at = i - of.plane * windows.in;
        T sum = dx.add ? dx.data[i] : T(0);
        windows.for_each_window(of, [&](Index d, Index h, Index w) {
            const Index o =
                of.plane * windows.out + (d * windows.height.out + h) * windows.width.out + w;
            if (!winners)
                sum += dy[o] / windows.template count<T>(d, h, w);
            else if (winners[o] == at)
                sum += dy[o];
        });
        dx.data[i] = sum;
    }
};

}  // namespace cuda

template <class T, class E>
void pool_forward(Tape<Cuda<T, E>>&, const detail::PoolArgs<Cuda<T, E>>& args) {
    const cuda::PoolWindows windows(args);
    const T *const x = args.x->value, lowest = -std::numeric_limits<T>::infinity();
    T* const y = args.y->value;
    if (args.kind == detail::PoolKind::mean)
        E::for_each(args.y->size(), cuda::MeanPoolForward<T>{windows, x, y});
    else
        E::for_each(args.y->size(), cuda::MaxPoolForward<T>{windows, x, y, args.winners, lowest});
}

template <class T, class E>
void pool_backward(Tape<Cuda<T, E>>&, const detail::PoolArgs<Cuda<T, E>>& args,
                   GradientTarget<T> dx) {
    const bool mean = args.kind == detail::PoolKind::mean;
    E::for_each(args.x->size(), cuda::PoolBackward<T>{cuda::PoolWindows(args), args.y->grad,
                                                      mean ? nullptr : args.winners, dx});
}

}  // namespace blue

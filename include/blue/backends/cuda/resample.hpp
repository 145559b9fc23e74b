// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Padding and upsampling on the device: one thread per output, in backward one per input.
#pragma once

#include <blue/backends/cuda/tables.hpp>
#include <blue/ops/resample.hpp>

#include <array>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::resample, Cuda<T, E>> = true;

namespace cuda {

using blue::detail::ResampleTap;

/// Outputs along an axis that one element takes part in.
struct ResampleUse {
    Index output;
    double weight;
};

/// A number on one of the grids of an array of planes.
struct ResamplePlace {
    Index plane, at[3];
};
BLUE_HOST_DEVICE inline ResamplePlace resample_place(Index i, const Index (&extents)[3]) {
    ResamplePlace place{};
    for (int k = 2; k >= 0; --k) {
        const auto [rest, position] = divide(i, extents[k]);
        place.at[k] = position;
        i = rest;
    }
    place.plane = i;
    return place;
}

template <class T>
struct ResampleForward {
    Index in[3], out[3];
    const ResampleTap* taps[3];
    T constant;
    const T* x;
    T* y;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const ResamplePlace place = resample_place(i, out);
        T sum = 0;
        for (int corner = 0; corner < 8; ++corner) {  // a bit per axis: low or high
            Index from = place.plane;
            double weight = 1;
            for (int k = 0; k < 3; ++k) {
                const ResampleTap& tap = taps[k][place.at[k]];
                if (tap.low < 0) {
                    y[i] = constant;
                    return;
                }
                const bool high = corner >> k & 1;
                weight *= high ? tap.weight : 1 - tap.weight;
                from = from * in[k] + (high ? tap.high : tap.low);
            }
            if (weight != 0) sum += static_cast<T>(weight) * x[from];
        }
        y[i] = sum;
    }
};

template <class T>
struct ResampleBackward {
    Index in[3], out[3];
    const ResampleUse* uses[3];
    const Index* first[3];  ///< use of each element, and the end behind the last one
    const T* dy;
    GradientTarget<T> dx;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const ResamplePlace place = resample_place(i, in);
        T sum = dx.add ? dx.data[i] : T(0);
        for (Index a = begin(0, place); a < end(0, place); ++a)
            for (Index b = begin(1, place); b < end(1, place); ++b)
                for (Index c = begin(2, place); c < end(2, place); ++c) {
                    const ResampleUse &d = uses[0][a], &h = uses[1][b], &w = uses[2][c];
                    const Index row = (place.plane * out[0] + d.output) * out[1] + h.output;
                    sum += static_cast<T>(d.weight * h.weight * w.weight) *
                           dy[row * out[2] + w.output];
                }
        dx.data[i] = sum;
    }

private:
    BLUE_HOST_DEVICE Index begin(int k, const ResamplePlace& place) const {
        return first[k][place.at[k]];
    }
    BLUE_HOST_DEVICE Index end(int k, const ResamplePlace& place) const {
        return first[k][place.at[k] + 1];
    }
};

/// Turns the taps of an axis around: the uses of all elements, those of each in order, and where
/// those of each begin.
template <class T, class E>
void put_uses(Tape<Cuda<T, E>>& tape, const blue::detail::ResampleAxis& axis,
              const ResampleUse*& uses, const Index*& first) {
    Index* const ends = tape.template host_memory<Index>(axis.in + 1);
    std::fill_n(ends, axis.in + 1, Index{0});
    const auto for_each_use = [&](auto use) {
        for (Index o = 0; o < axis.out; ++o) {
            const ResampleTap& tap = axis.taps[o];
            if (tap.low >= 0 && tap.weight != 1) use(tap.low, ResampleUse{o, 1 - tap.weight});
            if (tap.low >= 0 && tap.weight != 0) use(tap.high, ResampleUse{o, tap.weight});
        }
    };
    for_each_use([&](Index i, const ResampleUse&) { ++ends[i + 1]; });
    for (Index i = 0; i < axis.in; ++i) ends[i + 1] += ends[i];
    const Index count = ends[axis.in];
    first = put_table(tape, ends, axis.in + 1);
    ResampleUse* const sorted = tape.template host_memory<ResampleUse>(count);
    for_each_use([&](Index i, const ResampleUse& use) { sorted[ends[i]++] = use; });
    uses = put_table(tape, sorted, count);
}

}  // namespace cuda

template <class T, class E>
void resample_forward(Tape<Cuda<T, E>>& tape, const detail::ResampleArgs<Cuda<T, E>>& args) {
    cuda::ResampleForward<T> body{
        {}, {}, {}, static_cast<T>(args.constant), args.x->value, args.y->value};
    for (std::size_t k = 0; k < 3; ++k) {
        const detail::ResampleAxis& axis = args.axes[k];
        body.in[k] = axis.in;
        body.out[k] = axis.out;
        body.taps[k] = cuda::put_table(tape, axis.taps, axis.out);
    }
    E::for_each(args.y->size(), body);
}

template <class T, class E>
void resample_backward(Tape<Cuda<T, E>>& tape, const detail::ResampleArgs<Cuda<T, E>>& args,
                       GradientTarget<T> dx) {
    cuda::ResampleBackward<T> body{{}, {}, {}, {}, args.y->grad, dx};
    for (std::size_t k = 0; k < 3; ++k) {
        const detail::ResampleAxis& axis = args.axes[k];
        body.in[k] = axis.in;
        body.out[k] = axis.out;
        cuda::put_uses(tape, axis, body.uses[k], body.first[k]);
    }
    E::for_each(args.x->size(), body);
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Locations and squared scales as weights, on the CPU.
#pragma once

#include <blue/backends/cpu/materialise.hpp>
#include <blue/ops/weight_moments.hpp>

namespace blue {
namespace cpu {

/// What operations call of weights that nobody draws.
template <class T, class Isa>
struct FixedWeights {
    using D = Draw<Cpu<T, Isa>>;
    static void accumulate(const D& d, Index, Index begin, Index end, const T* weight_gradient, T,
                           T, bool add) {
        using S = math::NativePack<T>;
        for_each_pack<S>(begin, end, [&](Index e, auto n) {
            const S gradient = load<S>(weight_gradient + (e - begin), n);
            store(add ? load<S>(d.gradient + e, n) + gradient : gradient, d.gradient + e, n);
        });
    }
    static void finish(const D&, Index, Index, T, T) {}
};

/// The parameter gradients of the elements [begin, end) from those of locations and squared scales.
template <class T, class B>
void accumulate_moments(const blue::detail::MomentsArgs<B>& args, Index begin, Index end,
                        bool add) {
    const Draw<B>& draw = *args.draw;
    T* const by_location = draw.gradient;
    T* const by_scale = draw.gradient + draw.stride;
    const T* const location = args.location->gradient_live ? args.location->gradient : nullptr;
    const T* const variance =
        args.variance && args.variance->gradient_live ? args.variance->gradient : nullptr;
    using S = math::NativePack<T>;
    for_each_pack<S>(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
        S of_location = add ? load<S>(by_location + e, n) : S(0);
        if (location) of_location += load<S>(location + e, n);
        store(of_location, by_location + e, n);
        S of_scale = add ? load<S>(by_scale + e, n) : S(0);
        if (variance) {
            const S scale = load<S>(draw.natural + e, n);
            const S slope = T(2) * load<S>(variance + e, n) * scale;
            of_scale += draw.kernels->by_log_scale ? slope * scale : slope;
        }
        store(of_scale, by_scale + e, n);
    });
}

}  // namespace cpu

template <class T, class Isa>
const DrawKernels<Cpu<T, Isa>>* fixed_weight_kernels(Cpu<T, Isa>) {
    using Fixed = cpu::FixedWeights<T, Isa>;
    static constexpr DrawKernels<Cpu<T, Isa>> kernels{.prepared_arrays = 0,
                                                      .parameters = 1,
                                                      .by_log_scale = false,
                                                      .prepare = nullptr,
                                                      .sample = nullptr,
                                                      .accumulate = &Fixed::accumulate,
                                                      .finish = &Fixed::finish,
                                                      .divergence = nullptr,
                                                      .norm_constants = nullptr,
                                                      .fixed = true};
    return &kernels;
}

template <class T, class Isa>
void moments_forward(Tape<Cpu<T, Isa>>& tape, const detail::MomentsArgs<Cpu<T, Isa>>& args) {
    cpu::prepare_parameters(tape, *args.draw);
    const T* const scale = args.draw->natural;
    T* const variance = args.variance->weights;
    cpu::parallel_blocks(args.draw->size, 1, args.draw->size, [&](Index, Index begin, Index end) {
        for (Index e = begin; e < end; ++e) variance[e] = scale[e] * scale[e];
    });
}

template <class T, class Isa>
void moments_backward(Tape<Cpu<T, Isa>>& tape, const detail::MomentsArgs<Cpu<T, Isa>>& args) {
    Draw<Cpu<T, Isa>>& draw = *args.draw;
    const bool live = cpu::begin_gradient(tape, draw);
    cpu::parallel_blocks(draw.size, 1, draw.size, [&](Index, Index begin, Index end) {
        cpu::accumulate_moments<T>(args, begin, end, live);
        if (args.variance) cpu::finish_gradient(draw, begin, end);
    });
}

}  // namespace blue

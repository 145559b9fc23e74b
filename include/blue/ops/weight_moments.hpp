// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Locations and squared scales of a variable in the place of its weights.
#pragma once

#include <blue/ops/materialise.hpp>

namespace blue::detail {

/// Numbers that `linear` takes as weights, the same for all samples. `draw` is a variable of a
/// location-scale family; the others are made from its parameters, and their gradients become those
/// of its parameters.
template <class B>
struct MomentsArgs {
    Draw<B>* draw;
    Draw<B>* location;
    Draw<B>* variance;  ///< nullptr for a variable that is drawn; else nothing else completes the
                        ///< parameter gradients
};

template <class B>
struct MomentsRecord : Record<B> {
    MomentsArgs<B> args;
    void run(Tape<B>& tape) { moments_backward(tape, args); }
};

/// Given numbers as weights. A gradient with respect to them is left in `Draw::gradient`.
template <class B>
Draw<B>* fixed_weights(Tape<B>& tape, typename B::scalar* numbers, Index size, Index stride,
                       Index pass_samples = 1) {
    Draw<B> fixed{};
    fixed.kernels = fixed_weight_kernels(B{});
    fixed.size = size;
    fixed.stride = fixed.weight_stride = stride;
    fixed.weights = numbers;
    fixed.samples = 1;
    fixed.pass_samples = pass_samples;
    fixed.drawn = true;
    return new (tape.template host_memory<Draw<B>>(1)) Draw<B>(fixed);
}

/// The same for numbers in the place of a variable's.
template <class B>
Draw<B>* fixed_weights(Tape<B>& tape, const Draw<B>& like, typename B::scalar* numbers) {
    return fixed_weights(tape, numbers, like.size, like.stride, like.pass_samples);
}

/// The locations of a variable as weights. To be called after the operation that draws it.
template <class B>
Draw<B>* locations(Tape<B>& tape, Draw<B>& draw) {
    using T = typename B::scalar;
    const MomentsArgs<B> args{&draw, fixed_weights(tape, draw, const_cast<T*>(draw.stored)),
                              nullptr};
    tape.record(MomentsRecord<B>{{}, args});
    return args.location;
}

/// The locations and squared scales of a variable as weights. Nothing else may use it, since it is
/// not drawn.
template <class B>
MomentsArgs<B> moments(Tape<B>& tape, Draw<B>& draw) {
    using T = typename B::scalar;
    const MomentsArgs<B> args{
        &draw, fixed_weights(tape, draw, const_cast<T*>(draw.stored)),
        fixed_weights(tape, draw, tape.template device_memory<T>(draw.stride))};
    take_ownership(tape, draw);
    moments_forward(tape, args);
    tape.record(MomentsRecord<B>{{}, args});
    return args;
}

}  // namespace blue::detail

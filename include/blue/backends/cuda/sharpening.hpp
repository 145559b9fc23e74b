// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sharpened draws of normal weights on the device.
#pragma once

#include <blue/backends/cuda/materialise.hpp>
#include <blue/ops/sharpening_args.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::posterior_sharpening, Cuda<T, E>> = true;

namespace cuda {

/// The noise of a draw, and that of its sharpened draw.
template <class T, class E>
struct SharpenNoise {
    blue::detail::SharpenedArgs<Cuda<T, E>> at;
    random::SampleKey drawn;
    random::Key own;
    T std;
    const T* scales;
    Index size;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const Unit unit(i);
        T noise[unit_size], moves[unit_size];
        draw_unit<T>(noise::Normal{}, drawn.key, unit, noise);
        draw_unit<T>(noise::Normal{}, own, unit, moves);
        for (int j = 0; j < unit_size; ++j) {
            const Index e = unit.element(j);
            if (e >= size) continue;
            const T z = drawn.negated ? -noise[j] : noise[j];
            at.noise[e] = z;
            at.sharpened_noise[e] = z + (std * moves[j] - at.step[e] * at.direction[e]) / scales[e];
        }
    }
};

/// Adds what a sharpened draw gives to the gradients; per block the squares of its moves.
template <class T, class E>
struct SharpenedGradients : Adding<1> {
    blue::detail::SharpenedArgs<Cuda<T, E>> at;
    const T *slopes, *scales;
    Index size, stride;
    T penalty;
    double* parts;
    BLUE_HOST_DEVICE result part(Index block, int lane) const {
        result sum{};
        for (Index e = block * block_size + lane; e < (block + 1) * block_size; e += block_lanes) {
            if (e >= size) break;
            const T slope = slopes[e], direction = at.direction[e];
            at.gradient[e] += slope;
            at.gradient[stride + e] += slope * scales[e] * at.noise[e];
            at.step_gradient[e] += direction * (penalty * at.step[e] * direction - slope);
            const double move =
                static_cast<double>(at.step[e]) * static_cast<double>(at.direction[e]);
            sum.total[0] += move * move;
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index block, int lane, const result& sum) const {
        if (lane == 0) parts[block] = sum.total[0];
    }
};

}  // namespace cuda

/// The noise of the draw of a pass with one sample, and that of its sharpened draw.
template <class T, class E>
void sharpen_noise(Tape<Cuda<T, E>>& tape, Draw<Cuda<T, E>>& draw, double std,
                   const detail::SharpenedArgs<Cuda<T, E>>& at) {
    cuda::prepare_parameters(tape, draw);
    random::Key own = draw.key;
    own.purpose = static_cast<std::uint32_t>(random::purpose::outputs);
    E::for_each(cuda::unit_count(draw.size),
                cuda::SharpenNoise<T, E>{at, random::sample_key(draw.key, 0, draw.antithetic), own,
                                         static_cast<T>(std), draw.natural, draw.size});
}

/// Adds what a sharpened draw gives to the gradients, and returns the sum of squares of its moves.
/// Waits for the device.
template <class T, class E>
double add_sharpened_gradients(Tape<Cuda<T, E>>& tape, const Draw<Cuda<T, E>>& draw, double penalty,
                               const detail::SharpenedArgs<Cuda<T, E>>& at) {
    const Index blocks = cuda::ceil_div(draw.size, cuda::block_size);
    double* const parts = tape.template device_memory<double>(blocks + 1);
    double* const total = parts + blocks;
    E::template reduce<cuda::block_lanes>(blocks,
                                          cuda::SharpenedGradients<T, E>{{},
                                                                         at,
                                                                         draw.gradient,
                                                                         draw.natural,
                                                                         draw.size,
                                                                         draw.stride,
                                                                         static_cast<T>(penalty),
                                                                         parts});
    E::template reduce<cuda::block_lanes>(1,
                                          cuda::SumParts<double>{{}, parts, blocks, total, false});
    double squares = 0;
    E::copy_to_host(&squares, total, sizeof squares);
    return squares;
}

}  // namespace blue

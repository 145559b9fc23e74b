// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sharpened draws of normal weights on the CPU.
#pragma once

#include <blue/backends/cpu/materialise.hpp>
#include <blue/ops/sharpening_args.hpp>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::posterior_sharpening, Cpu<T, Isa>> = true;

/// The noise of the draw of a pass with one sample, and that of its sharpened draw.
template <class T, class Isa>
void sharpen_noise(Tape<Cpu<T, Isa>>& tape, Draw<Cpu<T, Isa>>& draw, double std,
                   const detail::SharpenedArgs<Cpu<T, Isa>>& at) {
    cpu::prepare_parameters(tape, draw);
    const random::SampleKey drawn = random::sample_key(draw.key, 0, draw.antithetic);
    random::Key own = draw.key;
    own.purpose = static_cast<std::uint32_t>(random::purpose::outputs);
    const T sign = drawn.negated ? T(-1) : T(1);
    static_assert(cpu::block_size % random::tile == 0);
    cpu::parallel_blocks(draw.size, 1, draw.size, [&](Index, Index begin, Index end) {
        const Index first = begin / random::tile;
        const Index tiles = (end - begin + random::tile - 1) / random::tile;
        random::draw_tiles(noise::Normal{}, drawn.key, first, tiles, at.noise + begin);
        random::draw_tiles(noise::Normal{}, own, first, tiles, at.sharpened_noise + begin);
        for (Index e = begin; e < end; ++e) {
            at.noise[e] *= sign;
            const T moved =
                static_cast<T>(std) * at.sharpened_noise[e] - at.step[e] * at.direction[e];
            at.sharpened_noise[e] = at.noise[e] + moved / draw.natural[e];
        }
    });
}

/// Adds what a sharpened draw gives to the gradients, and returns the sum of squares of its moves.
template <class T, class Isa>
double add_sharpened_gradients(Tape<Cpu<T, Isa>>&, const Draw<Cpu<T, Isa>>& draw, double penalty,
                               const detail::SharpenedArgs<Cpu<T, Isa>>& at) {
    cpu::parallel_blocks(draw.size, 1, draw.size, [&](Index, Index begin, Index end) {
        for (Index e = begin; e < end; ++e) {
            const T slope = draw.gradient[e], direction = at.direction[e];
            at.gradient[e] += slope;
            at.gradient[draw.stride + e] += slope * draw.natural[e] * at.noise[e];
            at.step_gradient[e] +=
                direction * (static_cast<T>(penalty) * at.step[e] * direction - slope);
        }
    });
    double squares = 0;
    for (Index e = 0; e < draw.size; ++e) {
        const double move = static_cast<double>(at.step[e]) * static_cast<double>(at.direction[e]);
        squares += move * move;
    }
    return squares;
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolutions with random weights on the CPU.
#pragma once

#include <blue/backends/cpu/convolution_plan.hpp>
#include <blue/backends/cpu/linear.hpp>
#include <blue/ops/convolution.hpp>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::convolution, Cpu<T, Isa>> = true;

namespace cpu {

/// Samples of the input in the whole pass, of which the tape may have a part: sums are the same in
/// any part of it.
template <class B>
Index samples_of_all(const Tape<B>& tape, const blue::detail::ConvolutionArgs<B>& args) {
    const bool shared = args.x->samples == 1 && (args.y->samples > 1 || !args.x->needs_grad);
    return shared ? 1 : args.x->samples * tape.chunk.all / tape.chunk.samples;
}

/// One convolution: what its units do. All work on blocks in the lanes of packs, in memory of their
/// thread: images of the wide and of the narrow side, and a gradient.
template <class B>
class Convolution {
    using T = typename B::scalar;
    using Args = blue::detail::ConvolutionArgs<B>;

public:
    Convolution(Tape<B>& tape, const Args& args)
        : args_(args),
          plan_(make_convolution_plan<T>(tape, args.geometry, args.x->batch,
                                         samples_of_all(tape, args))),
          scratch_(tape, plan_.wide_numbers + plan_.narrow_numbers +
                             std::max(plan_.wide_numbers, plan_.narrow_numbers)) {}

    const ConvolutionPlan& plan() const { return plan_; }

    /// The samples of the result that belong to sample s of the input: those of its weights.
    std::pair<Index, Index> samples(Index s) const {
        return args_.x->samples == 1 ? std::pair<Index, Index>{0, args_.y->samples}
                                     : std::pair<Index, Index>{s, s + 1};
    }

    /// Computes the results of the blocks [begin, end) for sample s of the input.
    void forward(Index s, Index begin, Index end, int worker) const {
        const auto [first, last] = samples(s);
        T* const x = memory(worker);
        T* const y = x + x_numbers();
        for (Index i = first; args_.transposed && i < last; ++i) begin_result(i, begin, end);
        for (Index b = begin; b < end; ++b) {
            const LaneBlock block = plan_.block(b);
            pack_lanes(x_axes(), block, sample_of(*args_.x, args_.x->value, s), x);
            for (Index i = first; i < last; ++i) {
                T* const to = args_.y->value + i * args_.y->per_sample();
                const T* const weight = weights_of(*args_.weight, i);
                if (args_.transposed) {
                    std::fill_n(y, plan_.wide_numbers, T(0));
                    scatter(weight, x, y);
                    unpack_lanes<true>(plan_.wide, block, y, to);
                } else {
                    gather(weight, args_.bias ? weights_of(*args_.bias, i) : nullptr, x, y, false);
                    unpack_lanes<false>(plan_.narrow, block, y, to);
                }
            }
        }
    }

    /// Adds up the gradients of the blocks [begin, end) for sample s of the input: of its weights
    /// in `dweight`, one array per sample of theirs, and of the input in `dx`.
    void backward(Index s, Index begin, Index end, int worker, T* dweight,
                  GradientTarget<T> dx) const {
        const auto [first, last] = samples(s);
        T* const x = memory(worker);
        T* const dy = x + x_numbers();
        T* const gradient = dy + y_numbers();
        T* const to = dx.data ? sample_of(*args_.x, dx.data, s) : nullptr;
        if (dx.data && !dx.add && !args_.transposed) begin_images(to, args_.x->item, begin, end);
        for (Index b = begin; b < end; ++b) {
            const LaneBlock block = plan_.block(b);
            pack_lanes(x_axes(), block, sample_of(*args_.x, args_.x->value, s), x);
            if (dx.data && !args_.transposed) std::fill_n(gradient, plan_.wide_numbers, T(0));
            for (Index i = first; i < last; ++i) {
                const T* const weight = weights_of(*args_.weight, i);
                pack_lanes(y_axes(), block, args_.y->grad + i * args_.y->per_sample(), dy);
                const bool shared = args_.weight->samples == 1;
                correlate(args_.transposed ? dy : x, args_.transposed ? x : dy,
                          dweight + (shared ? 0 : i - first) * args_.weight->size,
                          b > begin || (shared && i > first));
                if (dx.data && args_.transposed) gather(weight, nullptr, dy, gradient, i > first);
                if (dx.data && !args_.transposed) scatter(weight, dy, gradient);
            }
            if (!dx.data) continue;
            if (args_.transposed && !dx.add)
                unpack_lanes<false>(plan_.narrow, block, gradient, to);
            else
                unpack_lanes<true>(x_axes(), block, gradient, to);
        }
    }

private:
    T* memory(int worker) const { return scratch_.of(worker); }
    const LaneAxes& x_axes() const { return args_.transposed ? plan_.narrow : plan_.wide; }
    const LaneAxes& y_axes() const { return args_.transposed ? plan_.wide : plan_.narrow; }
    Index x_numbers() const { return args_.transposed ? plan_.narrow_numbers : plan_.wide_numbers; }
    Index y_numbers() const { return args_.transposed ? plan_.wide_numbers : plan_.narrow_numbers; }

    void gather(const T* weight, const T* bias, const T* wide, T* narrow, bool add) const {
        const ConvolutionPart& part = plan_.part;
        for (Index g = 0; g < args_.geometry.groups; ++g)
            gather_windows(part, weight + g * part.channels * part.taps,
                           bias ? bias + g * part.channels : nullptr, wide + g * plan_.wide_group,
                           narrow + g * plan_.narrow_group, add);
    }
    void scatter(const T* weight, const T* narrow, T* wide) const {
        const ConvolutionPart& part = plan_.part;
        for (Index g = 0; g < args_.geometry.groups; ++g)
            scatter_windows(part, weight + g * part.channels * part.taps,
                            narrow + g * plan_.narrow_group, wide + g * plan_.wide_group);
    }
    void correlate(const T* wide, const T* narrow, T* gradient, bool add) const {
        const ConvolutionPart& part = plan_.part;
        for (Index g = 0; g < args_.geometry.groups; ++g)
            correlate_windows(part, wide + g * plan_.wide_group, narrow + g * plan_.narrow_group,
                              gradient + g * part.channels * part.taps, add);
    }

    /// Zeros in the images of the blocks [begin, end), to which windows are added.
    void begin_images(T* images, Index item, Index begin, Index end) const {
        const Index first = begin / plan_.steps * plan_.images_per_block;
        const Index last = std::min(end / plan_.steps * plan_.images_per_block, plan_.images);
        std::fill(images + first * item, images + last * item, T(0));
    }
    /// The bias instead, in results of a transposed convolution.
    void begin_result(Index i, Index begin, Index end) const {
        T* const images = args_.y->value + i * args_.y->per_sample();
        if (!args_.bias) return begin_images(images, args_.y->item, begin, end);
        const T* const bias = weights_of(*args_.bias, i);
        const Index channels = args_.geometry.wide_channels, size = args_.geometry.wide_size();
        const Index first = begin / plan_.steps * plan_.images_per_block;
        const Index last = std::min(end / plan_.steps * plan_.images_per_block, plan_.images);
        for (Index image = first; image < last; ++image)
            for (Index c = 0; c < channels; ++c)
                std::fill_n(images + (image * channels + c) * size, size, bias[c]);
    }

    const Args& args_;
    const ConvolutionPlan plan_;
    const Scratch<B> scratch_;
};

/// Partial gradients of the weights per sample of the input.
inline constexpr Index convolution_partials = 32;

/// Gradients of the bias, of each of its samples: sums over images and positions.
template <class B>
void convolution_bias_gradient(const blue::detail::ConvolutionArgs<B>& args,
                               typename B::scalar* gradient) {
    using T = typename B::scalar;
    using S = math::NativePack<T>;
    const Node<B>& y = *args.y;
    const Index channels = args.bias->size, size = y.item / channels;
    const Index own = args.bias->samples, shared = y.samples / own;
    parallel_units(own * channels, y.size(), [&](Index unit, int) {
        const Index s = unit / channels, c = unit % channels;
        Sum<S> total;
        for (Index image = s * shared * y.batch; image < (s + 1) * shared * y.batch; ++image) {
            const T* const numbers = y.grad + image * y.item + c * size;
            for_each_pack<S>(0, size,
                             [&](Index i, auto n) { total.add(load<S>(numbers + i, n), n); });
            total.flush();
        }
        gradient[unit] = static_cast<T>(total.total);
    });
}

}  // namespace cpu

template <class T, class Isa>
void convolution_forward(Tape<Cpu<T, Isa>>& tape,
                         const detail::ConvolutionArgs<Cpu<T, Isa>>& args) {
    if (args.owns_weight) draw_forward(tape, *args.weight);
    if (args.owns_bias) draw_forward(tape, *args.bias);
    const cpu::Convolution<Cpu<T, Isa>> convolution(tape, args);
    // Windows of a transposed convolution overlap in the result, so one unit has all of an image.
    const cpu::ConvolutionPlan& plan = convolution.plan();
    const Index at_once = args.transposed ? plan.steps : 1;
    const Index units = plan.blocks() * plan.steps / at_once;
    cpu::pool().run(args.x->samples * units, [&](Index unit, int worker) {
        const Index begin = unit % units * at_once;
        convolution.forward(unit / units, begin, begin + at_once, worker);
    });
}

template <class T, class Isa>
void convolution_backward(Tape<Cpu<T, Isa>>& tape,
                          const detail::ConvolutionArgs<Cpu<T, Isa>>& args) {
    using B = Cpu<T, Isa>;
    const T* const none = nullptr;
    if (!args.y->grad_live) {
        // Nothing used the result, but the variable's log probs may have been used.
        if (args.owns_weight) draw_backward(tape, *args.weight, none, true);
        if (args.owns_bias) draw_backward(tape, *args.bias, none, true);
        return;
    }
    const cpu::Convolution<B> convolution(tape, args);
    const cpu::ConvolutionPlan& plan = convolution.plan();
    const GradientTarget<T> dx =
        args.x->needs_grad ? tape.gradient(args.x) : GradientTarget<T>{nullptr, false};
    // Windows overlap in the gradient of the input, so one unit has all of an image.
    const Index at_once = dx.data && !args.transposed ? plan.steps : 1;
    const Index pieces = plan.blocks() * plan.steps / at_once;
    const Index x_samples = args.x->samples;
    const Index all = cpu::samples_of_all(tape, args);
    const Index units = std::min(pieces, (cpu::convolution_partials + all - 1) / all);

    // Each unit adds up gradients of the weights of its own; they are added up in order.
    const Index size = args.weight->size;
    const Index y_samples = args.y->samples, w_samples = args.weight->samples;
    const Index per_unit = w_samples == 1 || x_samples > 1 ? 1 : w_samples;
    T* const partial = tape.template device_memory<T>(x_samples * units * per_unit * size);
    cpu::pool().run(x_samples * units, [&](Index unit, int worker) {
        const Index i = unit % units;
        convolution.backward(unit / units, pieces * i / units * at_once,
                             pieces * (i + 1) / units * at_once, worker,
                             partial + unit * per_unit * size, dx);
    });
    // Sample s has the partial sums first, first + step, ..., `count` of them.
    const Index count = w_samples == 1 ? x_samples * units : units;
    const Index step = per_unit, stride = x_samples == 1 ? 1 : units;
    static_cast<void>(y_samples);
    T* const total = tape.template device_memory<T>(w_samples * size);
    cpu::parallel_blocks(size, w_samples, w_samples * size * count,
                         [&](Index s, Index begin, Index end) {
                             const T* from = partial + s * stride * size;
                             std::copy(from + begin, from + end, total + s * size + begin);
                             for (Index i = 1; i < count; ++i) {
                                 from += step * size;
                                 for (Index e = begin; e < end; ++e) total[s * size + e] += from[e];
                             }
                         });
    draw_backward(tape, *args.weight, static_cast<const T*>(total), args.owns_weight);
    if (args.bias) {
        T* const gradient = tape.template device_memory<T>(args.bias->samples * args.bias->size);
        cpu::convolution_bias_gradient(args, gradient);
        draw_backward(tape, *args.bias, static_cast<const T*>(gradient), args.owns_bias);
    }
}

}  // namespace blue

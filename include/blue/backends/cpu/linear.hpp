// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear map with random weights on the CPU.
#pragma once

#include <blue/backends/cpu/materialise.hpp>
#include <blue/backends/cpu/packed_factor.hpp>
#include <blue/ops/linear_args.hpp>
#include <blue/ops/rows.hpp>

#include <optional>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::linear_of_rows, Cpu<T, Isa>> = true;
template <class T, class Isa>
inline constexpr bool has_kernel<operation::linear_relu, Cpu<T, Isa>> = true;

namespace cpu {

/// The most outputs per unit of work.
inline constexpr Index linear_block = 128;
/// Outputs per unit, forward and backward, so that a thread finds the weights that it drew in its
/// cache: enough units for the threads, each of outputs enough to be worth laying out the input
/// for. Follows from the shape alone, because it decides the order of sums.
inline Index outputs_per_unit(Index out) {
    return std::clamp<Index>((out / 4 + 31) / 32 * 32, 32, linear_block);
}
/// Inputs per unit of the gradient with respect to the input.
inline constexpr Index linear_input_block = 256;

/// One piece of scratch memory per thread.
template <class B>
class Scratch {
public:
    Scratch(Tape<B>& tape, Index numbers)
        : stride_((numbers + 15) / 16 * 16),
          data_(tape.template device_memory<typename B::scalar>(stride_ * pool().threads())) {}
    typename B::scalar* of(int worker) const { return data_ + worker * stride_; }

private:
    Index stride_;
    typename B::scalar* data_;
};

/// Base of the numbers of sample s.
template <class B>
typename B::scalar* sample_of(const Node<B>& node, typename B::scalar* data, Index s) {
    return data + (node.samples == 1 ? 0 : s) * node.per_sample();
}
template <class B>
const typename B::scalar* weights_of(const Draw<B>& draw, Index s) {
    return draw.weights + (draw.samples == 1 ? 0 : s) * draw.weight_stride;
}

/// Weights that several samples share, or their transposition, as the second factor of the products
/// of all; nothing where each product had better lay them out itself.
template <class B, class T = typename B::scalar>
auto shared_factor(Tape<B>& tape, const LinearArgs<B>& args, bool transposed) {
    using Factor = PackedFactor<T, typename factors_of<B>::type>;
    const Index k = transposed ? args.in : args.out, n = transposed ? args.out : args.in;
    std::optional<Factor> factor;
    if (args.weight->samples > 1 || args.y->samples == 1 || args.rows <= 2 ||
        (transposed && detail::panels_are_slow))
        return factor;
    factor.emplace(k, n, tape.template device_memory<T>(Factor::numbers(k, n)));
    const T* const weights = weights_of(*args.weight, 0) + args.weight_first;
    parallel_units((n + linear_block - 1) / linear_block, k * n, [&](Index unit, int) {
        const Index from = unit * linear_block, to = std::min(n, from + linear_block);
        factor->columns(from, to).fill(transposed, weights + from * (transposed ? args.in : 1),
                                       args.in);
    });
    return factor;
}

/// Makes room for the parameter gradients of a variable, of which an operation uses `count`
/// elements: others are zero when it is the first. True when they hold numbers already.
template <class B>
bool begin_gradient_of_part(Tape<B>& tape, Draw<B>& draw, Index count) {
    const bool live = begin_gradient(tape, draw);
    if (!live && count < draw.size)
        std::fill_n(draw.gradient, parameter_numbers(draw), typename B::scalar(0));
    return live;
}

/// The gradient of x W^T + b: where the result is max(that, 0), the gradient of the result where it
/// is positive. It takes the place of that one, unless somebody wants to read it.
template <class B, class T = typename B::scalar>
const T* gradient_before_relu(Tape<B>& tape, const LinearArgs<B>& args) {
    using S = math::NativePack<T>;
    const Node<B>& y = *args.y;
    if (!args.relu) return y.grad;
    T* const gradient = y.keeps_grad ? tape.template device_memory<T>(y.size()) : y.grad;
    parallel_blocks(y.per_sample(), y.samples, y.size(), [&](Index s, Index begin, Index end) {
        const Index first = s * y.per_sample();
        for_each_pack<S>(first + begin, first + end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            const S slope = load<S>(y.grad + e, n);
            store(where(load<S>(y.value + e, n) > S(0), slope, S(0)), gradient + e, n);
        });
    });
    return gradient;
}

template <class B>
struct LinearBackward {
    using T = typename B::scalar;
    using Factors = typename factors_of<B>::type;
    const LinearArgs<B>& args;
    const T* slopes;  ///< the gradient of x W^T + b
    bool weight_live, bias_live;
    GradientTarget<T> dx;
    std::optional<PackedFactor<T, Factors>> factor;  ///< of the gradient of the input

    /// Gradients of the parameters of the outputs [from, to): the loop over samples is inside, so
    /// there is nothing to reduce between threads.
    void parameters(Index from, Index to, T* memory) const {
        const auto& [x, y, weight, bias, owns_weight, owns_bias, rows, in, out, weight_first,
                     bias_first, relu] = args;
        const Index n = to - from, begin = weight_first + from * in, end = weight_first + to * in;
        const bool shared = weight->samples == 1, fixed = weight->kernels->fixed;
        T* const dw = fixed ? weight->gradient + begin : memory;
        T* const workspace = memory + (n * in + 15) / 16 * 16;
        for (Index s = 0; s < y->samples; ++s) {
            const T* const dy = slopes + s * y->per_sample() + from;
            gemm<true, false, Factors>(n, in, rows, dy, out, sample_of(*x, x->value, s), in, dw, in,
                                       (shared && s > 0) || (fixed && weight_live), workspace);
            if (!shared) accumulate(*weight, s, begin, end, dw, owns_weight, weight_live || s > 0);
        }
        if (shared && !fixed) accumulate(*weight, 0, begin, end, dw, owns_weight, weight_live);
        if (owns_weight) finish_gradient(*weight, begin, end);
        if (bias) bias_gradients(from, to, memory);
    }

    /// Gradient of the input, columns [from, to): of sample s, or of all samples when they share
    /// it.
    void input(Index s, Index from, Index to, T* workspace) const {
        const auto& [x, y, weight, bias, owns_weight, owns_bias, rows, in, out, weight_first,
                     bias_first, relu] = args;
        const bool shared = x->samples == 1;
        bool add = dx.add;
        for (Index i = shared ? 0 : s; i < (shared ? y->samples : s + 1); ++i, add = true) {
            const T* const dy = slopes + i * y->per_sample();
            T* const to_input = sample_of(*x, dx.data, i) + from;
            if (factor)
                factor->columns(from, to).multiply(rows, dy, out, to_input, in, add, nullptr, false,
                                                   workspace);
            else
                gemm<false, false, Factors>(rows, to - from, out, dy, out,
                                            weights_of(*weight, i) + weight_first + from, in,
                                            to_input, in, add, workspace);
        }
    }

private:
    /// Adds n numbers of all rows, which are `out` apart. Sums stay in registers.
    BLUE_FLATTEN static void add_rows(const T* first, Index rows, Index out, Index n, T* sums) {
        using S = math::NativePack<T>;
        for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            S total = load<S>(sums + e, count);
            for (Index row = 0; row < rows; ++row) total += load<S>(first + row * out + e, count);
            store(total, sums + e, count);
        });
    }

    static void accumulate(const Draw<B>& draw, Index s, Index begin, Index end, const T* gradient,
                           bool owner, bool add) {
        const auto slope = owner ? log_prob_gradient(draw, s) : LogProbGradient<T>{};
        draw.kernels->accumulate(draw, s, begin, end, gradient, slope.prior, slope.variational,
                                 add);
    }

    void bias_gradients(Index from, Index to, T* column_sums) const {
        const auto& [x, y, weight, bias, owns_weight, owns_bias, rows, in, out, weight_first,
                     bias_first, relu] = args;
        const Index begin = bias_first + from, end = bias_first + to;
        const bool shared = bias->samples == 1;
        for (Index s = 0; s < y->samples; ++s) {
            if (!shared || s == 0) std::fill_n(column_sums, to - from, T(0));
            add_rows(slopes + s * y->per_sample() + from, rows, out, to - from, column_sums);
            if (!shared)
                accumulate(*bias, s, begin, end, column_sums, owns_bias, bias_live || s > 0);
        }
        if (shared) accumulate(*bias, 0, begin, end, column_sums, owns_bias, bias_live);
        if (owns_bias) finish_gradient(*bias, begin, end);
    }
};

}  // namespace cpu

template <class T, class Isa>
void linear_forward(Tape<Cpu<T, Isa>>& tape, const LinearArgs<Cpu<T, Isa>>& args) {
    using B = Cpu<T, Isa>;
    const Node<B>& x = *args.x;
    const Node<B>& y = *args.y;
    Draw<B>& weight = *args.weight;
    Draw<B>* const bias = args.bias;
    const Index rows = args.rows, in = args.in, out = args.out;
    if (args.owns_bias) draw_forward(tape, *bias);
    // Samples that share the weights cannot each draw them: they are drawn first.
    const bool fused = args.owns_weight && (weight.samples > 1 || weight.is_part);
    const Index outputs = cpu::outputs_per_unit(out), blocks = (out + outputs - 1) / outputs;
    double* partial = nullptr;
    if (fused) {
        cpu::begin_draw(tape, weight);
        partial = tape.template host_memory<double>(y.samples * blocks * 2);
        std::fill_n(partial, y.samples * blocks * 2, 0.0);
    } else if (args.owns_weight) {
        draw_forward(tape, weight);
    }
    using Factors = typename cpu::factors_of<B>::type;
    const cpu::Scratch<B> scratch(tape, cpu::gemm_workspace<T, Factors>());
    const auto factor = cpu::shared_factor(tape, args, true);
    // A thread has neighbouring units. Of large weights it gets a part, for all samples, as in
    // backward; of large values it gets some samples, as in elementwise operations.
    const bool by_sample = in * out < rows * (in + out);
    cpu::pool().run(y.samples * blocks, [&](Index unit, int worker) {
        const Index s = by_sample ? unit / blocks : unit % y.samples;
        const Index block = by_sample ? unit % blocks : unit / y.samples;
        const Index from = block * outputs, to = std::min(out, from + outputs);
        if (fused)
            weight.kernels->sample(weight, s, from * in, to * in,
                                   partial + (s * blocks + block) * 2);
        const T* const b = bias ? cpu::weights_of(*bias, s) + args.bias_first + from : nullptr;
        const T* const input = cpu::sample_of(x, x.value, s);
        T* const result = y.value + s * y.per_sample() + from;
        if (factor)
            factor->columns(from, to).multiply(rows, input, in, result, out, false, b, args.relu,
                                               scratch.of(worker));
        else
            cpu::gemm<false, true, Factors>(
                rows, to - from, in, input, in,
                cpu::weights_of(weight, s) + args.weight_first + from * in, in, result, out, false,
                scratch.of(worker), b, args.relu);
    });
    if (fused) cpu::finish_log_prob(weight, partial, blocks);
}

template <class T, class Isa>
void linear_backward(Tape<Cpu<T, Isa>>& tape, const LinearArgs<Cpu<T, Isa>>& args) {
    using B = Cpu<T, Isa>;
    Node<B>& x = *args.x;
    const Index in = args.in, out = args.out;
    if (!args.y->grad_live) {
        // Nothing used the result, but the variable's log probs may have been used.
        if (args.owns_weight)
            draw_backward(tape, *args.weight, static_cast<const T*>(nullptr), true);
        if (args.owns_bias) draw_backward(tape, *args.bias, static_cast<const T*>(nullptr), true);
        return;
    }
    const Index outputs = cpu::outputs_per_unit(out), blocks = (out + outputs - 1) / outputs;
    const Index input_blocks = (in + cpu::linear_input_block - 1) / cpu::linear_input_block;
    const Index input_units = x.needs_grad ? x.samples * input_blocks : 0;
    const Index n = std::min(out, outputs);
    using Factors = typename cpu::factors_of<B>::type;
    const cpu::Scratch<B> scratch(tape,
                                  (n * in + 15) / 16 * 16 + cpu::gemm_workspace<T, Factors>(n));
    const bool weight_live = cpu::begin_gradient_of_part(tape, *args.weight, in * out);
    const bool bias_live = args.bias && cpu::begin_gradient_of_part(tape, *args.bias, out);
    const cpu::LinearBackward<B> backward{
        args,
        cpu::gradient_before_relu(tape, args),
        weight_live,
        bias_live,
        x.needs_grad ? tape.gradient(&x) : GradientTarget<T>{},
        x.needs_grad ? cpu::shared_factor(tape, args, false) : std::nullopt};
    // Units of parameters, the larger ones, are spread evenly among those of the input: each thread
    // begins with its own.
    const Index units = blocks + input_units;
    const auto parameters_before = [&](Index unit) { return (unit * blocks + units - 1) / units; };
    cpu::pool().run(units, [&](Index unit, int worker) {
        const Index before = parameters_before(unit);
        if (parameters_before(unit + 1) > before) {
            const Index from = before * outputs;
            return backward.parameters(from, std::min(out, from + outputs), scratch.of(worker));
        }
        const Index input_unit = unit - before;
        const Index s = input_unit / input_blocks;
        const Index from = input_unit % input_blocks * cpu::linear_input_block;
        backward.input(s, from, std::min(in, from + cpu::linear_input_block), scratch.of(worker));
    });
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise operations on the CPU: any formula, on packs, with generated derivatives.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/math/dual.hpp>
#include <blue/ops/elementwise_args.hpp>

#include <array>
#include <utility>

namespace blue {
namespace cpu {

/// A pack from an array; all lanes the same number when the array has one element (`step` = 0).
template <class S, class T, class N>
BLUE_HOST_INLINE S load_step(const T* data, Index e, Index step, N n) {
    return step == 0 ? S(data[0]) : load<S>(data + e, n);
}

template <class F, class T, class Isa, int N>
struct ElementwiseSweep {
    using B = Cpu<T, Isa>;
    using S = math::NativePack<T>;
    using Args = ElementwiseArgs<B, F, N>;

    /// The inputs of row `b` of sample `s`.
    static auto inputs(const Args& args, Index s, Index b) {
        std::array<const T*, N> data{};
        for (std::size_t k = 0; k < N; ++k) {
            const Node<B>& x = *args.x[k];
            data[k] = x.value + (x.samples == 1 ? 0 : s) * x.per_sample() +
                      (x.batch == 1 ? 0 : b) * args.row_size;
        }
        return data;
    }

    BLUE_FLATTEN static void forward(const Args& args, Index row, Index begin, Index end) {
        const auto x = inputs(args, row / args.rows, row % args.rows);
        T* const y = args.y->value + row * args.row_size;
        for_each_pack<S>(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            const S value = [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
                return args.formula.apply(
                    math::Dual<S, 0>(load_step<S>(x[K], e, args.step[K], n))...);
            }
            (std::make_integer_sequence<int, N>{}).value;
            store(value, y + e, n);
        });
    }

    /// The gradient of input K from row `b` of sample `s`: adds to `target` or assigns.
    template <int K>
    BLUE_FLATTEN static void backward(const Args& args, const T* gradient, Index s, Index b,
                                      Index begin, Index end, T* target, bool add) {
        const auto x = inputs(args, s, b);
        const T* const dy = gradient + (s * args.rows + b) * args.row_size;
        for_each_pack<S>(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            const S slope = [&]<int... J>(std::integer_sequence<int, J...>) BLUE_INLINE_LAMBDA {
                return args.formula.apply(
                    argument<J == K>(load_step<S>(x[J], e, args.step[J], n))...);
            }
            (std::make_integer_sequence<int, N>{}).derivative(0);
            const S dx = load<S>(dy + e, n) * slope;
            store(add ? load<S>(target + e, n) + dx : dx, target + e, n);
        });
    }

    template <bool Active>
    BLUE_HOST_INLINE static math::Dual<S, 1> argument(S value) {
        if constexpr (Active)
            return math::Dual<S, 1>::variable(value, 0);
        else
            return math::Dual<S, 1>(value);
    }

    template <int K>
    static void backward_input(Tape<B>& tape, const Args& args) {
        Node<B>* const x = args.x[K];
        if (!x->needs_grad) return;
        const T* const dy = args.y->grad;
        // Nothing reads the gradient of the result after the last input.
        const bool is_last = K == N - 1 && args.step[K] != 0;
        const auto [gradient, add] = is_last ? tape.gradient_in_place(x, args.y) : tape.gradient(x);
        if constexpr (requires { F::has_unit_derivatives; })
            if (gradient == dy) return;  // a sum passes it on as it is
        const Index n = args.row_size, samples = args.y->samples;
        // Which rows of the result an element of x takes part in: all samples when they share x,
        // all rows when they do. They are added in order, so the sum does not depend on the
        // threads.
        const bool shared_samples = x->samples == 1, shared_rows = x->batch == 1;
        const Index targets = (shared_samples ? 1 : samples) * (shared_rows ? 1 : args.rows);
        const auto for_each_use = [&](Index target, auto&& use) {
            const Index s0 = shared_samples ? 0 : target / (shared_rows ? 1 : args.rows);
            const Index b0 = shared_rows ? 0 : target % args.rows;
            for (Index s = s0; s < (shared_samples ? samples : s0 + 1); ++s)
                for (Index b = b0; b < (shared_rows ? args.rows : b0 + 1); ++b) use(s, b);
        };
        if (args.step[K] == 0) {
            // One number for all elements of a sample.
            T* const products = tape.template device_memory<T>(n);
            for (Index target = 0; target < targets; ++target) {
                double total = 0;
                for_each_use(target, [&](Index s, Index b) {
                    backward<K>(args, dy, s, b, 0, n, products, false);
                    for (Index e = 0; e < n; ++e) total += static_cast<double>(products[e]);
                });
                gradient[target] = (add ? gradient[target] : T(0)) + static_cast<T>(total);
            }
            return;
        }
        parallel_blocks(n, targets, args.y->size(),
                        [&, gradient = gradient, add = add](Index target, Index begin, Index end) {
                            bool adding = add;
                            for_each_use(target, [&](Index s, Index b) {
                                backward<K>(args, dy, s, b, begin, end, gradient + target * n,
                                            adding);
                                adding = true;
                            });
                        });
    }
};

}  // namespace cpu

template <class F, class T, class Isa, int N>
void elementwise_forward(Tape<Cpu<T, Isa>>&, const ElementwiseArgs<Cpu<T, Isa>, F, N>& args) {
    cpu::parallel_blocks(args.row_size, args.y->samples * args.rows, args.y->size(),
                         [&](Index row, Index begin, Index end) {
                             cpu::ElementwiseSweep<F, T, Isa, N>::forward(args, row, begin, end);
                         });
}

template <class F, class T, class Isa, int N>
void elementwise_backward(Tape<Cpu<T, Isa>>& tape, const ElementwiseArgs<Cpu<T, Isa>, F, N>& args) {
    [&]<int... K>(std::integer_sequence<int, K...>) BLUE_INLINE_LAMBDA {
        (cpu::ElementwiseSweep<F, T, Isa, N>::template backward_input<K>(tape, args), ...);
    }
    (std::make_integer_sequence<int, N>{});
}

}  // namespace blue

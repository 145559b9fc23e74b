// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolutions with random weights on the device: windows are copied into matrices, for as many
/// images and samples at once as `gradient_bytes` hold, and the rest are matrix products.
#pragma once

#include <blue/backends/cuda/convolution_windows.hpp>
#include <blue/backends/cuda/linear.hpp>
#include <blue/ops/convolution.hpp>

#include <algorithm>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::convolution, Cuda<T, E>> = true;

namespace cuda {

/// A convolution, part by part: some images of some samples at once. Its wide side takes the form
/// of windows in a matrix, so both sides are matrices, and x and y are one each.
template <class T, class E>
class Convolution {
    using B = Cuda<T, E>;

public:
    Convolution(Tape<B>& tape, const blue::detail::ConvolutionArgs<B>& args)
        : args_(args), windows_(args.geometry) {
        const auto &x = *args.x, &y = *args.y;
        const bool shares_input = x.samples < y.samples;
        const Index rows[] = {windows_.rows(), windows_.narrow_channels};
        const Index numbers = windows_.windows() * (rows[0] + rows[1]);
        const Index at_once = gradient_bytes / static_cast<Index>(sizeof(T)) / numbers;
        most_images_ = std::clamp<Index>(at_once, 1, y.batch);
        most_samples_ = std::clamp<Index>(at_once / most_images_, 1, y.samples);
        Index sizes[2];
        for (int narrow = 0; narrow < 2; ++narrow) {
            sides_[narrow].is_shared = shares_input && (narrow == 1) == args.transposed;
            sizes[narrow] = windows_.windows() * most_images_ * rows[narrow];
            sizes[narrow] *= sides_[narrow].is_shared ? 2 : most_samples_;
        }
        T* const memory = tape.template scratch<T>(sizes[0] + sizes[1]);
        for (int narrow = 0; narrow < 2; ++narrow) {
            Side& side = sides_[narrow];
            side.values = side.gradients = memory + (narrow == 1 ? sizes[0] : 0);
            if (side.is_shared) side.gradients += sizes[narrow] / 2;
        }
    }

    void forward() {
        const auto &x = *args_.x, &y = *args_.y;
        const Matrices<const T> bias =
            args_.bias ? weights_of(*args_.bias) : Matrices<const T>{nullptr, 0};
        for_each_part([&](const Part& part) {
            load(x_side(), values_of(&x), part);
            multiply(!x_side(), sides_[x_side()].values, sides_[!x_side()].values, part, false);
            store(!x_side(), sides_[!x_side()].values, bias, samples_of(y, y.value), part, false);
        });
    }

    /// Leaves the gradient of the weights of each sample in `dweight`, or that of all samples where
    /// its stride is 0; and the gradient of the input, where it is wanted.
    void backward(Matrices<T> dweight, GradientTarget<T> dx) {
        const auto &x = *args_.x, &y = *args_.y;
        const Side& input = sides_[x_side()];
        for_each_part([&](const Part& part) {
            load(x_side(), values_of(&x), part);
            load(!x_side(), read(samples_of(y, y.grad)), part);
            const bool adds = windows_.first > 0 || (dweight.stride == 0 && part.first > 0);
            grouped_gemm<false, true, E, T>(narrow_group(), taps(), windows_.columns(),
                                            matrices(true, sides_[1].values),
                                            matrices(false, sides_[0].values),
                                            weights(dweight, part), groups(), part.samples, adds);
            if (!dx.data) return;
            // Where samples share the input, their gradients are added up before it is left.
            multiply(x_side(), sides_[!x_side()].values, input.gradients, part,
                     input.is_shared && part.first > 0);
            if (!input.is_shared || part.first + part.samples == y.samples)
                store(x_side(), input.gradients, {nullptr, 0}, samples_of(x, dx.data), part,
                      dx.add);
        });
    }

private:
    /// The matrices of the wide (0) or narrow side (1) of a part.
    struct Side {
        T* values;
        T* gradients;
        bool is_shared;  ///< by all samples
    };
    /// The samples of a part; its images are in `windows_`.
    struct Part {
        Index first, samples;
    };

    /// Which side x is; y is the other one.
    bool x_side() const { return args_.transposed; }
    Index groups() const { return args_.geometry.groups; }
    /// Channels and rows of a group of channels.
    Index narrow_group() const { return windows_.narrow_channels / groups(); }
    Index taps() const { return windows_.rows() / groups(); }

    template <class Body>
    void for_each_part(Body body) {
        const Index samples = args_.y->samples, batch = args_.y->batch;
        for (windows_.first = 0; windows_.first < batch; windows_.first += windows_.images) {
            windows_.images = std::min(most_images_, batch - windows_.first);
            for (Index first = 0; first < samples; first += most_samples_)
                body(Part{first, std::min(most_samples_, samples - first)});
        }
    }

    Index rows(bool narrow) const { return narrow ? windows_.narrow_channels : windows_.rows(); }
    template <class U>
    GroupedMatrices<const T> matrices(bool narrow, const U* data) const {
        const Index numbers = rows(narrow) * windows_.columns();
        return {{data, sides_[narrow].is_shared ? 0 : numbers}, numbers / groups()};
    }
    template <class U>
    GroupedMatrices<U> weights(Matrices<U> of, const Part& part) const {
        return {{of.of(part.first), of.stride}, narrow_group() * taps()};
    }

    /// Makes the matrices of a side; one that samples share is made once.
    void load(bool narrow, Matrices<const T> from, const Part& part) const {
        const Side& side = sides_[narrow];
        if (side.is_shared && part.first > 0) return;
        const Index numbers =
            (side.is_shared ? 1 : part.samples) * rows(narrow) * windows_.columns();
        if (narrow)
            E::for_each(numbers, CopyNarrow<T>{windows_, read(from, part.first), side.values});
        else
            E::for_each(numbers, CopyWindows<T>{windows_, read(from, part.first), side.values});
    }
    /// to = or += W from, or W^T from: the products that give one side from the other.
    void multiply(bool to_narrow, const T* from, T* to, const Part& part, bool add) const {
        const auto w = weights(weights_of(*args_.weight), part);
        const GroupedMatrices<const T> target = matrices(to_narrow, to);
        const GroupedMatrices<T> result{{to, target.of_samples.stride}, target.group};
        const Index n = windows_.columns();
        if (to_narrow)
            grouped_gemm<false, false, E, T>(narrow_group(), n, taps(), w, matrices(false, from),
                                             result, groups(), part.samples, add);
        else
            grouped_gemm<true, false, E, T>(taps(), n, narrow_group(), w, matrices(true, from),
                                            result, groups(), part.samples, add);
    }
    /// Leaves the matrices of a side where its numbers belong.
    void store(bool narrow, const T* from, Matrices<const T> bias, Matrices<T> to, const Part& part,
               bool add) const {
        const Index samples = sides_[narrow].is_shared ? 1 : part.samples;
        const Matrices<const T> offsets = bias.data ? read(bias, part.first) : bias;
        const Matrices<T> target{to.of(part.first), to.stride};
        if (narrow)
            E::for_each(samples * windows_.narrow_numbers(),
                        PutNarrow<T>{windows_, from, offsets, target, add});
        else
            E::for_each(samples * windows_.wide_numbers(),
                        AddWindows<T>{windows_, from, offsets, target, add});
    }

    const blue::detail::ConvolutionArgs<B>& args_;
    ConvolutionWindows windows_;
    Index most_images_, most_samples_;
    Side sides_[2];
};

}  // namespace cuda

template <class T, class E>
void convolution_forward(Tape<Cuda<T, E>>& tape, const detail::ConvolutionArgs<Cuda<T, E>>& args) {
    if (args.owns_weight) draw_forward(tape, *args.weight);
    if (args.owns_bias) draw_forward(tape, *args.bias);
    cuda::Convolution<T, E>(tape, args).forward();
}

template <class T, class E>
void convolution_backward(Tape<Cuda<T, E>>& tape, const detail::ConvolutionArgs<Cuda<T, E>>& args) {
    auto& weight = *args.weight;
    const auto& y = *args.y;
    if (!y.grad_live) {
        // Nothing used the result, but the variable's log probs may have been used.
        if (args.owns_weight) draw_backward(tape, weight, nullptr, true);
        if (args.owns_bias) draw_backward(tape, *args.bias, nullptr, true);
        return;
    }
    // Weights are few, so there is room for their gradients in all samples.
    T* const dweight = tape.template device_memory<T>(weight.samples * weight.size);
    cuda::Convolution<T, E>(tape, args)
        .backward({dweight, weight.samples == 1 ? 0 : weight.size},
                  args.x->needs_grad ? tape.gradient(args.x) : GradientTarget<T>{nullptr, false});
    draw_backward(tape, weight, dweight, args.owns_weight);
    if (!args.bias) return;
    const Index channels = args.bias->size;
    cuda::bias_gradients(tape, static_cast<const T*>(y.grad),
                         {y.samples, y.batch, channels, y.item / channels, 0, 0}, *args.bias,
                         args.owns_bias);
}

}  // namespace blue

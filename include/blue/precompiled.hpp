// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The kernels of the usual networks as explicit instantiations: a program that includes this
/// instead of compiling them links with an object that has them. The CMake function
/// `blue_precompile(target)` sets up both; docs/how-to/compile-time.md says what it gains.
#pragma once

#include <blue/blue.hpp>

// The object itself defines it as `template`.
#ifndef BLUE_INSTANTIATE
#define BLUE_INSTANTIATE extern template
#endif

namespace blue {

// What float networks on the CPU are made of: layers of all kinds, activations, losses, mean-field
// normal and deterministic weights, Adam.
BLUE_INSTANTIATE const DrawKernels<Cpu<float>>* draw_kernels<MeanFieldNormal, MeanFieldNormal>(
    Cpu<float>);
BLUE_INSTANTIATE const DrawKernels<Cpu<float>>* draw_kernels<NonBayesian, UniformPrior>(Cpu<float>);
BLUE_INSTANTIATE void draw_forward(Tape<Cpu<float>>&, Draw<Cpu<float>>&);
BLUE_INSTANTIATE void draw_backward(Tape<Cpu<float>>&, Draw<Cpu<float>>&, const float*, bool);

BLUE_INSTANTIATE void linear_forward(Tape<Cpu<float>>&, const LinearArgs<Cpu<float>>&);
BLUE_INSTANTIATE void linear_backward(Tape<Cpu<float>>&, const LinearArgs<Cpu<float>>&);
BLUE_INSTANTIATE void convolution_forward(Tape<Cpu<float>>&,
                                          const detail::ConvolutionArgs<Cpu<float>>&);
BLUE_INSTANTIATE void convolution_backward(Tape<Cpu<float>>&,
                                           const detail::ConvolutionArgs<Cpu<float>>&);
BLUE_INSTANTIATE void attention_forward(Tape<Cpu<float>>&, const AttentionArgs<Cpu<float>>&);
BLUE_INSTANTIATE void attention_backward(Tape<Cpu<float>>&, const AttentionArgs<Cpu<float>>&);
BLUE_INSTANTIATE void layer_norm_forward(Tape<Cpu<float>>&,
                                         const detail::LayerNormArgs<Cpu<float>>&);
BLUE_INSTANTIATE void layer_norm_backward(Tape<Cpu<float>>&,
                                          const detail::LayerNormArgs<Cpu<float>>&);
BLUE_INSTANTIATE void pool_forward(Tape<Cpu<float>>&, const detail::PoolArgs<Cpu<float>>&);
BLUE_INSTANTIATE void pool_backward(Tape<Cpu<float>>&, const detail::PoolArgs<Cpu<float>>&,
                                    GradientTarget<float>);
BLUE_INSTANTIATE void copy_forward(Tape<Cpu<float>>&, const detail::CopyArgs<Cpu<float>>&);

BLUE_INSTANTIATE void elementwise_forward(Tape<Cpu<float>>&,
                                          const ElementwiseArgs<Cpu<float>, ops::Relu, 1>&);
BLUE_INSTANTIATE void elementwise_backward(Tape<Cpu<float>>&,
                                           const ElementwiseArgs<Cpu<float>, ops::Relu, 1>&);
BLUE_INSTANTIATE void elementwise_forward(Tape<Cpu<float>>&,
                                          const ElementwiseArgs<Cpu<float>, ops::Affine, 1>&);
BLUE_INSTANTIATE void elementwise_backward(Tape<Cpu<float>>&,
                                           const ElementwiseArgs<Cpu<float>, ops::Affine, 1>&);
BLUE_INSTANTIATE void softmax_forward(Tape<Cpu<float>>&, const detail::SoftmaxArgs<Cpu<float>>&);
BLUE_INSTANTIATE void softmax_backward(Tape<Cpu<float>>&, const detail::SoftmaxArgs<Cpu<float>>&,
                                       GradientTarget<float>);
BLUE_INSTANTIATE void reduce_forward(Tape<Cpu<float>>&, const detail::ReduceArgs<Cpu<float>>&);
BLUE_INSTANTIATE void reduce_backward(Tape<Cpu<float>>&, const detail::ReduceArgs<Cpu<float>>&,
                                      GradientTarget<float>);
BLUE_INSTANTIATE void pick_forward(Tape<Cpu<float>>&, const detail::PickArgs<Cpu<float>>&);
BLUE_INSTANTIATE void pick_backward(Tape<Cpu<float>>&, const detail::PickArgs<Cpu<float>>&,
                                    GradientTarget<float>);
BLUE_INSTANTIATE void loss_terms_forward(Tape<Cpu<float>>&, const detail::LossTerms<Cpu<float>>&);
BLUE_INSTANTIATE void loss_terms_backward(Tape<Cpu<float>>&, const detail::LossTerms<Cpu<float>>&,
                                          GradientTarget<float>, GradientTarget<float>,
                                          GradientTarget<float>);

BLUE_INSTANTIATE void optimizer_step(const Adam&, const Adam::Constants&,
                                     ParameterBlock<Cpu<float>>, float*);
BLUE_INSTANTIATE void squared_gradient_norms(Tape<Cpu<float>>&, double*);
BLUE_INSTANTIATE void scale(Tape<Cpu<float>>&, float*, Index, double);

}  // namespace blue

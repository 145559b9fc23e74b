// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Bayesian neural networks on an NVIDIA GPU: `blue::Cuda<float>` as the last policy of each layer.
///
/// Everything that `blue/blue.hpp` has except the CPU backend. A file that uses both backends
/// includes both.
#pragma once

#if !defined(__CUDACC__)
#error "blue/cuda.hpp has kernels: compile this file as CUDA, with nvcc or clang++ -x cuda (.cu)"
#endif

// First, as in blue/blue.hpp.
#include <blue/concepts/backend.hpp>
#include <blue/concepts/module.hpp>
#include <blue/concepts/prior.hpp>

#include <blue/backends/cuda/backend.hpp>
#include <blue/backends/cuda/device.hpp>
#include <blue/backends/cuda/device_graph.hpp>
#include <blue/concepts/window.hpp>
#include <blue/distributions/bernoulli.hpp>
#include <blue/distributions/categorical.hpp>
#include <blue/distributions/cauchy.hpp>
#include <blue/distributions/centred_prior.hpp>
#include <blue/distributions/counts.hpp>
#include <blue/distributions/half_cauchy_prior.hpp>
#include <blue/distributions/heteroscedastic_gaussian.hpp>
#include <blue/distributions/heteroscedastic_student_t.hpp>
#include <blue/distributions/laplace.hpp>
#include <blue/distributions/learned_scale_prior.hpp>
#include <blue/distributions/log_normal.hpp>
#include <blue/distributions/logistic.hpp>
#include <blue/distributions/low_rank_normal.hpp>
#include <blue/distributions/matrix_normal.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/multivariate_normal.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/distributions/quiet_prior.hpp>
#include <blue/distributions/radial.hpp>
#include <blue/distributions/scale_mixture_prior.hpp>
#include <blue/distributions/softplus_scale.hpp>
#include <blue/distributions/spike_and_slab_prior.hpp>
#include <blue/distributions/student_t.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/estimators/antithetic.hpp>
#include <blue/estimators/flipout.hpp>
#include <blue/estimators/local_reparameterization.hpp>
#include <blue/estimators/moment_propagation.hpp>
#include <blue/estimators/sticking_the_landing.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/batch_norm.hpp>
#include <blue/layers/convolution.hpp>
#include <blue/layers/dropout.hpp>
#include <blue/layers/embedding.hpp>
#include <blue/layers/flatten.hpp>
#include <blue/layers/group_norm.hpp>
#include <blue/layers/gru.hpp>
#include <blue/layers/horseshoe_linear.hpp>
#include <blue/layers/identity.hpp>
#include <blue/layers/layer_norm.hpp>
#include <blue/layers/learned_noise.hpp>
#include <blue/layers/linear.hpp>
#include <blue/layers/lstm.hpp>
#include <blue/layers/module.hpp>
#include <blue/layers/multihead_attention.hpp>
#include <blue/layers/padding.hpp>
#include <blue/layers/pooling.hpp>
#include <blue/layers/position_embedding.hpp>
#include <blue/layers/prelu.hpp>
#include <blue/layers/reshape.hpp>
#include <blue/layers/rnn.hpp>
#include <blue/models/describe.hpp>
#include <blue/models/ensemble.hpp>
#include <blue/models/forward.hpp>
#include <blue/models/freeze.hpp>
#include <blue/models/keep_weights.hpp>
#include <blue/models/moped.hpp>
#include <blue/models/named.hpp>
#include <blue/models/parallel.hpp>
#include <blue/models/repeat.hpp>
#include <blue/models/residual.hpp>
#include <blue/models/sequential.hpp>
#include <blue/models/to.hpp>
#include <blue/models/transformer.hpp>
#include <blue/models/with_policies.hpp>
#include <blue/objectives/accuracy_versus_uncertainty.hpp>
#include <blue/objectives/analytical_kullback_leibler_loss.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/objectives/importance_weighted_elbo.hpp>
#include <blue/objectives/kullback_leibler_loss.hpp>
#include <blue/objectives/renyi_bound.hpp>
#include <blue/ops/operation.hpp>
#include <blue/optim/natural_gradient.hpp>
#include <blue/optim/optimizer.hpp>
#include <blue/optim/parameter_groups.hpp>
#include <blue/optim/weight_average.hpp>
#include <blue/tensor/sequence_first.hpp>
#include <blue/train/fit.hpp>
#include <blue/train/posterior_sharpening.hpp>
#include <blue/version.hpp>

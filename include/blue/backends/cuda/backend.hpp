// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The CUDA backend with all its kernels, without what runs them: see device.hpp.
#pragma once

#include <blue/backends/cuda/affine.hpp>
#include <blue/backends/cuda/attention.hpp>
#include <blue/backends/cuda/attention_scores.hpp>
#include <blue/backends/cuda/bfloat16.hpp>
#include <blue/backends/cuda/convolution.hpp>
#include <blue/backends/cuda/convolution_windows.hpp>
#include <blue/backends/cuda/copy.hpp>
#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/draw.hpp>
#include <blue/backends/cuda/elementwise.hpp>
#include <blue/backends/cuda/embed.hpp>
#include <blue/backends/cuda/joint.hpp>
#include <blue/backends/cuda/layer_norm.hpp>
#include <blue/backends/cuda/linear.hpp>
#include <blue/backends/cuda/loss_terms.hpp>
#include <blue/backends/cuda/materialise.hpp>
#include <blue/backends/cuda/moments.hpp>
#include <blue/backends/cuda/noise.hpp>
#include <blue/backends/cuda/operation.hpp>
#include <blue/backends/cuda/optimizer.hpp>
#include <blue/backends/cuda/pooling.hpp>
#include <blue/backends/cuda/recurrence.hpp>
#include <blue/backends/cuda/recurrence_steps.hpp>
#include <blue/backends/cuda/reduce.hpp>
#include <blue/backends/cuda/resample.hpp>
#include <blue/backends/cuda/samples.hpp>
#include <blue/backends/cuda/sharpening.hpp>
#include <blue/backends/cuda/softmax.hpp>
#include <blue/backends/cuda/standardise.hpp>
#include <blue/backends/cuda/standardise_channels.hpp>
#include <blue/backends/cuda/step_draws.hpp>
#include <blue/backends/cuda/tables.hpp>
#include <blue/backends/cuda/weight_moments.hpp>

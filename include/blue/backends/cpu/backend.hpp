// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The CPU backend with all its kernels.
#pragma once

#include <blue/backends/cpu/affine.hpp>
#include <blue/backends/cpu/attention.hpp>
#include <blue/backends/cpu/convolution.hpp>
#include <blue/backends/cpu/copy.hpp>
#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/draw.hpp>
#include <blue/backends/cpu/elementwise.hpp>
#include <blue/backends/cpu/embed.hpp>
#include <blue/backends/cpu/joint.hpp>
#include <blue/backends/cpu/layer_norm.hpp>
#include <blue/backends/cpu/linear.hpp>
#include <blue/backends/cpu/loss_terms.hpp>
#include <blue/backends/cpu/materialise.hpp>
#include <blue/backends/cpu/noise.hpp>
#include <blue/backends/cpu/operation.hpp>
#include <blue/backends/cpu/optimizer.hpp>
#include <blue/backends/cpu/pooling.hpp>
#include <blue/backends/cpu/recurrence.hpp>
#include <blue/backends/cpu/reduce.hpp>
#include <blue/backends/cpu/resample.hpp>
#include <blue/backends/cpu/sharpening.hpp>
#include <blue/backends/cpu/softmax.hpp>
#include <blue/backends/cpu/standardise.hpp>
#include <blue/backends/cpu/standardise_channels.hpp>
#include <blue/backends/cpu/step_draws.hpp>
#include <blue/backends/cpu/verdicts.hpp>
#include <blue/backends/cpu/weight_moments.hpp>

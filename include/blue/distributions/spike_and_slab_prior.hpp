// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Spike-and-slab priors without a point mass: most weights next to zero, the others free.
#pragma once

#include <blue/distributions/laplace.hpp>
#include <blue/distributions/scale_mixture_prior.hpp>
#include <blue/error.hpp>

#include <cmath>

namespace blue {

/// The normal spike and slab of George and McCulloch (1993, "Variable Selection via Gibbs
/// Sampling"), with the indicator summed out, is the density that Blundell et al. (2015) call a
/// scale mixture: the same type, made by `spike_and_slab`.
using SpikeAndSlabPrior = ScaleMixturePrior;

/// Options of `spike_and_slab`.
struct SpikeAndSlabOptions {
    double slab_probability = 0.5;  ///< of a weight to be from the slab, in (0, 1)
    double spike_std = 0.01;        ///< of what counts as zero
    double slab_std = 1;            ///< of the weights that matter
};

/// A spike-and-slab prior by the names of its literature: `prior(spike_and_slab({.spike_std =
/// 0.02}))`. Throws ValueError for impossible options.
inline SpikeAndSlabPrior spike_and_slab(const SpikeAndSlabOptions& options = {}) {
    require_fraction("spike_and_slab", "slab_probability", options.slab_probability);
    require_positive("spike_and_slab", "spike_std", options.spike_std);
    require_positive("spike_and_slab", "slab_std", options.slab_std);
    return {
        .weight = options.slab_probability, .std1 = options.slab_std, .std2 = options.spike_std};
}

/// The spike-and-slab LASSO of Rockova and George (2018): a narrow and a wide Laplace density,
///
///     slab_probability Laplace(0, slab_scale) + (1 - slab_probability) Laplace(0, spike_scale).
///
/// Both have their peak at zero, so small weights are pulled there with a force that does not fade
/// with them, and weights beyond the spike are shrunk by the slab's smaller one. Computed by
/// log-sum-exp.
struct SpikeAndSlabLassoPrior {
    double slab_probability = 0.5;  ///< of a weight to be from the slab, in (0, 1)
    double spike_scale = 0.01;
    double slab_scale = 1;

    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w) const {
        const T distance = abs(w);
        return log_add_exp(log_slab - distance * slab_rate, log_spike - distance * spike_rate);
    }

    void validate() const {
        require_fraction("SpikeAndSlabLassoPrior", "slab_probability", slab_probability);
        require_positive("SpikeAndSlabLassoPrior", "spike_scale", spike_scale);
        require_positive("SpikeAndSlabLassoPrior", "slab_scale", slab_scale);
    }
    /// The prior of a narrower layer.
    void rescale(double c) {
        *this = {.slab_probability = slab_probability,
                 .spike_scale = spike_scale * c,
                 .slab_scale = slab_scale * c};
    }

    /// What follows from the options, computed once and not to be set: to change an option, make a
    /// new object.
    double slab_rate = 1 / slab_scale;
    double spike_rate = 1 / spike_scale;
    double log_slab = std::log(slab_probability / slab_scale) + constant;
    double log_spike = std::log((1 - slab_probability) / spike_scale) + constant;

    /// That of the Laplace density: -log 2.
    static constexpr double constant = MeanFieldLaplace::constant;
};

}  // namespace blue

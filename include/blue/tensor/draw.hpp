// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The draws of a random variable within one pass, without its distribution's type.
#pragma once

#include <blue/config.hpp>
#include <blue/random/threefry.hpp>

#include <new>
#include <type_traits>

namespace blue {

/// What a backend does with the distributions of a variable: function pointers made from the
/// formulas of the variational distribution and the prior. Each backend defines its own.
template <class B>
struct DrawKernels;
template <class B>
class Tape;

/// How a random variable is drawn while it is frozen: see `freeze`.
template <class B>
struct FrozenDraws {
    const DrawKernels<B>* kernels = nullptr;  ///< those of its mean; nullptr for its distribution's
    bool fixed_draws = false;                 ///< every pass draws the same, from this seed
    std::uint64_t seed = 0;
};

/// Where the parameters of a joint distribution lie, whose sizes differ.
struct ParameterLayout {
    Index rows, columns;   ///< of the variable as a matrix
    const Index* offsets;  ///< where each parameter begins, and where the last one ends
    const Index* sizes;    ///< elements of each parameter
    int parameters;

    /// Of all parameters, with padding.
    constexpr Index numbers() const { return offsets[parameters]; }
};

/// A random variable in one pass: its parameters, how they are sampled, and the drawn weights.
/// The type says nothing about distribution, layer or shape, so operations are compiled once.
template <class B>
struct Draw {
    using T = typename B::scalar;

    const DrawKernels<B>* kernels;
    const void* distribution;  ///< the policy object in the model
    const void* prior;
    const void* storage;  ///< address of the variable in the model: its identity

    Index size;    ///< number of elements
    Index stride;  ///< distance between parameters in `stored`, `gradient` and `natural`
    const ParameterLayout* layout;  ///< where parameters are instead; nullptr without others
    const T* stored;  ///< the variational parameters in the model, one array after the other
    T* gradient;      ///< gradient with respect to `stored`; nullptr before backward
    T* natural;       ///< prepared parameters: see the backend's kernels
    T* weights;       ///< drawn elements, `samples` x `weight_stride`; nullptr before the draw
    Index weight_stride;
    Index samples;  ///< 1 when the distribution has no noise

    const T* supplied_noise;  ///< samples x size in place of the generator; nullptr otherwise
    random::Key key;          ///< the key of sample 0
    int slot;                 ///< position in the model
    bool drawn;               ///< an operation of this pass has drawn it
    bool estimated;           ///< the estimator of its distribution takes part
    bool antithetic;          ///< samples come in pairs of opposite noise
    bool scores_log_prob;     ///< Monte Carlo log probs are wanted
    bool uses_divergence;     ///< the closed-form divergence is wanted instead
    bool norm_constants;      ///< log probs and divergences keep their normalisation constants
    double log_hyperprior;    ///< log density of the options of a fitted prior; 0 otherwise
    double log_prob_offset;   ///< of each sample, from preparing the parameters
    bool floor_visible;       ///< the variance floor changes numbers of this pass
    bool gradient_live;       ///< `gradient` holds numbers already: the first writer assigns
    T* log_prob;    ///< (samples of the pass) x 2: prior, variational; nullptr if not wanted
    T* divergence;  ///< a single number
    const T* log_prob_gradient;  ///< same layout as `log_prob`, set before backward; may be nullptr
    const T* divergence_gradient;  ///< may be nullptr
    Index pass_samples;            ///< samples of the pass for which it is drawn
    Index first_row;               ///< the first of them: not 0 for members of an ensemble
    double divergence_weight = 1;  ///< of the divergence in the sum over all variables
    void* joint = nullptr;         ///< what a joint distribution keeps for the pass
    const T* target = nullptr;     ///< of a buffer: where an optimiser's step moves it
    double target_rate = 0;        ///< how far, of 1
    Draw* later_steps = nullptr;   ///< draws of the same variable for later steps of a sequence
    Index later_step_count = 0;
    /// In a pass of which a tape has some samples: whether the others have draws of their own, how
    /// many came before, with their `log_prob_gradient` before that of this part, and whether some
    /// follow, after which the gradients are completed.
    bool is_part = false;
    Index earlier_samples = 0;
    bool more_follow = false;
};

/// How many numbers the parameters of a draw are, and their gradients, with padding.
template <class B>
Index parameter_numbers(const Draw<B>& draw) {
    return draw.layout ? draw.layout->numbers() : draw.kernels->parameters * draw.stride;
}

namespace detail {

/// Normalisation constants of the log probs of all elements, in nats.
struct NormConstants {
    double prior, variational;
};
/// Those that the pass leaves out. What a fitted prior adds to log p(w) is left in: it counts as
/// omitted with the other sign.
template <class B>
NormConstants omitted_constants(const Draw<B>& draw) {
    if (draw.norm_constants) return {-draw.log_hyperprior, 0};
    const double n = static_cast<double>(draw.size);
    double prior = 0;
    const double variational = draw.kernels->norm_constants(draw, &prior);
    return {n * prior - draw.log_hyperprior, n * variational};
}

/// Whether the pass needs the prior of a draw.
template <class B>
bool is_scored(const Draw<B>& draw) {
    return draw.scores_log_prob || draw.uses_divergence;
}

/// The prior of a draw, fitted to the sum of its statistic: in memory of the tape, so that the
/// model stays as it is.
template <class P, class B>
void fit_prior(Tape<B>& tape, Draw<B>& draw, double sum) {
    static_assert(std::is_trivially_destructible_v<P>);
    P* const prior = new (tape.template host_memory<P>(1)) P(*static_cast<const P*>(draw.prior));
    draw.log_hyperprior = prior->fit(sum, draw.size);
    draw.prior = prior;
}

}  // namespace detail

}  // namespace blue

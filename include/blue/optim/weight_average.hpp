// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The mean of a model's parameters over the steps of a training run.
#pragma once

#include <blue/models/variable_view.hpp>
#include <blue/tensor/buffer.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace blue {

/// What is averaged, and how. A step is one batch, as in `Schedule`.
class Averaging {
public:
    /// All equally: stochastic weight averaging (Izmailov et al. 2018, equation 1).
    static Averaging uniform() { return Averaging(1); }
    /// An exponential moving average, of which `decay` remains in each update. The first ones weigh
    /// as much as it takes to have no bias: (1 - decay) / (1 - decay^n) in update n (the correction
    /// of Kingma and Ba 2015, section 3). Throws ValueError unless the decay is in [0, 1).
    static Averaging exponential(double decay) {
        require_share("Averaging::exponential", "decay", decay);
        return Averaging(decay);
    }
    /// Leaves out the first steps. Throws ValueError for a negative number.
    Averaging after(Index steps) const {
        if (steps < 0)
            throw ValueError("Averaging: expected to begin after at least 0 steps, got ", steps);
        Averaging copy = *this;
        copy.skipped_ = steps;
        return copy;
    }
    /// Only every so many steps: cheaper, for slow averages. Throws ValueError below 1.
    Averaging every(Index steps) const {
        if (steps < 1)
            throw ValueError("Averaging: expected an interval of at least 1 step, got ", steps);
        Averaging copy = *this;
        copy.interval_ = steps;
        return copy;
    }

    /// Whether the parameters after step 1, 2, ... are part of the average.
    bool includes(Index step) const {
        return step > skipped_ && (step - skipped_) % interval_ == 0;
    }
    /// The weight of update 1, 2, ...; that of the average before is what remains to 1.
    double weight(Index update) const {
        const double n = static_cast<double>(update);
        return decay_ == 1 ? 1 / n : (1 - decay_) / (1 - std::pow(decay_, n));
    }

private:
    explicit Averaging(double decay) : decay_(decay) {}

    double decay_;  ///< 1 for equal weights
    Index skipped_ = 0, interval_ = 1;
};

/// Averages the parameters of a model, step by step, in a training loop of your own (in `fit`:
/// `FitOptions::averaging`):
///
///     WeightAverage average(net, Averaging::exponential(0.999));
///     ... optimizer.step(net, tape); average.update(net); ...
///     average.swap(net);  // the model has the average
///     evaluate(net, ...);
///     average.swap(net);  // and goes on
///
/// Each parameter is averaged as it is stored: of `log_std` the mean, so of standard deviations the
/// geometric mean. What is averaged is the variational distribution: predictions with it draw
/// weights as always. After construction it allocates nothing.
template <class M>
class WeightAverage {
public:
    using backend = backend_of<M>;

    explicit WeightAverage(const M& model, const Averaging& averaging) : averaging_(averaging) {
        values_.reserve(static_cast<std::size_t>(random_variable_count<M>));
        detail::visit_variables(model, [&](const auto& state) {
            values_.push_back(state.values);
            backend::memory::fill_zero(values_.back().data(), state.numbers());
        });
    }

    /// Call after each step. Throws Error while the model has the average.
    void update(const M& model) {
        if (swapped_)
            throw Error(
                "WeightAverage: expected the trained parameters, got the average; swap back "
                "before you go on");
        if (!averaging_.includes(++steps_)) return;
        const double weight = averaging_.weight(++updates_);
        const auto variables = variable_views(model);
        for (std::size_t slot = 0; slot < values_.size(); ++slot)
            move_towards(backend{}, values_[slot].data(), variables[slot].values,
                         variables[slot].numbers(), weight);
    }
    /// Exchanges the parameters of the model with the average; again to exchange them back. Costs
    /// next to nothing. Throws Error before the first update.
    void swap(M& model) {
        if (updates_ == 0) throw Error("WeightAverage: expected at least 1 update before swap");
        std::size_t slot = 0;
        detail::visit_variables(model,
                                [&](auto& state) { std::swap(state.values, values_[slot++]); });
        swapped_ = !swapped_;
    }

    /// How many steps the average has taken in.
    Index updates() const { return updates_; }
    /// Whether the model has the average.
    bool swapped() const { return swapped_; }

private:
    Averaging averaging_;
    /// As in the model, so with what priors keep for each element, which is no parameter.
    std::vector<Buffer<backend>> values_;
    Index steps_ = 0, updates_ = 0;
    bool swapped_ = false;
};

}  // namespace blue

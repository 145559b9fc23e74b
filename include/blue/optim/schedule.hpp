// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Schedules of the learning rate and of other weights.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <cmath>
#include <numbers>
#include <string>

namespace blue {

/// What the learning rate, or the weight of the divergence, is multiplied with, step by step. A
/// step is one batch, not one epoch.
class Schedule {
public:
    /// The same throughout.
    static Schedule constant() { return {Kind::constant, 0, 1}; }
    /// Times `factor` after every `interval` steps: factor^floor(step / interval). Throws
    /// ValueError for an interval below 1, and a factor that is not positive and finite.
    static Schedule step(Index interval, double factor) {
        if (interval < 1)
            throw ValueError("Schedule::step: expected an interval of at least 1 step, got ",
                             interval);
        require_positive("Schedule::step", "factor", factor);
        return {Kind::step, interval, factor};
    }
    /// From 1 towards `final_factor` along half a cosine (Loshchilov and Hutter 2017, equation 5):
    /// final + (1 - final) (1 + cos(pi step / total)) / 2. Throws ValueError for a final factor
    /// that is negative or not finite.
    static Schedule cosine(double final_factor = 0) {
        require_not_negative("Schedule::cosine", "final factor", final_factor);
        return {Kind::cosine, 0, final_factor};
    }

    /// Begins with a linear rise over the given number of steps, (step + 1) / steps. The schedule
    /// itself starts after it: a cosine runs over the steps that remain. Throws ValueError for a
    /// negative number.
    Schedule with_warm_up(Index steps) const {
        if (steps < 0)
            throw ValueError("Schedule: expected a warm-up of at least 0 steps, got ", steps);
        Schedule copy = *this;
        copy.warm_up_ = steps;
        return copy;
    }

    /// Whether the factor is 1 at every step.
    bool is_constant() const { return kind_ == Kind::constant && warm_up_ == 0; }

    /// The factor of step 0, 1, ..., total - 1, for the `total` steps of a training run.
    double operator()(Index step, Index total) const {
        if (step < warm_up_) return static_cast<double>(step + 1) / static_cast<double>(warm_up_);
        switch (kind_) {
            case Kind::step:
                return std::pow(factor_, static_cast<double>((step - warm_up_) / interval_));
            case Kind::cosine: {
                const Index length = total - warm_up_;
                const double progress =
                    length > 0 ? static_cast<double>(step - warm_up_) / static_cast<double>(length)
                               : 1;
                const double wave = (1 + std::cos(std::numbers::pi * std::fmin(progress, 1))) / 2;
                return factor_ + (1 - factor_) * wave;
            }
            default:
                return 1;
        }
    }

private:
    enum class Kind { constant, step, cosine };
    Schedule(Kind kind, Index interval, double factor)
        : kind_(kind), interval_(interval), factor_(factor) {}

    Kind kind_;
    Index interval_;
    double factor_;
    Index warm_up_ = 0;
};

}  // namespace blue

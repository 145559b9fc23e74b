// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The kernel of drawn weights by itself: noise, weight and both log probs, as forward needs them.
#pragma once

#include "workloads.hpp"

#include <blue/blue.hpp>

#include <cmath>
#include <cstdint>

namespace bench {

/// One variable whose parameters are prepared. All its draws go to the same place, so that the
/// numbers stay in the processor's cache: what is timed is arithmetic, not memory.
template <class Q, class P = blue::MeanFieldNormal>
class DrawAndScore final : public Workload {
public:
    explicit DrawAndScore(const Parameters& parameters)
        : samples_(parameters.samples),
          stride_((parameters.width + 15) / 16 * 16),
          stored_((Q::parameters::size + blue::constants_of<P>::size) * stride_),
          natural_(Sweep::prepared_arrays * stride_),
          weights_(stride_) {
        // Locations around 0, scales around 0.1; constants of a prior are centres, also around 0.
        for (blue::Index i = 0; i < stored_.size(); ++i) {
            const auto k = static_cast<std::size_t>(i / stride_);
            const bool is_scale = k < Q::parameters::size &&
                                  Q::parameters::transforms[k] != blue::transform::identity;
            stored_.data()[i] =
                (is_scale ? -2.3f : 0.0f) + 0.1f * std::cos(static_cast<float>(i % stride_));
        }
        draw_.distribution = &distribution_;
        draw_.prior = &prior_;
        draw_.size = parameters.width;
        draw_.stride = stride_;
        draw_.stored = stored_.data();
        draw_.natural = natural_.data();
        draw_.weights = weights_.data();
        draw_.weight_stride = 0;
        draw_.samples = samples_;
        draw_.key.seed = 1;
        draw_.scores_log_prob = true;
        draw_.norm_constants = true;
        prepared_ = Sweep::prepare(draw_, 0, draw_.size);
        draw_.floor_visible = prepared_.floor_visible;
    }

    double step() override {
        double log_probs[2] = {};
        ++draw_.key.pass;
        for (blue::Index s = 0; s < samples_; ++s)
            Sweep::sample(draw_, s, 0, draw_.size, log_probs);
        return log_probs[0] + log_probs[1] +
               static_cast<double>(samples_) * prepared_.log_prob_offset;
    }
    double elements() const override { return static_cast<double>(samples_ * draw_.size); }

private:
    using B = blue::Cpu<float>;
    template <class T, class Isa>
    static blue::cpu::Sweeps<Q, P, T, Isa> sweeps_on(blue::Cpu<T, Isa>);
    using Sweep = decltype(sweeps_on(B{}));

    Q distribution_{};
    P prior_{};
    blue::Index samples_, stride_;
    blue::Buffer<B> stored_, natural_, weights_;
    blue::Draw<B> draw_{};
    blue::cpu::Prepared prepared_;
};

template <class Q, class P = blue::MeanFieldNormal>
constexpr MakeWorkload draw_and_score = make<DrawAndScore<Q, P>>;

}  // namespace bench

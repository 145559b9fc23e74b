// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Several networks as one model.
#pragma once

#include <blue/models/with_policies.hpp>
#include <blue/ops/join_samples.hpp>

#include <array>

namespace blue {

namespace requirement {

/// The size of an ensemble.
template <bool Ok, class Given>
struct ensemble_size : check {
    static_assert(Ok,
                  "blue: an Ensemble needs at least one member, see given in ensemble_size<...>: "
                  "write Ensemble<5, Net>");
};

}  // namespace requirement

namespace detail {

template <int K, class Net>
using Members =
    mp::mp_rename<mp::mp_push_front<mp::mp_repeat_c<mp::mp_list<Net>, std::size_t(K > 0 ? K : 1)>,
                                    std::make_index_sequence<std::size_t(K > 0 ? K : 1)>>,
                  Stack>;

/// Makes the draws of a member those of its part of the samples.
template <class B, class M>
void share_samples(const Pass<B>& pass, const M& member, Index position, Index count, Index size) {
    visit_variables(member, [&](const auto& state) {
        Draw<B>& draw = pass.draw_of(state);
        if (draw.pass_samples == count) return;  // called again, or a single member
        if (draw.samples > 1) draw.samples = count;
        draw.key.sample /= static_cast<std::uint32_t>(size);
        draw.pass_samples = count;
        draw.first_row += position * count;
        draw.log_prob += 2 * position * count;
        draw.divergence_weight /= static_cast<double>(size);
    });
}

}  // namespace detail

/// K networks of the same type with initial values of their own, trained in one pass and predicted
/// as one model: the variational distribution is the mixture of theirs with equal weights, each of
/// which can find another mode of the posterior (deep ensembles, Lakshminarayanan et al. 2017, of
/// variational networks). The S samples of a pass are shared out, S / K to each member, so a pass
/// costs what it costs for one network. Its loss is the mean of the members' bounds; since the
/// mixture's entropy is at least the mean of theirs, that is a bound of the mixture, too, by at
/// most log K nats too low. Divergences are reported as each member's part of that mean.
///
/// Member k has the path k, `layer<k>(ensemble)`. The number of samples must be a multiple of K,
/// and the input the same for all samples: ValueError and ShapeError otherwise. Supplied noise is
/// that of each member's own samples.
template <int K, class Net>
struct Ensemble : detail::Members<K, Net> {
    static_assert(requirement::ensemble_size<(K > 0), requirement::given<requirement::count<K>>>{});
    static constexpr int size = K > 0 ? K : 1;
    /// Passes have a multiple of it.
    static constexpr Index sample_multiple = size;

    template <class Q, class P, class B>
    using with_policies = Ensemble<K, blue::with_policies<Net, Q, P, B>>;

    Ensemble() = default;
    /// Members with initial values from the seed. Settings: see `initialise`.
    template <class... Settings>
    explicit Ensemble(Seed seed, const Settings&... settings) {
        initialise(*this, seed, settings...);
    }

    auto operator()(auto& pass, auto x) const {
        return run(pass, x, std::make_index_sequence<size>{});
    }

private:
    template <class Pass, class X, std::size_t... Member>
    auto run(Pass& pass, X x, std::index_sequence<Member...>) const {
        if (pass.samples() % size != 0)
            throw ValueError("Ensemble: expected a multiple of ", size, " samples, got ",
                             pass.samples());
        if (x.samples() != 1)
            throw ShapeError("Ensemble: expected an input that is the same for all samples, got ",
                             x.samples(), " samples");
        const Index count = pass.samples() / size;
        (detail::share_samples(pass, detail::layer_at<Member>(*this), Index(Member), count, size),
         ...);
        auto part = pass.with_samples(count);
        return join_samples(std::array{detail::layer_at<Member>(*this)(part, x)...}, count);
    }
};

}  // namespace blue

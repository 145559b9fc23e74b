// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Samples in pairs of opposite noise.
#pragma once

#include <blue/estimators/requirement.hpp>

namespace blue {

/// The variational distribution `Q` with samples in pairs: the noise of sample 2k + 1 is that of
/// sample 2k, negated (Hammersley and Morton 1956). Each sample alone is distributed as without the
/// wrapper, so means stay unbiased; what is odd in the noise cancels within a pair, so outputs that
/// are nearly linear in the weights have a mean of nearly no variance. What is even in the noise
/// (spreads, say) is seen S / 2 times instead of S times. With an odd number of samples the last
/// one is not paired.
///
/// In predictions, too. Noise that is supplied to `forward` is used as it is. Everything else is
/// that of `Q`.
///
/// Options: `Antithetic<MeanFieldNormal>{{.std = 0.1}}`.
/// \tparam Q a distribution with symmetric noise.
template <class Q>
struct Antithetic : Q {
    using estimator_check =
        requirement::estimator_around<(is_symmetric<noise_of<Q>>),
                                      requirement::symmetric_noise<false, Q>, Q>;
    using antithetic = void;
};

template <class Q>
struct detail::drawn_distribution<Antithetic<Q>> : drawn_distribution<Q> {};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The gradient of the Monte Carlo divergence without the score.
#pragma once

#include <blue/estimators/requirement.hpp>

namespace blue {

/// The variational distribution `Q` with another gradient of the Monte Carlo divergence (Roeder, Wu
/// and Duvenaud 2017, equation 8). log q(w) depends on the parameters through the drawn weight and
/// directly; the derivative of the second kind, the score, has expectation 0 and is left out. What
/// is left vanishes in every single sample where q is the posterior, and has little variance near
/// it; far from it the variance may be larger. Values of losses stay the same.
///
/// The divergence is then always estimated from the samples, although `Q` may have a closed form:
/// only together with the prior and the likelihood of the same samples does the noise cancel. For
/// objectives that average logarithms (`Elbo`, `KullbackLeiblerLoss`); in those that take the
/// logarithm of an average (`ImportanceWeightedElbo`, `RenyiBound`) the score has another
/// expectation, and without it gradients would be biased (Tucker et al. 2019): a compile error.
///
/// Everything else is that of `Q`. Options: `StickingTheLanding<MeanFieldNormal>{{.std = 0.1}}`.
/// \tparam Q a distribution with noise, of single elements: no joint one.
template <class Q>
struct StickingTheLanding : Q {
    using estimator_check = requirement::estimator_around<
        (is_random<Q> && !is_joint<Q> &&
         !std::is_same_v<estimator_of<Q>, blue::estimator::DrawnOutputs>),
        requirement::scored_weights<false, Q>, Q>;
    using path_derivative = void;
};

}  // namespace blue

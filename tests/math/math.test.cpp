// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/math.hpp>

#include "support/catch.hpp"

#include <cmath>

using blue::math::Dual;
using blue::math::NativePack;
using blue::math::Number;

#define PACKS Number<float>, NativePack<float>, Number<double>, NativePack<double>

namespace formula {

/// Student's t with four degrees of freedom, as one would write it in a textbook.
template <class T>
T log_prob(T w, T loc, T scale) {
    T z = (w - loc) / scale;
    return -0.98082925301172619 - log(scale) - 2.5 * log1p(square(z) / 4);
}

}  // namespace formula

TEMPLATE_TEST_CASE("one formula serves forward and backward sweeps", "", PACKS) {
    using S = TestType;
    using T = typename S::scalar;
    const double tolerance = 20 * std::numeric_limits<T>::epsilon();
    const double w = 1.25, loc = 0.5, scale = 0.4, z = (w - loc) / scale;
    const double value = -0.98082925301172619 - std::log(scale) - 2.5 * std::log1p(z * z / 4);
    // d/dz of -2.5 log(1 + z^2/4) is -5 z / (4 + z^2).
    const double slope = -5 * z / (4 + z * z);

    using Forward = Dual<S, 0>;
    const Forward known = Forward::positive(T(scale), S(T(std::log(scale))), S(T(1 / scale)));
    const Forward y = formula::log_prob(Forward(w), Forward(loc), known);
    CHECK(std::abs(y.value[0] - value) < tolerance);

    using Backward = Dual<S, 2>;
    const Backward l = Backward::variable(T(loc), 0);
    const Backward s = Backward::positive(T(scale), S(T(std::log(scale))), S(T(1 / scale)), 1);
    const Backward d = formula::log_prob(Backward(w), l, s);
    CHECK(std::abs(d.value[0] - value) < tolerance);
    CHECK(std::abs(d.derivative(0)[0] - -slope / scale) < 4 * tolerance);
    CHECK(std::abs(d.derivative(1)[0] - (-1 / scale - slope * z / scale)) < 4 * tolerance);
}

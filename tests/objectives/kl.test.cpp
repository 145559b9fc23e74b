// SPDX-License-Identifier: BSD-3-Clause
// Against quadrature and samples: density_laws in tests/distributions. Against torch_blue:
// tests/golden.
#include <blue/blue.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace blue;
using namespace blue_test;

namespace custom {

/// A pair of a user's own, with its closed form beside it.
struct Wide : MeanFieldNormal {};
struct Flat {
    template <class T>
    static T log_prob(T) {
        return T(0);
    }
};
template <class T>
T kl(const Wide&, const Flat&, T, T std) {
    return -log(std);
}

}  // namespace custom

TEST_CASE("which pairs have a closed form", "[objectives]") {
    CHECK(has_closed_form_kl<MeanFieldNormal, MeanFieldNormal>);
    CHECK(has_closed_form_kl<MeanFieldNormal, UniformPrior>);
    CHECK(has_closed_form_kl<custom::Wide, custom::Flat>);
    CHECK_FALSE(has_closed_form_kl<MeanFieldNormal, custom::Flat>);
    CHECK_FALSE(has_closed_form_kl<NonBayesian, MeanFieldNormal>);
    CHECK(has_closed_form_kl<MeanFieldStudentT, MeanFieldNormal>);
    CHECK_FALSE(has_closed_form_kl<FormulaStudentT, MeanFieldNormal>);
    CHECK_FALSE(has_closed_form_kl<SinhArcsinh, UniformPrior>);
    CHECK_FALSE(has_closed_form_kl<MeanFieldNormal, BasicQuietPrior>);
}

TEST_CASE("closed forms in numbers", "[objectives]") {
    using Number = math::Number<double>;
    const MeanFieldNormal q, p{.mean = 1, .std = 2};
    CHECK(kl(q, p, Number(1), Number(2))[0] == Approx(0).margin(1e-15));
    // (9 / 4 + 1 / 4 - 1) / 2 + log 2.
    CHECK(kl(q, p, Number(4), Number(1))[0] == Approx(0.75 + std::log(2.0)).epsilon(1e-15));
    // Minus the entropy (1 + log 2 pi) / 2 + log std.
    CHECK(kl(q, UniformPrior{}, Number(7), Number(3))[0] ==
          Approx(-1.4189385332046727 - std::log(3.0)).epsilon(1e-15));
}

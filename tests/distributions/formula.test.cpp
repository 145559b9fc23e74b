// SPDX-License-Identifier: BSD-3-Clause
// The derivatives that these calls give are checked by density_laws for every distribution.
#include <blue/blue.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using Number = math::Number<double>;
using Formula = detail::Formula<MeanFieldNormal, BasicQuietPrior, Number>;

Formula::Parameters prepared(double mean, double std) {
    return {{{mean, 0, 0}, {std, std::log(std), 1 / std}}};
}

}  // namespace

TEST_CASE("parameters are found by name", "[distributions]") {
    CHECK(detail::parameter_index<SinhArcsinh, fixed_string("skew")> == 2);
    CHECK(detail::parameter_index<SinhArcsinh, fixed_string("std")> == -1);
    CHECK(Formula::required == 1);
}

TEST_CASE("formulas get their parameters in order", "[distributions]") {
    const auto theta = prepared(0.5, 2);
    const auto w = Formula::sample<2>(MeanFieldNormal{}, Number(1.5), theta);
    CHECK(w.value[0] == 3.5);
    CHECK(w.derivative(0)[0] == 1);
    CHECK(w.derivative(1)[0] == 1.5);
}

TEST_CASE("a prior sees the sample and the parameters that it asks for", "[distributions]") {
    const BasicQuietPrior quiet{.std_ratio = 0.5, .mean_mean = 0.1, .mean_std = 0.7};
    const auto at = [&](double w, double mean) {
        return Formula::prior_log_prob<2>(Formula::PreparedPrior(quiet),
                                          math::Dual<Number, 2>::variable(w, 0), prepared(mean, 2));
    };
    CHECK(at(1.2, 0.5).value[0] == quiet.log_prob(Number(1.2), Number(0.5))[0]);
    // d/dw = -(w - m) / v; the other direction is the mean's.
    CHECK(at(1.2, 0.5).derivative(0)[0] == Approx(-0.7 / (0.0625 + 1e-10)));
    const double h = 1e-5;
    const double difference = (at(1.2, 0.5 + h).value[0] - at(1.2, 0.5 - h).value[0]) / (2 * h);
    CHECK(at(1.2, 0.5).derivative(1)[0] == Approx(difference).epsilon(1e-7));  // h^2
}

TEST_CASE("a prepared location-scale prior includes its variance floor", "[distributions]") {
    using Pair = detail::Formula<MeanFieldNormal, MeanFieldNormal, Number>;
    const MeanFieldNormal prior{.mean = 0.3, .std = 0.4, .eps = 0.05};
    CHECK(Pair::prior_log_prob<0>(Pair::PreparedPrior(prior), Number(1), {}).value[0] ==
          Approx(prior.log_prob(Number(1), Number(0.3), Number(0.4))[0]).epsilon(1e-14));
}

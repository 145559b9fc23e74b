// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/quiet_prior.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/testing/plain_formulas.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("plain formulas are those of the distributions", "[testing]") {
    const blue::testing::detail::PlainFormulas<MeanFieldNormal, BasicQuietPrior> plain{
        {.eps = 0.01}, {0.5, 0.1, 0.7, 1e-3}};
    CHECK(plain.sample(2, {0.5, 0.25}) == 1);
    CHECK(plain.log_prob(0.7, {0.2, 0.3}) == Approx(-1.01764598670765).epsilon(1e-14));
    // v = 0.0635, u = 0.491, by hand.
    CHECK(plain.prior_log_prob(0.9, {0.5, 2.0}) ==
          Approx(-0.5 * (0.16 / 0.0635 + 0.16 / 0.491 + std::log(0.0635) + std::log(0.491)) -
                 1.8378770664093453)
              .epsilon(1e-13));
    const blue::testing::detail::PlainFormulas<MeanFieldNormal, UniformPrior> flat{};
    CHECK(flat.prior_log_prob(3, {0, 1}) == 0);
    CHECK(flat.divergence({0, 1}) == Approx(-1.4189385332046727));  // minus the entropy
}

TEST_CASE("default points are different and positive where they must be", "[testing]") {
    const auto points = default_points<SinhArcsinh>();
    CHECK(points.size() == 3);
    for (const auto& point : points) {
        CHECK(point[0] != 0);
        CHECK(point[1] > 0);
        CHECK(point[0] != point[2]);
    }
    CHECK(points[0][1] != points[1][1]);
}

TEST_CASE("numbers as text", "[testing]") {
    CHECK(blue::testing::detail::to_text(std::array<double, 2>{0.5, -2}) == "(0.5, -2)");
}

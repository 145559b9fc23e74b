// SPDX-License-Identifier: BSD-3-Clause
// What the sweep prepares, to the last digits. What it draws and differentiates is checked with all
// distributions (testing/sweep_laws.hpp).
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace blue;

namespace {

/// The largest errors of scale / d and of log d, in units of the last place of 1 or the result,
/// for variance floors from nothing to far more than the variance.
template <class T>
struct Errors {
    double ratio = 0, log_scale = 0;
    Errors() {
        using B = Cpu<T>;
        const DrawKernels<B>& kernels = *draw_kernels<MeanFieldNormal, MeanFieldNormal>(B{});
        constexpr double eps = std::numeric_limits<T>::epsilon();
        const MeanFieldNormal q{.eps = 1e-8}, p;
        Draw<B> draw{};
        draw.distribution = &q;
        draw.prior = &p;
        draw.size = draw.stride = 1;
        draw.scores_log_prob = true;
        for (int i = -400; i <= 2000; ++i) {
            const T stored[2] = {T(0), static_cast<T>(-0.01 * i)};  // mean, log_std
            T natural[2];
            draw.stored = stored;
            draw.natural = natural;
            const double offset = kernels.prepare(draw, 0, 1).log_prob_offset;
            const long double floor = static_cast<T>(1e-8L), std = std::exp((long double)stored[1]);
            const long double d = std::sqrt(std * std + floor), log_d = std::log(d);
            ratio = std::max(ratio, double(std::abs(natural[1] - std / d) * d / std) / eps);
            log_scale =
                std::max(log_scale,
                         double(std::abs(-offset - log_d) / std::max(1.0L, std::abs(log_d))) / eps);
        }
    }
};

}  // namespace

TEMPLATE_TEST_CASE("a variance floor of any share", "[cpu]", float, double) {
    // Series of a small share x leave out 5/16 x^3 and x^3 / 6, at most 0.16 units in float; the
    // rest is rounding, of exp and four operations.
    const Errors<TestType> errors;
    CHECK(errors.ratio < 2);
    CHECK(errors.log_scale < 2);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/sweep_run.hpp>

#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue::testing::detail;

namespace {

using Input = SweepInput<MeanFieldNormal, UniformPrior, float>;
using Sweep = cpu::FormulaSweep<MeanFieldNormal, UniformPrior, float, cpu::BLUE_ISA>;

struct WritesBeyond : Sweep {
    static void sample(const D& d, Index s, Index begin, Index end, double* sums) {
        Sweep::sample(d, s, begin, end, sums);
        d.weights[s * d.weight_stride + end] = 0;
    }
};
struct ReadsBeyond : Sweep {
    static void accumulate(const D& d, Index s, Index begin, Index end, const float* dw, float a,
                           float b, bool add) {
        Sweep::accumulate(d, s, begin, end, dw, a, b, add);
        d.gradient[end - 1] += d.stored[end];
    }
};

Input input() {
    return {{}, default_points<MeanFieldNormal>(), Seed{1}, Terms::log_probs};
}
const std::vector<Index> whole{0, Input::size};

}  // namespace

TEST_CASE("a run of sweeps has all outcomes", "[testing]") {
    const SweepOutcome run = run_sweep<Sweep>(MeanFieldNormal{}, UniformPrior{}, input(), whole);
    CHECK(run.inside);
    CHECK(run.finite);
    CHECK(static_cast<Index>(run.weights.size()) == 3 * Input::size);
    CHECK(static_cast<Index>(run.gradients.size()) == 2 * Input::size);
    CHECK(run.log_probs.size() == 3 * 2);
    CHECK(run == run_sweep<Sweep>(MeanFieldNormal{}, UniformPrior{}, input(), whole));
}

TEST_CASE("reading and writing beyond the elements shows", "[testing]") {
    CHECK_FALSE(run_sweep<WritesBeyond>(MeanFieldNormal{}, UniformPrior{}, input(), whole).inside);
    CHECK_FALSE(run_sweep<ReadsBeyond>(MeanFieldNormal{}, UniformPrior{}, input(), whole).finite);
}

TEST_CASE("the plain reference follows the formulas", "[testing]") {
    Input in = input();
    in.supply_noise({});
    const SweepOutcome plain = reference_sweep(MeanFieldNormal{}, UniformPrior{}, in);
    // Element 4 of sample 1, written out.
    const double mean = static_cast<double>(in.stored[4]);
    const double log_std = static_cast<double>(in.stored[Input::stride + 4]);
    const double noise = static_cast<double>(in.supplied_noise[Input::size + 4]);
    CHECK(plain.weights[Input::size + 4] ==
          Approx(mean + std::exp(log_std) * noise).epsilon(1e-14));
    // log q along a sample is -log_std + const, the flat prior adds nothing.
    double by_mean = 0, by_log_std = 0;
    for (Index s = 0; s < 3; ++s) {
        const auto at = static_cast<std::size_t>(s * Input::size + 4);
        const double dw = static_cast<double>(in.weight_gradient[at]);
        by_mean += dw;
        by_log_std += dw * std::exp(log_std) * static_cast<double>(in.supplied_noise[at]) -
                      static_cast<double>(in.log_prob_gradient[static_cast<std::size_t>(s)][1]);
    }
    // Differences of fourth order, see central_difference.
    CHECK(plain.gradients[4] == Approx(by_mean).epsilon(1e-9));
    CHECK(plain.gradients[Input::size + 4] == Approx(by_log_std).epsilon(1e-8));
}

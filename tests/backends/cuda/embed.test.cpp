// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rows of a random table on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/distributions/non_bayesian.hpp>
#include <blue/layers/module.hpp>
#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// A table whose vectors are looked up twice.
template <class Q, int Padding, int Tenths, class B>
struct Table : Module<Table<Q, Padding, Tenths, B>, variables<variable<"table", 7, 5>>, Q,
                      MeanFieldNormal, B> {
    auto forward(auto& pass, auto x) const {
        const EmbedOptions options{Padding, Tenths / 10.0};
        const auto table = pass.sample(*this, "table"_v);
        return embed(x, table, options) * square(embed(x, table, options));
    }
};
template <class B>
using Plain = Table<MeanFieldNormal, -1, 0, B>;
template <class B>
using Padded = Table<MeanFieldNormal, 3, 0, B>;
template <class B>
using Fixed = Table<NonBayesian, -1, 0, B>;
/// Norms of which some are larger.
template <class B>
using Limited = Table<NonBayesian, 1, 4, B>;

/// The largest difference, with ids of `input_samples` samples.
template <template <class> class M>
double worst(Index input_samples, Index samples) {
    const auto run_table = [&]<class B>(B) {
        const M<B> model = make<M<B>>(Seed{7});
        Tape<B> tape;
        std::vector<double> ids = numbers<double>(input_samples * 6 * 4, 0, 7);
        for (double& id : ids) id = std::floor(id);
        const auto x = tape.template input<shape<4>>(ids.data(), 6, input_samples);
        const auto result = forward(model, tape, x, {.samples = samples, .seed = Seed{3}});
        const auto y = result.samples;
        backward(detail::make_loss(sum(y * y), 1.0, result.log_probs, 0.3));
        const Draw<B>& draw = tape.draws()[0];
        Outcome<double> outcome{y.to_host(), {std::vector<double>(35)}};
        B::memory::copy_to_host(outcome.gradients[0].data(), draw.gradient, 35);
        return outcome;
    };
    const auto expected = run_table(Cpu<double>{}), given = run_table(Emulated<double>{});
    return std::max(difference(given.value, expected.value),
                    difference(given.gradients[0], expected.gradients[0]));
}

template <template <class> class M>
void check_all_inputs() {
    CHECK(worst<M>(1, 1) < rounding<double>);
    CHECK(worst<M>(1, 5) < rounding<double>);
    CHECK(worst<M>(5, 5) < rounding<double>);
}

}  // namespace

TEST_CASE("cuda embed: tables and ids of their own or shared", "[cuda]") {
    check_all_inputs<Plain>();
    check_all_inputs<Fixed>();
}

TEST_CASE("cuda embed: padding and limited norms", "[cuda]") {
    check_all_inputs<Padded>();
    check_all_inputs<Limited>();
}

TEST_CASE("cuda embed: gradients in groups of samples", "[cuda]") {
    const Index budget = cuda::gradient_bytes;
    cuda::gradient_bytes = 2 * 35 * static_cast<Index>(sizeof(double));
    CHECK(worst<Plain>(1, 5) < rounding<double>);
    CHECK(worst<Limited>(5, 5) < rounding<double>);
    cuda::gradient_bytes = budget;
}

TEST_CASE("cuda embed: ids are checked", "[cuda]") {
    const auto model = make<Plain<Emulated<double>>>(Seed{1});
    Tape<Emulated<double>> tape;
    const double ids[] = {0, 7};
    const auto x = tape.input<shape<2>>(ids, 1);
    CHECK_THROWS_WITH(forward(model, tape, x),
                      Catch::Contains("expected whole numbers from 0 to 6, "
                                      "got 7"));
}

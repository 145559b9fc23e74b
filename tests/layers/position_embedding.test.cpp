// SPDX-License-Identifier: BSD-3-Clause
#include <blue/layers/position_embedding.hpp>

#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace blue;
using namespace blue::testing;
using blue_test::message_of;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;
using Positions = PositionEmbedding<4, 3, N, N, B>;
using Net = Sequential<Reshape<4, 2>, Linear<2, 3>, PositionEmbedding<4, 3>>;

static_assert(random_variable_names<Positions>[0] == "weight");
static_assert(parameter_count<Positions> == 2 * 12);
static_assert(std::is_same_v<output_shape_of<Net>, shape<4, 3>>);
static_assert(std::is_same_v<with_policies<PositionEmbedding<4, 3>, NonBayesian>,
                             PositionEmbedding<4, 3, NonBayesian, N, Cpu<float>>>);
static_assert(std::is_same_v<Positions::expected_input<shape<2, 3>>, shape<2, 3>>);
static_assert(std::is_same_v<Positions::expected_input<shape<dynamic, 3>>, shape<dynamic, 3>>);
static_assert(std::is_same_v<Positions::expected_input<shape<5, 3>>, shape<4, 3>>);
static_assert(std::is_same_v<Positions::expected_input<shape<4, 2>>, shape<4, 3>>);
static_assert(std::is_same_v<Positions::expected_input<shape<12>>, shape<4, 3>>);

const std::vector<double> sequences = random_values<shape<40>>(1, 1, Seed{9}).numbers;

/// What is added to two examples of L elements in two samples, with a length that is static (N of
/// the shape) or dynamic.
template <class Shape, std::size_t N>
std::vector<double> added(const Positions& positions, const Extents<N>& extents, Index length) {
    Tape<B> tape;
    const auto x = tape.input<Shape>(sequences.data(), 2, extents);
    auto y = forward<Scores::none>(positions, tape, x, {.samples = 2}).samples.to_host();
    REQUIRE(y.size() == static_cast<std::size_t>(2 * 2 * length * 3));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] -= sequences[i % (y.size() / 2)];
    return y;
}

struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

template <class Shape, std::size_t N>
double parameter_error(const Extents<N>& extents) {
    auto model = make<Positions>(Seed{1});
    return parameter_gradient_check(
               model,
               [&](auto& tape) {
                   const auto x = tape.template input<Shape>(sequences.data(), 2, extents);
                   const auto result =
                       forward<Scores::divergence>(model, tape, x, {.samples = 2, .seed = Seed{4}});
                   return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
               })
        .error;
}

}  // namespace

TEST_CASE("every example gets the same vectors, one draw of them per sample", "[layers]") {
    const auto positions = make<Positions>(Seed{1});
    const auto all = added<shape<4, 3>>(positions, Extents<0>{}, 4);
    const auto two = added<shape<2, 3>>(positions, Extents<0>{}, 2);
    const auto any = added<shape<dynamic, 3>>(positions, Extents{2}, 2);
    CHECK(any == two);
    // Sums that are taken apart again: rounding, of numbers up to 3.
    const auto same = [](double a, double b) { return a == Approx(b).margin(1e-14); };
    for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t i = 0; i < 12; ++i) {
            CHECK(same(all[24 * s + i], all[24 * s + 12 + i]));
            if (i < 6) CHECK(same(two[12 * s + i], all[24 * s + i]));
        }
    CHECK(!same(all[0], all[24]));
    CHECK(!same(all[0], all[3]));
}

TEST_CASE("gradients of position vectors", "[layers]") {
    // Fourth-order differences: 1e-10, times the size of higher derivatives.
    CHECK(parameter_error<shape<4, 3>>(Extents<0>{}) < 1e-8);
    CHECK(parameter_error<shape<dynamic, 3>>(Extents{3}) < 1e-8);
}

TEST_CASE("a sequence beyond the last position is an error", "[layers]") {
    const auto positions = make<Positions>(Seed{1});
    CHECK(message_of<ShapeError>([&] { added<shape<dynamic, 3>>(positions, Extents{5}, 5); }) ==
          "PositionEmbedding: expected sequences of at most 4 elements, got 5");
}

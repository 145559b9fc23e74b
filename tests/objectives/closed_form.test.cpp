// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;

namespace custom {

/// A prior of a user's own; beside it the closed form for one distribution.
struct Sharp {
    template <class T>
    static T log_prob(T w) {
        return -abs(w);
    }
};
/// The expected distance from 0 of a Laplace distribution around it, minus its entropy.
template <class T>
T kl(const blue::MeanFieldLaplace& q, const Sharp&, T mean, T scale) {
    return abs(mean) + scale * exp(-abs(mean) / scale) - q.entropy(mean, scale);
}

using Net = Sequential<Linear<3, 4, MeanFieldNormal, per_variable<MeanFieldNormal, Sharp>>, Tanh,
                       Linear<4, 2, MeanFieldLaplace, Sharp>,
                       Residual<Linear<2, 2, per_variable<NonBayesian, MeanFieldNormal>>>>;

}  // namespace custom

TEST_CASE("each variable says where its divergence comes from", "[objectives]") {
    using custom::Net;
    STATIC_REQUIRE(divergence_of<Net, 0, "weight"> == Divergence::closed_form);
    STATIC_REQUIRE(divergence_of<Net, 0, "bias"> == Divergence::monte_carlo);
    STATIC_REQUIRE(divergence_of<Net, 2, "bias"> == Divergence::closed_form);
    STATIC_REQUIRE(divergence_of<Net, 3, 0, "weight"> == Divergence::point_estimate);
    STATIC_REQUIRE(divergence_of<Net, 5> == Divergence::closed_form);  // 3.0.bias
    STATIC_REQUIRE(divergences_of<Net>.size() == random_variable_names<Net>.size());
    STATIC_REQUIRE(divergences_of<Net>[1] == Divergence::monte_carlo);
    STATIC_REQUIRE(!is_closed_form<Net>);
    STATIC_REQUIRE(is_closed_form<Sequential<Linear<3, 4>, ReLU>>);
    STATIC_REQUIRE(is_closed_form<Linear<3, 4, NonBayesian>>);
    STATIC_REQUIRE(divergences_of<Sequential<ReLU>>.size() == 0);
}

TEST_CASE("a closed form of a user's own keeps all laws", "[objectives]") {
    CHECK(testing::distribution_laws(MeanFieldLaplace{}, custom::Sharp{}) == blue_test::Failures{});
}

TEST_CASE("what the compiler says is what the pass computes", "[objectives]") {
    const custom::Net net{Seed{1}};
    Tape<Cpu<float>> tape;
    const float inputs[] = {0.5f, -1, 2};
    const auto x = tape.input<shape<3>>(inputs, 1);
    forward<Scores::divergence>(net, tape, x, {.samples = 2});
    for (std::size_t slot = 0; slot < divergences_of<custom::Net>.size(); ++slot) {
        const Draw<Cpu<float>>& draw = tape.draws()[slot];
        INFO(random_variable_names<custom::Net>[slot]);
        CHECK(draw.uses_divergence ==
              (divergences_of<custom::Net>[slot] == Divergence::closed_form));
        CHECK((*draw.divergence != 0) == draw.uses_divergence);
        CHECK((draw.log_prob[0] != 0) == draw.scores_log_prob);
    }
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/concepts/prior.hpp>
#include <blue/distributions/non_bayesian.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;

namespace {

/// Asks for parameters of the variational distribution, by their natural names.
struct Quiet {
    using required_parameters = names<"mean", "std">;
    template <class T>
    static T log_prob(T w, T mean, T std) {
        return -square(w - mean) / std;
    }
};
/// Scores with parameters of its own.
struct Laplace {
    using parameters = blue::parameters<log_of<"scale">>;
    template <class T>
    static T log_prob(T w, T scale) {
        return -abs(w) / scale - log(2 * scale);
    }
};
struct Logistic {
    using parameters = blue::parameters<real<"loc">, log_of<"scale">>;
    using noise = blue::noise::Logistic;
    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T, T) {
        return w;
    }
};
struct WithoutArguments {
    using required_parameters = names<"mean">;
    template <class T>
    static T log_prob(T w) {
        return w;
    }
};
struct Empty {};

template <class P, class Q, class Check>
constexpr bool lacks = !PriorFor<P, Q> && std::is_same_v<requirement::prior<P, Q>, Check>;

}  // namespace

static_assert(Prior<UniformPrior> && Prior<MeanFieldNormal> && Prior<NonBayesian>);
static_assert(Prior<Quiet> && Prior<Laplace> && Prior<Logistic>);
static_assert(!Prior<Empty> && !Prior<int> && !Prior<WithoutArguments>);

static_assert(PriorFor<Quiet, MeanFieldNormal> && PriorFor<Laplace, MeanFieldNormal>);
static_assert(PriorFor<Laplace, NonBayesian> && PriorFor<UniformPrior, Logistic>);
static_assert(std::is_same_v<requirement::prior<Quiet, MeanFieldNormal>, requirement::check>);

using requirement::count, requirement::expected, requirement::given, requirement::missing;
static_assert(lacks<Empty, MeanFieldNormal, requirement::has_log_prob<false, Empty>>);
static_assert(lacks<WithoutArguments, MeanFieldNormal,
                    requirement::log_prob_parameters<false, WithoutArguments, expected<count<1>>,
                                                     given<count<0>>>>);
// One check names all parameters that are missing.
static_assert(lacks<Quiet, NonBayesian,
                    requirement::required_parameter<false, Quiet, NonBayesian,
                                                    missing<spelled<'s', 't', 'd'>>>>);
static_assert(lacks<Quiet, Logistic,
                    requirement::required_parameter<
                        false, Quiet, Logistic,
                        missing<spelled<'m', 'e', 'a', 'n'>, spelled<'s', 't', 'd'>>>>);

TEST_CASE("beside a wrong variational distribution a prior is not complained about") {
    STATIC_REQUIRE(std::is_same_v<requirement::prior<Quiet, UniformPrior>, requirement::check>);
}

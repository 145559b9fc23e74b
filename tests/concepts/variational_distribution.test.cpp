// SPDX-License-Identifier: BSD-3-Clause
// The concept is true and false where it should be, and names the check that says why.
#include <blue/concepts/variational_distribution.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/uniform_prior.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;
using requirement::count, requirement::expected, requirement::given;

namespace {

/// A variational distribution from parts, any of which may be missing or wrong.
struct Listed {
    using parameters = blue::parameters<real<"loc">, log_of<"scale">>;
};
struct Noisy {
    using noise = blue::noise::Logistic;
};
struct Samples {
    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
};
struct ScoresNumbers {
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        return -square((w - loc) / scale);
    }
};
struct SamplesOneParameter {
    template <class T>
    static T sample(T noise, T loc) {
        return loc + noise;
    }
};
struct ScoresThreeParameters {
    template <class T>
    static T log_prob(T w, T loc, T scale, T shape) {
        return shape * (w - loc) / scale;
    }
};
struct SamplesDoubles {
    static double sample(double noise, double loc, double scale) { return loc + scale * noise; }
};
struct ScoresDoubles {
    static double log_prob(double w, double, double) { return w; }
};
/// With abbreviated templates, options and functions that are not static.
struct Terse : Listed, Noisy {
    double factor = 2;
    auto sample(auto noise, auto loc, auto scale) const { return loc + factor * scale * noise; }
    auto log_prob(auto w, auto loc, auto scale) const { return -square(w - loc) * scale; }
};
struct TerseWithOneParameter : Listed, Noisy {
    auto sample(auto noise, auto loc) const { return loc + noise; }
    auto log_prob(auto w, auto loc, auto scale) const { return -square(w - loc) * scale; }
};

template <class... Parts>
struct Made : Parts... {};

using Complete = Made<Listed, Noisy, Samples, ScoresNumbers>;

template <class D, class Check>
constexpr bool lacks =
    !VariationalDistribution<D> && std::is_same_v<requirement::variational<D>, Check>;

}  // namespace

static_assert(VariationalDistribution<MeanFieldNormal>);
static_assert(VariationalDistribution<NonBayesian>);
static_assert(VariationalDistribution<Complete>);
static_assert(VariationalDistribution<Terse>);
static_assert(std::is_same_v<requirement::variational<Complete>, requirement::check>);

static_assert(lacks<UniformPrior, requirement::has_parameters<false, UniformPrior>>);
static_assert(lacks<int, requirement::has_parameters<false, int>>);
static_assert(lacks<Made<Noisy, Samples, ScoresNumbers>,
                    requirement::has_parameters<false, Made<Noisy, Samples, ScoresNumbers>>>);
static_assert(lacks<Made<Listed, Samples, ScoresNumbers>,
                    requirement::has_noise<false, Made<Listed, Samples, ScoresNumbers>>>);
static_assert(lacks<Made<Listed, Noisy, ScoresNumbers>,
                    requirement::has_sample<false, Made<Listed, Noisy, ScoresNumbers>>>);
static_assert(lacks<Made<Listed, Noisy, Samples>,
                    requirement::has_log_prob<false, Made<Listed, Noisy, Samples>>>);

using OneParameter = Made<Listed, Noisy, SamplesOneParameter, ScoresNumbers>;
static_assert(lacks<OneParameter, requirement::sample_parameters<
                                      false, OneParameter, expected<count<2>>, given<count<1>>>>);
static_assert(lacks<TerseWithOneParameter,
                    requirement::sample_parameters<false, TerseWithOneParameter, expected<count<2>>,
                                                   given<count<1>>>>);
using ThreeParameters = Made<Listed, Noisy, Samples, ScoresThreeParameters>;
static_assert(
    lacks<ThreeParameters, requirement::log_prob_parameters<false, ThreeParameters,
                                                            expected<count<2>>, given<count<3>>>>);
using SampleOfDoubles = Made<Listed, Noisy, SamplesDoubles, ScoresNumbers>;
static_assert(lacks<SampleOfDoubles, requirement::generic_sample<false, SampleOfDoubles>>);
using LogProbOfDoubles = Made<Listed, Noisy, Samples, ScoresDoubles>;
static_assert(lacks<LogProbOfDoubles, requirement::generic_log_prob<false, LogProbOfDoubles>>);

TEST_CASE("what a distribution lacks is told in the order of its definition") {
    struct Nothing {};
    struct ParametersOnly : Listed {};
    STATIC_REQUIRE(lacks<Nothing, requirement::has_parameters<false, Nothing>>);
    STATIC_REQUIRE(lacks<ParametersOnly, requirement::has_sample<false, ParametersOnly>>);
}

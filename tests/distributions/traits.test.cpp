// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

struct WithDefaults {
    using parameters = blue::parameters<real<"a">, log_of<"b">>;
    std::array<double, 2> defaults() const { return {7, 8}; }
};

}  // namespace

TEST_CASE("defaults of what a distribution leaves out", "[distributions]") {
    CHECK(default_parameters(SinhArcsinh{}) == std::array<double, 3>{0, 1, 0});
    CHECK(default_parameters(WithDefaults{}) == std::array<double, 2>{7, 8});
    CHECK(norm_constant(SinhArcsinh{}) == 0);
    CHECK(norm_constant(BasicQuietPrior{}) == Approx(-1.8378770664093453));
    CHECK(variance_floor(SinhArcsinh{}) == 0);
    CHECK(noise_object(MeanFieldStudentT{.df = 6}).nu == 6);
    CHECK(std::is_same_v<noise_of<UniformPrior>, noise::None>);
    CHECK(required_parameters<BasicQuietPrior>::size == 1);
    CHECK(required_parameters<MeanFieldNormal>::size == 0);
}

TEST_CASE("location-scale families are recognised", "[distributions]") {
    CHECK(LocationScale<MeanFieldNormal>);
    CHECK(LocationScale<SoftplusLaplace>);
    CHECK(LocationScale<MeanFieldStudentT>);  // its density has an option: no static function
    CHECK_FALSE(LocationScale<FormulaStudentT>);
    CHECK_FALSE(LocationScale<SinhArcsinh>);
    CHECK_FALSE(LocationScale<UniformPrior>);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/parameters.hpp>

#include "support/catch.hpp"

using namespace blue;

TEST_CASE("stored and natural values belong to each other", "[distributions]") {
    for (double natural : {1e-6, 0.3, 1.0, 20.0, 800.0}) {
        CHECK(std::exp(stored_value(transform::exponential, natural)) == Approx(natural));
        for (transform kind : {transform::exponential, transform::softplus, transform::identity})
            // The logarithm of a large number keeps 13 of its digits.
            CHECK(natural_value(kind, stored_value(kind, natural)) ==
                  Approx(natural).epsilon(1e-12));
    }
    // softplus does not overflow, and its inverse does not lose small numbers.
    CHECK(natural_value(transform::softplus, 1000) == 1000);
    CHECK(natural_value(transform::softplus, -50) == Approx(std::exp(-50)).epsilon(1e-14));
    CHECK(stored_value(transform::softplus, 1e-12) == Approx(std::log(1e-12)).epsilon(1e-12));
}

TEST_CASE("names of parameters", "[distributions]") {
    using P = parameters<real<"loc">, log_of<"std">, softplus_of<"scale">>;
    CHECK(P::size == 3);
    CHECK(P::names[1] == fixed_string("std"));
    CHECK(P::stored_names[0] == fixed_string("loc"));
    CHECK(P::stored_names[1] == fixed_string("log_std"));
    CHECK(P::stored_names[2] == fixed_string("rho_scale"));
    CHECK(P::transforms[2] == transform::softplus);
}

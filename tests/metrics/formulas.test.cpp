// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/formulas.hpp>

#include "support/catch.hpp"

#include <cmath>

namespace formulas = blue::metrics::detail;

TEST_CASE("the largest of some numbers is the first of equal ones") {
    const double row[] = {0.1, 0.4, 0.1, 0.4};
    CHECK(formulas::largest_of(row, 4) == 1);
    CHECK(formulas::largest_of(row, 1) == 0);
    CHECK(formulas::largest_of(row + 2, 2) == 1);
}

TEST_CASE("bins take their upper edges, and the first one 0") {
    CHECK(formulas::confidence_bin(0, 4) == 0);
    CHECK(formulas::confidence_bin(0.25, 4) == 0);
    CHECK(formulas::confidence_bin(0.2500001, 4) == 1);
    CHECK(formulas::confidence_bin(1, 4) == 3);
    CHECK(formulas::confidence_bin(1.0001, 4) == 3);  // means of float probabilities
}

TEST_CASE("formulas of single numbers") {
    CHECK(formulas::entropy_term(0) == 0);
    CHECK(formulas::entropy_term(0.5) == Approx(std::log(2.0) / 2).epsilon(1e-15));
    CHECK(formulas::information(0.5, 0.2) == Approx(0.3));
    CHECK(formulas::information(0.2, 0.5) == 0);
    CHECK(formulas::log_score(0.25) == Approx(std::log(4.0)).epsilon(1e-15));
    CHECK(std::isinf(formulas::log_score(0)));
    CHECK(formulas::normal_score(1, 2, 4) == Approx(1.125 + std::log(2.0)).epsilon(1e-15));
    CHECK(formulas::is_scale(1e-300));
    for (double wrong : {0.0, -1.0, formulas::infinity, std::nan("")})
        CHECK_FALSE(formulas::is_scale(wrong));
    CHECK(formulas::sums_to_one(1.00009));
    CHECK_FALSE(formulas::sums_to_one(1.00011));
    CHECK_FALSE(formulas::sums_to_one(0.99989));
}

TEST_CASE("a sum of exponentials that no number holds has a logarithm") {
    formulas::LogSumExp sum;
    CHECK(sum.value() == -formulas::infinity);
    for (double x : {-formulas::infinity, 1000.0, 1001.0}) sum.add(x);
    CHECK(sum.value() == Approx(1001 + std::log1p(std::exp(-1.0))).epsilon(1e-15));
    sum.add(std::nan(""));
    CHECK(std::isnan(sum.value()));
}

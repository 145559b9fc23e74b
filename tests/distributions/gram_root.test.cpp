// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/gram_root.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using Root = blue::detail::GramRoot<3>;

namespace {

/// Four rows of G, and C = I + G^T G by hand.
const double rows[4][3] = {{1, 2, -1}, {0.5, 0, 3}, {-2, 1, 1}, {0, 0.25, 0}};
std::vector<double> gram(double scale) {
    std::vector<double> c{1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (const auto& row : rows)
        for (int a = 0; a < 3; ++a)
            for (int b = 0; b < 3; ++b)
                c[static_cast<std::size_t>(3 * a + b)] += scale * row[a] * scale * row[b];
    return c;
}
std::vector<double> root_by_rows(double scale) {
    std::vector<double> root(9);
    Root::set_identity(root.data());
    for (const auto& row : rows) {
        double f[3] = {scale * row[0], scale * row[1], scale * row[2]};
        Root::add_row(root.data(), f);
    }
    return root;
}

double at(const std::vector<double>& matrix, int a, int b) {
    return matrix[static_cast<std::size_t>(3 * a + b)];
}

}  // namespace

TEST_CASE("the root of a Gram matrix, at once and row by row, gives the matrix",
          "[distributions]") {
    const auto c = gram(1);
    auto at_once = c;
    REQUIRE(Root::factorise(at_once.data()));
    const auto by_rows = root_by_rows(1);
    for (int a = 0; a < 3; ++a)
        for (int b = a; b < 3; ++b) {
            double product = 0;
            for (int k = 0; k <= a; ++k) product += at(by_rows, k, a) * at(by_rows, k, b);
            CHECK(product == Approx(at(c, a, b)).epsilon(1e-14).margin(1e-14));
            // Rows of a root may have another sign.
            CHECK(std::abs(at(at_once, a, b)) == Approx(std::abs(at(by_rows, a, b))).margin(1e-14));
        }
}

TEST_CASE("a root solves, and has the determinant", "[distributions]") {
    const auto c = gram(1);
    auto root = c;
    REQUIRE(Root::factorise(root.data()));
    const double log_det = Root::invert(root.data());
    const double det = c[0] * (c[4] * c[8] - c[5] * c[7]) - c[1] * (c[3] * c[8] - c[5] * c[6]) +
                       c[2] * (c[3] * c[7] - c[4] * c[6]);
    CHECK(log_det == Approx(std::log(det)).epsilon(1e-14));
    const double x[3] = {1, -2, 0.5};
    double y[3];
    Root::solve(root.data(), x, y);
    for (int a = 0; a < 3; ++a)
        CHECK(at(c, a, 0) * y[0] + at(c, a, 1) * y[1] + at(c, a, 2) * y[2] ==
              Approx(x[a]).epsilon(1e-13));
}

TEST_CASE("where too few digits are left, the root at once says so", "[distributions]") {
    // One long row: all columns but one depend on it, and 1 is lost beside 1e18.
    double row[3] = {1e9, 1e9, 1e9}, c[9];
    Root::set_identity(c);
    for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) c[3 * a + b] += row[a] * row[b];
    CHECK_FALSE(Root::factorise(c));
    double root[9];
    Root::set_identity(root);
    Root::add_row(root, row);
    // The determinant is 1 + 3e18.
    CHECK(Root::invert(root) == Approx(std::log(3e18)).epsilon(1e-12));
}

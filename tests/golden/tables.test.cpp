// SPDX-License-Identifier: BSD-3-Clause
// Formulas on grids of arguments, with derivatives by dual numbers.
#include "golden/configure.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The arguments of one row of a table, each the variable of a direction of its own.
template <class T, std::size_t N>
using Arguments = std::array<math::Dual<math::Number<T>, static_cast<int>(N)>, N>;

/// Compares a function of N columns and its derivatives. Columns of stored logarithms are handed on
/// as positive numbers; their derivative is that with respect to the logarithm.
template <class T, std::size_t N, class F>
Failures run(const golden::Case& c, const std::string& value, double constant,
             const std::array<const char*, N>& columns, F f) {
    constexpr int directions = static_cast<int>(N);
    using Dual = math::Dual<math::Number<T>, directions>;
    std::vector<std::vector<T>> grid;
    for (const char* column : columns) grid.push_back(c.as<T>(std::string("value.") + column));
    std::vector<T> values, with_constants;
    std::vector<std::vector<T>> gradients(N);
    for (std::size_t row = 0; row < grid[0].size(); ++row) {
        Arguments<T, N> arguments;
        for (std::size_t k = 0; k < N; ++k) {
            const math::Number<T> stored(grid[k][row]);
            const int direction = static_cast<int>(k);
            const bool log = std::string(columns[k]).rfind("log_", 0) == 0;
            arguments[k] = log ? Dual::positive(exp(stored), stored, exp(-stored), direction)
                               : Dual::variable(stored, direction);
        }
        const Dual y = std::apply([&](auto... x) { return f(x...); }, arguments);
        with_constants.push_back(y.value[0]);
        values.push_back(static_cast<T>(static_cast<double>(y.value[0]) - constant));
        for (std::size_t k = 0; k < N; ++k) {
            const bool log = std::string(columns[k]).rfind("log_", 0) == 0;
            const math::Number<T> slope = y.derivative(static_cast<int>(k));
            gradients[k].push_back((log ? slope * arguments[k].value : slope)[0]);
        }
    }
    Failures failures;
    const auto check = [&](const std::string& tensor, const std::vector<T>& given) {
        // Each row on its own: a grid has values from 1e-3 to 1e10.
        const std::vector<double> expected = c[tensor];
        const double relative = sizeof(T) == 8 ? 1e-12 : 2e-5;
        const std::string sentence =
            golden::difference(tensor, given, expected, {relative, relative});
        if (!sentence.empty())
            failures.push_back(c.description.at("name").get<std::string>() + ": " + sentence);
    };
    check(value, values);
    check(value + ".norm_constants", with_constants);
    for (std::size_t k = 0; k < N; ++k)
        if (c.has(std::string("grad.") + columns[k]))
            check(std::string("grad.") + columns[k], gradients[k]);
    return failures;
}

template <class T, class D, std::size_t N>
Failures density(const char* name, const std::array<const char*, N>& columns) {
    const golden::Case c(name);
    D distribution;
    golden::configure(distribution, c.description.at("distribution"));
    return run<T>(c, "log_prob", norm_constant(distribution), columns,
                  [&](auto... x) { return distribution.log_prob(x...); });
}

}  // namespace

TEMPLATE_TEST_CASE("densities agree with the reference", "[golden]", double, float) {
    using T = TestType;
    const std::array normal{"sample", "mean", "log_std"};
    CHECK(density<T, MeanFieldNormal>("table_normal", normal) == Failures{});
    CHECK(density<T, MeanFieldNormal>("table_normal_eps", normal) == Failures{});
    const std::array student{"sample", "mean", "log_scale"};
    for (const char* name : {"table_studentt_df1p0", "table_studentt_df2p5", "table_studentt_df4p0",
                             "table_studentt_df30p0"})
        CHECK(density<T, MeanFieldStudentT>(name, student) == Failures{});
    const std::array quiet{"sample", "mean"};
    CHECK(density<T, BasicQuietPrior>("table_quiet", quiet) == Failures{});
    CHECK(density<T, BasicQuietPrior>("table_quiet_eps", quiet) == Failures{});
    CHECK(density<T, UniformPrior>("table_uniform", std::array{"sample"}) == Failures{});
}

TEMPLATE_TEST_CASE("closed-form divergences agree with the reference", "[golden]", double, float) {
    using T = TestType;
    // The prior's parameters are numbers, not arguments: one table for each row.
    const golden::Case normal("table_kl_normal_normal");
    const std::vector<double> prior_mean = normal["value.prior_mean"];
    const std::vector<double> prior_log_std = normal["value.prior_log_std"];
    std::size_t row = 0;
    CHECK(run<T>(normal, "kl", 0, std::array{"mean", "log_std"}, [&](auto mean, auto std) {
              const MeanFieldNormal prior{prior_mean[row], std::exp(prior_log_std[row])};
              ++row;
              return kl(MeanFieldNormal{}, prior, mean, std);
          }) == Failures{});
    CHECK(run<T>(golden::Case("table_kl_uniform_normal"), "kl", MeanFieldNormal::constant,
                 std::array{"mean", "log_std"}, [](auto mean, auto std) {
                     return kl(MeanFieldNormal{}, UniformPrior{}, mean, std);
                 }) == Failures{});
}

TEST_CASE("no table is left out", "[golden]") {
    CHECK(golden::case_names("table").size() == 11);
}

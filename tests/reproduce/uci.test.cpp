// SPDX-License-Identifier: BSD-3-Clause
// The parts of scripts/reproduce uci, and a short run of it where BLUE_DATA has uci/.
#include "reproduce/uci.hpp"

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

#include <cstdlib>

using namespace blue_reproduce;
using blue::Array;

TEST_CASE("a split is standardised with its training part") {
    // Columns: a feature, the target, a constant feature. Training rows 0, 1, 3: means 3, 20, 7 and
    // variances 8/3, 200/3, 0.
    const Array<double> table({4, 3}, {1, 10, 7, 3, 20, 7, 100, 50, 7, 5, 30, 7});
    const Split split = make_split(table, {0, 2}, 1, {0, 1, 3}, {2});
    const double feature_std = std::sqrt(8.0 / 3), target_std = std::sqrt(200.0 / 3);
    CHECK(split.target_std == Approx(target_std).epsilon(1e-14));
    REQUIRE(split.train.inputs.shape() == std::vector<Index>{3, 2});
    REQUIRE(split.test.inputs.shape() == std::vector<Index>{1, 2});
    // Rounding to float.
    CHECK(split.train.inputs[0] == Approx(-2 / feature_std).epsilon(1e-7));
    CHECK(split.train.inputs[1] == 0);
    CHECK(split.train.targets[2] == Approx(10 / target_std).epsilon(1e-7));
    CHECK(split.test.inputs[0] == Approx(97 / feature_std).epsilon(1e-7));
    CHECK(split.test.targets[0] == Approx(30 / target_std).epsilon(1e-7));
}

TEST_CASE("a mixture averages densities, not their logarithms") {
    using Net = blue::Sequential<blue::Linear<1, 2, blue::NonBayesian, blue::UniformPrior>>;
    const blue::HeteroscedasticGaussian likelihood{.min_std = 1};  // no density is negligible
    const blue::Dataset<float> data{Array<float>({1, 1}, {1}), Array<float>({1, 1}, {0.25})};
    const Net nets[2]{Net{blue::Seed{1}}, Net{blue::Seed{2}}};
    double density = 0, mean = 0;
    Mixture forwards(1), backwards(1);
    for (int i : {0, 1}) {
        const auto report = blue::evaluate(nets[i], likelihood, data);
        density += std::exp(-report.negative_log_likelihood) / 2;
        mean += blue::predict(nets[i], likelihood, data.inputs).mean[0] / 2;
        forwards.add(nets[i], likelihood, data, 30);
        backwards.add(nets[1 - i], likelihood, data, 30);
    }
    for (const Mixture& both : {forwards, backwards}) {
        const Score score = both.score(data, 10);
        // The same numbers, added up in another order.
        CHECK(score.rmse == Approx(10 * std::abs(mean - 0.25)).epsilon(1e-12));
        CHECK(score.log_likelihood == Approx(std::log(density / 10)).epsilon(1e-12));
    }
}

TEST_CASE("results have a mean and its standard error") {
    const Summary summary({{1, -2}, {2, -2}, {3, -5}});
    CHECK(summary.mean.rmse == Approx(2).epsilon(1e-14));
    CHECK(summary.mean.log_likelihood == Approx(-3).epsilon(1e-14));
    CHECK(summary.standard_error.rmse == Approx(std::sqrt(1.0 / 3)).epsilon(1e-14));
    CHECK(summary.standard_error.log_likelihood == Approx(1).epsilon(1e-14));
}

TEST_CASE("rows that are not there are an error") {
    const blue_test::TemporaryFolder folder;
    const auto rows = folder.file("rows.txt", "0\n2\n");
    CHECK(read_indices(rows, 3) == std::vector<Index>{0, 2});
    CHECK(blue_test::file_error(rows, [](auto& path) { read_indices(path, 2); }) ==
          "expected whole numbers from 0 to 1, got 2");
    const auto half = folder.file("half.txt", "0.5\n");
    CHECK_THROWS_AS(read_indices(half, 2), blue::FileError);
}

TEST_CASE("a short run on two splits of yacht") {
    const char* data = std::getenv("BLUE_DATA");
    const auto folder = std::filesystem::path(data ? data : "") / "uci" / "yacht";
    if (!data || !std::filesystem::exists(folder)) {
        blue_test::skip("there is no folder uci/yacht in BLUE_DATA");
        return;
    }
    Recipe recipe;
    recipe.members = 3;
    recipe.steps = 1500;
    std::vector<Score> scores;
    for (int split : {0, 1})
        scores.push_back(
            run<6>(load_split(folder, split), recipe, static_cast<std::uint64_t>(split)));
    const Summary summary(scores);
    std::printf("yacht: RMSE %.3f, log-likelihood %.3f\n", summary.mean.rmse,
                summary.mean.log_likelihood);
    // Ten other seeds gave 0.70 and -0.03 with deviations 0.07 and 0.05. The bounds are about five
    // of them away, for processors on which the last bits and so the networks differ; PBP is at
    // 1.02 and -1.63. With heat 1 three seeds gave 1.05 to 1.24 and -0.65 to -0.59.
    CHECK(summary.mean.rmse > 0.35);
    CHECK(summary.mean.rmse < 1.02);
    CHECK(summary.mean.log_likelihood > -0.29);
    CHECK(summary.mean.log_likelihood < 0.24);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Repeats published results on six regression sets: reproduce_uci OUTPUT.json [SET...]. Needs
/// uci/ in BLUE_DATA. Prints a table and writes one object per set. docs/reproduction.md has the
/// protocol and the result.
#include <blue/io/atomic_file.hpp>

#include "reproduce/uci.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <future>

using namespace blue_reproduce;

namespace {

constexpr int splits = 20;

/// A set, and results on the same splits: variational inference (Graves 2011) and probabilistic
/// backpropagation as given by Hernández-Lobato and Adams (2015), tuned Monte Carlo dropout
/// (Mukhoti, Stenetorp and Gal 2018).
struct Set {
    const char* name;
    Score (*run)(const Split&, const Recipe&, std::uint64_t seed);
    Score vi, pbp, dropout;
};
constexpr Set sets[] = {
    {"bostonHousing", run<13>, {4.32, -2.90}, {3.01, -2.57}, {2.90, -2.40}},
    {"concrete", run<8>, {7.19, -3.39}, {5.67, -3.16}, {4.82, -2.93}},
    {"kin8nm", run<8>, {0.10, 0.90}, {0.10, 0.90}, {0.08, 1.14}},
    {"power-plant", run<4>, {4.33, -2.89}, {4.12, -2.84}, {4.01, -2.80}},
    {"wine-quality-red", run<11>, {0.65, -0.98}, {0.64, -0.97}, {0.62, -0.93}},
    {"yacht", run<6>, {6.89, -3.44}, {1.02, -1.63}, {0.67, -1.25}},
};

/// All splits, shared out among threads; the result does not depend on their number.
Summary run_all(const Set& set, const Recipe& recipe, int threads) {
    const auto folder = blue::io::data_folder("uci") / set.name;
    std::vector<Score> scores(splits);
    std::vector<std::future<void>> workers;
    for (int worker = 0; worker < threads; ++worker)
        workers.push_back(std::async(std::launch::async, [&, worker] {
            for (int split = worker; split < splits; split += threads)
                scores[static_cast<std::size_t>(split)] =
                    set.run(load_split(folder, split), recipe, static_cast<std::uint64_t>(split));
        }));
    for (auto& worker : workers) worker.get();
    return Summary(scores);
}

void print_row(const Set& set, const Summary& summary) {
    const auto& [mean, error] = summary;
    std::printf("| %s | %.3f ± %.3f | %.3f ± %.3f |", set.name, mean.rmse, error.rmse,
                mean.log_likelihood, error.log_likelihood);
    for (const Score& published : {set.pbp, set.dropout, set.vi})
        std::printf(" %.2f, %.2f |", published.rmse, published.log_likelihood);
    std::printf("\n");
    std::fflush(stdout);
}

nlohmann::ordered_json to_json(const Set& set, const Summary& summary, const Recipe& recipe) {
    return {{"dataset", set.name},
            {"rmse", summary.mean.rmse},
            {"rmse_standard_error", summary.standard_error.rmse},
            {"log_likelihood", summary.mean.log_likelihood},
            {"log_likelihood_standard_error", summary.standard_error.log_likelihood},
            {"recipe", recipe.description()}};
}

std::vector<Set> chosen_sets(const std::vector<std::string>& names) {
    if (names.empty()) return {std::begin(sets), std::end(sets)};
    std::vector<Set> chosen;
    for (const auto& name : names) {
        const auto found = std::find_if(std::begin(sets), std::end(sets),
                                        [&](const Set& set) { return set.name == name; });
        if (found == std::end(sets))
            throw blue::ValueError("reproduce_uci: there is no set ", name);
        chosen.push_back(*found);
    }
    return chosen;
}

void reproduce(const std::filesystem::path& output, const std::vector<std::string>& names) {
    const auto chosen = chosen_sets(names);
    const auto start = std::chrono::steady_clock::now();
    const int threads = blue::num_threads();
    blue::set_num_threads(1);  // splits are shared out, not the work inside a network this small
    const Recipe recipe;
    blue::io::AtomicFile file(output);
    auto results = nlohmann::ordered_json::array();
    std::printf(
        "%s\n\n| set | RMSE | log-likelihood | PBP | MC dropout, tuned | VI |\n"
        "|---|--:|--:|--:|--:|--:|\n",
        recipe.description().c_str());
    int at_pbp = 0, above_dropout = 0;
    for (const Set& set : chosen) {
        const Summary summary = run_all(set, recipe, threads);
        const auto& [mean, error] = summary;
        print_row(set, summary);
        results.push_back(to_json(set, summary, recipe));
        at_pbp += mean.rmse <= set.pbp.rmse + error.rmse &&
                  mean.log_likelihood >= set.pbp.log_likelihood - error.log_likelihood;
        above_dropout += mean.log_likelihood > set.dropout.log_likelihood;
    }
    file.write(results.dump(2) + "\n");
    file.commit();
    std::printf(
        "\nMean over %d splits ± its standard error; published results as RMSE, log-likelihood.\n"
        "Within one standard error of PBP or better in both: %d of %zu sets. Log-likelihood above "
        "MC dropout's: %d.\n%.0f s with %d threads; %s\n",
        splits, at_pbp, chosen.size(), above_dropout,
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), threads,
        output.c_str());
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "reproduce_uci OUTPUT.json [SET...]\n");
        return 2;
    }
    try {
        reproduce(arguments[1], {arguments + 2, arguments + count});
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

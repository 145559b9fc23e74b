// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Update rules on the regression sets of docs/reproduction.md: one network of its recipe, in the
/// same number of steps, so at nearly equal time. Prints test RMSE and log-likelihood (nats), means
/// over splits with their standard errors. Needs uci/ in BLUE_DATA.
///
///     optimizers_uci [SPLITS [STEPS]]    as docs/concepts/optimiser.md has
#include "reproduce/uci.hpp"

#include <cstdio>
#include <cstdlib>

using namespace blue_reproduce;

namespace {

struct Experiment {
    Recipe recipe;
    int splits;

    template <Index Features, class Rule>
    void row(const char* set, const char* name, const Rule& rule) const {
        std::vector<Score> scores;
        for (int split = 0; split < splits; ++split)
            scores.push_back(run<Features>(load_split(blue::io::data_folder("uci") / set, split),
                                           recipe, static_cast<std::uint64_t>(split), rule));
        const auto& [mean, error] = Summary(scores);
        std::printf("| %s | %s | %.3f ± %.3f | %.3f ± %.3f |\n", set, name, mean.rmse, error.rmse,
                    mean.log_likelihood, error.log_likelihood);
        std::fflush(stdout);
    }

    template <Index Features>
    void compare(const char* set) const {
        for (const double rate : {3e-3, 1e-2, 3e-2})
            row<Features>(set, name("Adam", rate).c_str(), blue::Adam{.learning_rate = rate});
        for (const double rate : {0.03, 0.1, 0.3})
            row<Features>(set, name("Ivon", rate).c_str(),
                          blue::Ivon{.learning_rate = rate, .heat = recipe.heat});
        for (const double rate : {3e-3, 1e-2, 3e-2})
            row<Features>(set, name("Vadam", rate).c_str(),
                          blue::Vadam{.learning_rate = rate, .heat = recipe.heat});
    }

private:
    static std::string name(const char* rule, double rate) {
        char text[64];
        std::snprintf(text, sizeof text, "%s %g", rule, rate);
        return text;
    }
};

}  // namespace

int main(int count, char** arguments) {
    try {
        blue::set_num_threads(1);  // a network this small gains nothing
        Experiment experiment{{.members = 1}, count > 1 ? std::atoi(arguments[1]) : 10};
        if (count > 2) experiment.recipe.steps = std::atoi(arguments[2]);
        std::printf("| set | rule | RMSE | log-likelihood |\n|---|---|--:|--:|\n");
        experiment.compare<13>("bostonHousing");
        experiment.compare<8>("concrete");
        experiment.compare<8>("kin8nm");
        experiment.compare<4>("power-plant");
        experiment.compare<11>("wine-quality-red");
        experiment.compare<6>("yacht");
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

// SPDX-License-Identifier: BSD-3-Clause
// A transformer learns a language character by character: stories such as "Ann had 7 figs, ate 3: 4
// left". Their true probabilities are known, so its loss can be compared with the best possible
// one. Eight of the 72 sums and differences are never told: there it should be unsure.
#include <blue/blue.hpp>

#include "models/character_transformer.hpp"
#include "support/stories.hpp"
#include "support/text_page.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace blue_examples;

constexpr blue::Index characters = story_alphabet.size(), steps = 60;
using Net = models::CharacterTransformer<characters, steps, 32>;
constexpr blue::Categorical likelihood;

// The id of a character, drawn from its probabilities.
blue::Index draw(const double* probabilities, double u) {
    blue::Index id = 0;
    while (id + 1 < characters && (u -= probabilities[id]) >= 0) ++id;
    return id;
}

// A piece that the network writes, character by character.
std::string written_by(const Net& net, std::uint64_t seed) {
    std::string piece = "\n";
    for (blue::Index t = 0; t < steps; ++t) {
        std::string padded = piece;
        padded.resize(steps + 1, '\n');  // what comes later is not seen
        const auto prediction =
            blue::predict(net, likelihood, next_characters({padded}).inputs, {.samples = 10});
        const double* const next = prediction.probabilities.data() + t * characters;
        piece += story_alphabet[static_cast<std::size_t>(
            draw(next, blue::random::uniform<double>({seed}, t)))];
    }
    return piece;
}

// How sure the network is of the results of sums and differences.
struct Results {
    blue::Index count = 0;
    double right = 0, entropy = 0, information = 0;  // means
};
Results results(const Texts& pieces, const blue::Dataset<std::int32_t>& data,
                const blue::ClassPrediction& prediction) {
    Results all;
    const auto guesses = prediction.classes();
    for (blue::Index at = 0; at < data.targets.size(); ++at) {
        const std::string& piece = pieces[static_cast<std::size_t>(at / steps)];
        const auto t = static_cast<std::size_t>(at % steps);
        if (t == 0 || piece.substr(t - 1, 2) != ": ") continue;
        const double weight = 1 / static_cast<double>(++all.count);
        const double right = guesses[static_cast<std::size_t>(at)] == data.targets[at];
        all.right += (right - all.right) * weight;
        all.entropy += (prediction.predictive_entropy[at] - all.entropy) * weight;
        all.information += (prediction.mutual_information[at] - all.information) * weight;
    }
    return all;
}

// The first pieces with what was predicted about their characters.
TextSection section(const char* heading, const char* note, const Texts& pieces,
                    const blue::ClassPrediction& prediction) {
    TextSection shown{heading, note, {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(4, pieces.size()); ++i) {
        ShownText text;
        for (std::size_t t = 0; t < steps; ++t) {
            const auto at = static_cast<blue::Index>(i * steps + t);
            text.push_back({pieces[i][t + 1], prediction.predictive_entropy[at],
                            prediction.mutual_information[at]});
        }
        shown.texts.push_back(text);
    }
    return shown;
}

int main() {
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    const Stories stories = all_stories();
    const Texts known = story_pieces(stories.told, quick ? 200 : 2000, steps, 1);
    const Texts told = story_pieces(stories.told, quick ? 20 : 200, steps, 2);
    const Texts not_told = story_pieces(stories.not_told, quick ? 20 : 200, steps, 3);

    Net net{blue::Seed{1}, blue::ModuleOptions{}, blue::prior(blue::MeanFieldNormal{.std = 0.3}),
            blue::posterior(blue::MeanFieldNormal{.std = 0.05})};
    blue::fit(net, blue::Elbo{likelihood, {.heat = 0.3}}, next_characters(known),
              {.epochs = quick ? 2 : 25,
               .batch_size = 20,
               .samples = 1,
               .schedule = blue::Schedule::cosine()},
              blue::Adam{.learning_rate = 1e-2});

    const auto told_data = next_characters(told), not_told_data = next_characters(not_told);
    const blue::PredictOptions draws{.samples = 30};
    const auto prediction = blue::predict(net, likelihood, told_data.inputs, draws);
    const auto other = blue::predict(net, likelihood, not_told_data.inputs, draws);
    std::printf("nats per character of new text\n");
    for (const std::size_t order : {0, 1, 5})
        std::printf("  table of what follows %zu characters   %.3f\n", order,
                    table_surprise(known, told, order));
    std::printf("  transformer                           %.3f\n",
                blue::evaluate(prediction, told_data.targets).negative_log_likelihood);
    std::printf("  the language itself                   %.3f\n",
                least_surprise(stories.told, told));

    const auto tell = [](const char* name, const Results& of) {
        std::printf("  %-24s %5.1f %% right, entropy %.3f, mutual information %.3f nats\n", name,
                    100 * of.right, of.entropy, of.information);
    };
    std::printf("results of sums and differences\n");
    tell("that were told", results(told, told_data, prediction));
    tell("that were never told", results(not_told, not_told_data, other));

    Texts written;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) written.push_back(written_by(net, seed));
    std::printf("its own stories\n");
    for (const auto& piece : written)
        std::printf("  %s\n", piece.substr(1, piece.find('\n', 1) - 1).c_str());

    const auto own = blue::predict(net, likelihood, next_characters(written).inputs, draws);
    write_text_page(
        "stories.html", "What a transformer knows about the next character",
        "A character-level transformer with a normal distribution over every weight.",
        {section("New stories", "With sums and differences that it has learnt.", told, prediction),
         section("Sums that were never told", "The result is one that it cannot know for sure.",
                 not_told, other),
         section("Stories that it made up", "Drawn from its predictions.", written, own)},
        2.5);
    std::printf("stories.html shows how sure it was of each character\n");
}

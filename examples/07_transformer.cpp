// SPDX-License-Identifier: BSD-3-Clause
// A transformer learns a language character by character: stories such as "Ann had 7 figs, ate 3: 4
// left". Their true probabilities are known, so its loss can be compared with the best possible
// one. Eight of the 72 sums and differences are never told: there it should be unsure. The weights
// of its attention show where it looks for a result.
#include <blue/blue.hpp>

#include "models/character_transformer.hpp"
#include "support/attention.hpp"
#include "support/stories.hpp"
#include "support/text_page.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace blue_examples;

constexpr blue::Index characters = story_alphabet.size(), steps = 60, heads = 4;
using Net = models::CharacterTransformer<characters, steps, 32, heads>;
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
            const double weights = prediction.mutual_information[at];
            text.push_back({pieces[i][t + 1],
                            std::max(0.0, prediction.predictive_entropy[at] - weights), weights});
        }
        shown.texts.push_back(text);
    }
    return shown;
}

// What the heads of a layer look at to predict the last character of a text. The layers are called
// one by one, because the network itself does not return the weights of its attention.
template <int Layer>
std::vector<HeadAttention> attention_of(const Net& net, const std::string& text) {
    constexpr blue::Index draws = 100;
    const auto ids = next_characters({text}).inputs;
    blue::Tape<blue::Cpu<float>> tape;
    tape.recording = false;
    const auto input =
        tape.input<blue::shape<blue::dynamic>>(ids.data(), 1, blue::Extents{ids.size()});
    const auto weights = blue::forward_with<blue::Scores::none>(
        net, tape, {.samples = draws, .training = false}, [&](auto& pass) {
            auto x = blue::layer<1>(net)(pass, blue::layer<0>(net)(pass, input));
            if (Layer > 0) x = blue::layer<2, "layers", 0>(net)(pass, x);
            const auto& layer = blue::layer<2, "layers", Layer>(net);
            const auto y = layer.norm1(pass, x);
            return layer
                .self_attn(pass, y, y, y, blue::AttentionOptions{.causal = true},
                           blue::weights_per_head{})
                .weights;
        });
    return attention_at_the_end(weights.samples.to_host(), draws, heads, ids.size());
}

// The same as a section of a page; also prints what each head looks at most.
TextSection attention_section(const std::string& heading, const std::string& text,
                              const std::vector<HeadAttention>& attention) {
    std::printf("  %s, \"%s\"\n", heading.c_str(), text.substr(1).c_str());
    TextSection shown{heading, "One row per head.", {}};
    for (const auto& head : attention) {
        const auto most = std::max_element(head.begin(), head.end(),
                                           [](auto a, auto b) { return a.mean < b.mean; });
        std::printf("    '%c'  %.2f +- %.2f\n", text[static_cast<std::size_t>(most - head.begin())],
                    most->mean, most->std);
        shown.texts.push_back(shown_attention(text, head));
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
        {"the entropy of the prediction before it came", "what the text leaves open",
         "what the weights leave open (mutual information)", 2.5, " nats"},
        {section("New stories", "With sums and differences that it has learnt.", told, prediction),
         section("Sums that were never told", "The result is one that it cannot know for sure.",
                 not_told, other),
         section("Stories that it made up", "Drawn from its predictions.", written, own)});
    std::printf("stories.html shows how sure it was of each character\n");

    std::printf("what its heads look at most, mean and standard deviation over draws\n");
    std::vector<TextSection> looks;
    const auto look = [&](const std::string& sum, const std::string& text) {
        looks.push_back(attention_section("First layer, " + sum, text, attention_of<0>(net, text)));
        looks.push_back(
            attention_section("Second layer, " + sum, text, attention_of<1>(net, text)));
    };
    look("a sum that was told", "\nBen had 2 nuts, got 5: 7");
    look("a sum that was never told", "\nEve had 4 plums, got 5: 9");
    write_text_page("attention.html", "What a transformer looks at",
                    "The attention of each head when the result of a sum comes.",
                    attention_legend(), looks);
    std::printf("attention.html shows it for all characters\n");
}

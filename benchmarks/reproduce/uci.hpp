// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The regression sets of Hernández-Lobato and Adams (2015) with their 20 splits: reads and
/// standardises them, trains an ensemble on one split and scores it as published results are.
#pragma once

#include <blue/blue.hpp>
#include <blue/io/csv.hpp>
#include <blue/io/datasets.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace blue_reproduce {

using blue::Index;

/// Test results of a split, or means or standard errors of several, in the unit of the targets.
struct Score {
    double rmse, log_likelihood;  ///< nats per example
};

/// One of the 20 ways to split a set. Numbers are standardised with means and deviations (divisor
/// n) of the training part, and `target_std` leads back.
struct Split {
    blue::Dataset<float> train, test;
    double target_std;
};

inline std::vector<Index> read_indices(const std::filesystem::path& path, Index end) {
    const auto numbers = blue::io::read_csv(path, {.separator = ' '}).values;
    for (double number : numbers)
        if (!(number >= 0 && number < static_cast<double>(end)) || number != std::floor(number))
            throw blue::FileError(path.string(), ": expected whole numbers from 0 to ", end - 1,
                                  ", got ", number);
    return {numbers.begin(), numbers.end()};
}

/// Mean and deviation of a column over some rows. A constant column has deviation 1: it becomes 0.
struct Column {
    double mean = 0, std = 0;
    Column(const blue::Array<double>& table, Index column, const std::vector<Index>& rows) {
        const auto n = static_cast<double>(rows.size());
        for (Index row : rows) mean += table.row(row)[column] / n;
        for (Index row : rows) std += std::pow(table.row(row)[column] - mean, 2) / n;
        std = std > 0 ? std::sqrt(std) : 1;
    }
    float standardised(double value) const { return static_cast<float>((value - mean) / std); }
};

inline Split make_split(const blue::Array<double>& table, const std::vector<Index>& features,
                        Index target, const std::vector<Index>& train,
                        const std::vector<Index>& test) {
    std::vector<Column> columns;
    for (Index feature : features) columns.emplace_back(table, feature, train);
    const Column targets(table, target, train);
    const auto part = [&](const std::vector<Index>& rows) {
        const auto n = static_cast<Index>(rows.size()), width = static_cast<Index>(features.size());
        blue::Dataset<float> data{blue::Array<float>({n, width}), blue::Array<float>({n, 1})};
        for (Index i = 0; i < n; ++i) {
            const double* const row = table.row(rows[static_cast<std::size_t>(i)]);
            for (Index k = 0; k < width; ++k) {
                const auto at = static_cast<std::size_t>(k);
                data.inputs.row(i)[k] = columns[at].standardised(row[features[at]]);
            }
            data.targets[i] = targets.standardised(row[target]);
        }
        return data;
    };
    return {part(train), part(test), targets.std};
}

/// Reads data.txt and the indices of its columns and of the split's rows, counted from 0. Throws
/// FileError when a file is missing or damaged.
inline Split load_split(const std::filesystem::path& folder, int split) {
    const auto table = blue::io::read_csv(folder / "data.txt", {.separator = ' '}).values;
    const auto columns = [&](const char* what) {
        return read_indices(folder / ("index_" + std::string(what) + ".txt"), table.row_size());
    };
    const auto rows = [&](const char* what) {
        return read_indices(
            folder / ("index_" + std::string(what) + "_" + std::to_string(split) + ".txt"),
            table.rows());
    };
    return make_split(table, columns("features"), columns("target").at(0), rows("train"),
                      rows("test"));
}

/// How a split is learned. The defaults are what is published for all sets: see
/// docs/reproduction.md.
struct Recipe {
    int members = 10;  ///< networks, from different seeds
    Index steps = 4000, batch_size = 128, samples = 4;
    double learning_rate = 1e-2, initial_std = 0.1, heat = 0.3;
    blue::HeteroscedasticStudentT likelihood{.df = 12};
    Index prediction_draws = 100;  ///< per member

    std::string description() const {
        return blue::detail::joined(
            {members, " networks with 50 ReLU units, mean-field normal posterior (initial std ",
             number(initial_std), " / sqrt(fan-in)), prior N(0, 1), Student's t noise with df ",
             number(likelihood.df), " and predicted scale, ELBO with heat ", number(heat),
             ", Adam ", number(learning_rate), " with cosine decay, ", steps, " steps of ",
             batch_size, " examples and ", samples, " weight samples; mixture of ",
             prediction_draws, " draws of each"});
    }

private:
    static std::string number(double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%g", value);
        return text;
    }
};

/// One predictive distribution made of all draws of all members: the mixture of their densities.
class Mixture {
public:
    explicit Mixture(Index examples) : densities_(static_cast<std::size_t>(examples)) {}

    template <class Net, class Likelihood>
    void add(const Net& net, const Likelihood& likelihood, const blue::Dataset<float>& data,
             Index draws) {
        blue::Tape<blue::backend_of<Net>> tape;
        tape.recording = false;
        for (Index first = 0, count; first < draws; first += count) {
            tape.reset();
            count = std::min<Index>(20, draws - first);
            const auto x =
                tape.template input<blue::input_shape_of<Net>>(data.inputs.data(), data.size());
            const auto y = tape.template input<blue::shape<1>>(data.targets.data(), data.size());
            const auto output = blue::forward<blue::Scores::none>(
                net, tape, x, {.samples = count, .seed = blue::Seed{0}, .first_sample = first});
            add_draws(likelihood.mean(output.samples).to_host(),
                      likelihood.log_prob(output.samples, y).to_host());
        }
    }

    /// \param target_std the unit of the data set: a density in it is one per `target_std`.
    Score score(const blue::Dataset<float>& data, double target_std) const {
        double squares = 0, nats = 0;
        const auto n = static_cast<double>(densities_.size()), count = static_cast<double>(draws_);
        for (std::size_t i = 0; i < densities_.size(); ++i) {
            const Density& at = densities_[i];
            squares += std::pow(at.means / count - data.targets[static_cast<Index>(i)], 2);
            nats += at.largest + std::log(at.sum / count);
        }
        return {std::sqrt(squares / n) * target_std, nats / n - std::log(target_std)};
    }

private:
    /// Sums over draws: of the means, and of exp(log prob - largest).
    struct Density {
        double means = 0, largest = -std::numeric_limits<double>::infinity(), sum = 0;
    };

    template <class T>
    void add_draws(const std::vector<T>& means, const std::vector<T>& log_probs) {
        for (std::size_t k = 0; k < means.size(); ++k) {
            Density& at = densities_[k % densities_.size()];
            const auto log_prob = static_cast<double>(log_probs[k]);
            const double largest = std::max(at.largest, log_prob);
            at.sum = at.sum * std::exp(at.largest - largest) + std::exp(log_prob - largest);
            at.largest = largest;
            at.means += static_cast<double>(means[k]);
        }
        draws_ += means.size() / densities_.size();
    }

    std::vector<Density> densities_;
    std::size_t draws_ = 0;
};

/// Trains the members on a split and scores their mixture on its test part. \param seed of the
/// split.
template <Index Features, class Rule>
Score run(const Split& split, const Recipe& recipe, std::uint64_t seed, const Rule& rule) {
    using Net = blue::Sequential<blue::Linear<Features, 50>, blue::ReLU, blue::Linear<50, 2>>;
    const Index batches = (split.train.size() + recipe.batch_size - 1) / recipe.batch_size;
    Mixture mixture(split.test.size());
    for (int member = 0; member < recipe.members; ++member) {
        // From 1 on: the predictions draw from seed 0.
        const blue::Seed own{seed * 1000 + static_cast<std::uint64_t>(member) + 1};
        Net net{own, blue::posterior(blue::MeanFieldNormal{.std = recipe.initial_std})};
        blue::fit(net, blue::Elbo{recipe.likelihood, {.heat = recipe.heat}}, split.train,
                  {.epochs = (recipe.steps + batches - 1) / batches,
                   .batch_size = recipe.batch_size,
                   .samples = recipe.samples,
                   .seed = own,
                   .schedule = blue::Schedule::cosine(),
                   .progress = blue::Progress::none},
                  rule);
        mixture.add(net, recipe.likelihood, split.test, recipe.prediction_draws);
    }
    return mixture.score(split.test, split.target_std);
}
template <Index Features>
Score run(const Split& split, const Recipe& recipe, std::uint64_t seed) {
    return run<Features>(split, recipe, seed, blue::Adam{.learning_rate = recipe.learning_rate});
}

/// Mean over splits, and its standard error.
struct Summary {
    Score mean{}, standard_error{};
    explicit Summary(const std::vector<Score>& scores)
        : mean{average(scores, &Score::rmse), average(scores, &Score::log_likelihood)},
          standard_error{error(scores, &Score::rmse, mean.rmse),
                         error(scores, &Score::log_likelihood, mean.log_likelihood)} {}

private:
    static double average(const std::vector<Score>& scores, double Score::*value) {
        double sum = 0;
        for (const Score& score : scores) sum += score.*value;
        return sum / static_cast<double>(scores.size());
    }
    static double error(const std::vector<Score>& scores, double Score::*value, double mean) {
        double squares = 0;
        for (const Score& score : scores) squares += std::pow(score.*value - mean, 2);
        const auto n = static_cast<double>(scores.size());
        return std::sqrt(squares / (n - 1) / n);
    }
};

}  // namespace blue_reproduce

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How `fit` trains, and what it reports.
#pragma once

#include <blue/error.hpp>
#include <blue/models/settings.hpp>
#include <blue/optim/schedule.hpp>
#include <blue/optim/weight_average.hpp>
#include <blue/train/progress.hpp>

#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace blue {

/// One epoch of a training run. Losses are means over the steps, in nats for the whole data set.
struct EpochReport {
    Index epoch;  ///< 1, 2, ...
    double loss, data_fitting, divergence;
    /// KL(q || p) of each random variable, in the order of `random_variable_names`.
    std::vector<double> divergences;
    /// Negative log-likelihood of the validation set, as `evaluate` gives it with the model of this
    /// epoch; NaN without one. For predictions without a density (see RealReport): the root mean
    /// squared error.
    double validation_loss = std::numeric_limits<double>::quiet_NaN();
    double seconds;
};

/// How `fit` trains.
struct FitOptions {
    Index epochs = 1;
    Index batch_size = 64;
    /// Leave out the last batch of an epoch when it is shorter; it has other examples each time.
    bool drop_last = false;
    /// Weight samples per step.
    Index samples = 10;
    /// How many of them are in memory at a time: see `SampleChunks`; 0 for all.
    Index samples_per_chunk = 0;
    /// Bytes within which the tape of a chunk stays, in place of its number of samples: see
    /// `samples_within`; 0 for no bound.
    Index memory_budget = 0;
    /// Bytes of training data that a device keeps, `Cuda`'s. Of more data it gets each batch while
    /// it computes on the one before. The numbers are the same.
    Index resident_bytes = Index{1} << 30;
    /// What shuffling and noise follow from. Equal seeds give equal parameters, to the last bit,
    /// with any number of threads.
    Seed seed{1};
    Schedule schedule = Schedule::constant();
    /// Largest norm of all gradients together; 0 for no limit.
    double clip_norm = 0;
    /// Average the parameters over the steps: validation, `on_epoch` and the end of training see
    /// the average, once it has begun.
    std::optional<Averaging> averaging{};
    /// Epochs without improvement on the validation set after which training stops and the best
    /// parameters come back; 0 to train to the end.
    Index patience = 0;
    /// Draws for the validation set.
    Index validation_samples = 20;
    Progress progress = Progress::automatic;
    /// Called after each epoch; training stops when it returns false.
    std::function<bool(const EpochReport&)> on_epoch{};
};

/// What `fit` did.
struct FitReport {
    std::vector<EpochReport> epochs;
    bool stopped_early = false;
    /// The epoch whose parameters the model has.
    Index best_epoch = 0;
};

namespace detail {

inline void check_fit_options(const FitOptions& options) {
    const auto positive = [](const char* name, Index value) {
        if (value < 1) throw ValueError("fit: expected ", name, " of at least 1, got ", value);
    };
    positive("epochs", options.epochs);
    positive("batch_size", options.batch_size);
    positive("samples", options.samples);
    positive("validation_samples", options.validation_samples);
    const auto not_negative = [](const char* name, Index value) {
        if (value < 0) throw ValueError("fit: expected ", name, " of at least 0, got ", value);
    };
    not_negative("a patience", options.patience);
    not_negative("samples_per_chunk", options.samples_per_chunk);
    not_negative("a memory_budget", options.memory_budget);
    not_negative("resident_bytes", options.resident_bytes);
    if (options.samples_per_chunk > 0 && options.memory_budget > 0)
        throw ValueError("fit: expected samples_per_chunk or a memory_budget, got both: ",
                         options.samples_per_chunk, " samples and ", options.memory_budget,
                         " bytes");
    if (!(options.clip_norm >= 0))
        throw ValueError("fit: expected a clip_norm of at least 0, got ", options.clip_norm);
}

}  // namespace detail

}  // namespace blue

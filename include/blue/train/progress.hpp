// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Tells a person how training goes.
#pragma once

#include <blue/config.hpp>

#include <chrono>
#include <cstdio>
#include <string>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace blue {

/// Whether and how `fit` reports on standard error.
enum class Progress {
    automatic,  ///< a bar on a terminal, a line per epoch otherwise
    bar,
    lines,
    none
};

/// One reading of a training run.
struct ProgressReading {
    Index epoch, epochs, step, steps;  ///< steps of this epoch
    double loss, data_fitting, divergence;  ///< means over the epoch so far, in nats
};

/// A progress bar, or plain lines.
class ProgressReporter {
public:
    explicit ProgressReporter(Progress mode)
        : mode_(mode == Progress::automatic ? (is_terminal() ? Progress::bar : Progress::lines) : mode),
          start_(Clock::now()),
          shown_(start_ - std::chrono::hours(1)) {}

    /// Shows a step, at most ten times a second.
    void step(const ProgressReading& now) {
        ++steps_done_;
        if (mode_ != Progress::bar) return;
        const auto time = Clock::now();
        if (time - shown_ < std::chrono::milliseconds(100) && now.step < now.steps) return;
        shown_ = time;
        constexpr int width = 24;
        const int filled = static_cast<int>(width * now.step / now.steps);
        const double speed = static_cast<double>(steps_done_) / seconds_since(start_);
        const double left = static_cast<double>((now.epochs - now.epoch) * now.steps +
                                                now.steps - now.step) / speed;
        std::fprintf(stderr, "\r\033[Kepoch %td/%td [%s%s] loss %.4g  data %.4g  KL %.4g  %.0f steps/s  %s left",
                     now.epoch, now.epochs, std::string(static_cast<std::size_t>(filled), '=').c_str(),
                     std::string(static_cast<std::size_t>(width - filled), ' ').c_str(), now.loss,
                     now.data_fitting, now.divergence, speed, duration(left).c_str());
        std::fflush(stderr);
    }

    /// Ends an epoch. `remark` is appended to the line.
    void epoch(const ProgressReading& now, double seconds, const std::string& remark) {
        if (mode_ == Progress::none) return;
        std::fprintf(stderr, "%sepoch %td/%td  loss %.5g  data %.5g  KL %.5g  %.1f s%s\n",
                     mode_ == Progress::bar ? "\r\033[K" : "", now.epoch, now.epochs, now.loss,
                     now.data_fitting, now.divergence, seconds, remark.c_str());
    }

    using Clock = std::chrono::steady_clock;
    static double seconds_since(Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

private:
    static bool is_terminal() {
#if __has_include(<unistd.h>)
        return isatty(2) != 0;
#else
        return false;
#endif
    }
    static std::string duration(double seconds) {
        char text[32];
        const long whole = static_cast<long>(seconds + 0.5);
        std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
        return text;
    }

    Progress mode_;
    Clock::time_point start_, shown_;
    Index steps_done_ = 0;
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Tells a person how training goes.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#if __has_include(<unistd.h>) && __has_include(<sys/ioctl.h>)
#include <sys/ioctl.h>
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
    Index epoch, epochs, step, steps;       ///< steps of this epoch
    double loss, data_fitting, divergence;  ///< means over the epoch so far, in nats
};

namespace detail {

/// Whether standard error is a terminal that understands how to go back in a line.
inline bool is_terminal() {
#if __has_include(<unistd.h>) && __has_include(<sys/ioctl.h>)
    const char* const kind = std::getenv("TERM");
    return isatty(2) != 0 && !(kind && std::string_view(kind) == "dumb");
#else
    return false;
#endif
}

/// Width of the terminal; 80 when nobody knows.
inline int terminal_columns() {
#if __has_include(<unistd.h>) && __has_include(<sys/ioctl.h>)
    winsize size{};
    if (ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
    return 80;
}

/// "0:07", "12:30", "1:02:03".
inline std::string duration(double seconds) {
    char text[40];
    const long whole = static_cast<long>(std::min(seconds, 1e9) + 0.5);
    const long hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
    if (hours > 0)
        std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", hours, minutes, rest);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", minutes, rest);
    return text;
}

/// A loss in nats as people read it: 0.1235, 123.5, 123457, 1.235e+08.
inline std::string nats(double value) {
    char text[40];
    const double size = value < 0 ? -value : value;
    std::snprintf(text, sizeof text, size >= 1000 && size < 1e7 ? "%.0f" : "%.4g", value);
    return text;
}

/// "loss 123.5  data 100.2  KL 23.2"
inline std::string parts_of(const ProgressReading& now) {
    return joined({"loss ", nats(now.loss), "  data ", nats(now.data_fitting), "  KL ",
                   nats(now.divergence)});
}

/// "  KL by variable: 0.weight 61 %, 2.weight 30 %": the largest parts.
inline std::string largest_divergences(std::span<const std::string_view> names,
                                       std::vector<double> divergences, double total) {
    std::string text;
    for (int i = 0; i < 3 && total > 0 && !divergences.empty(); ++i) {
        const auto largest = std::max_element(divergences.begin(), divergences.end());
        const double share = 100 * *largest / total;
        if (share < 1) break;
        const auto variable = static_cast<std::size_t>(largest - divergences.begin());
        text += joined({i ? ", " : "  KL by variable: ", names[variable], " ",
                        static_cast<int>(share + 0.5), " %"});
        *largest = 0;
    }
    return text;
}

}  // namespace detail

/// A progress bar, or plain lines.
class ProgressReporter {
public:
    using Clock = std::chrono::steady_clock;

    explicit ProgressReporter(Progress mode)
        : mode_(mode == Progress::automatic
                    ? (detail::is_terminal() ? Progress::bar : Progress::lines)
                    : mode),
          start_(Clock::now()),
          shown_(start_ - std::chrono::hours(1)) {}
    ProgressReporter(const ProgressReporter&) = delete;
    ProgressReporter& operator=(const ProgressReporter&) = delete;
    /// Leaves the cursor on a new line, also after an exception.
    ~ProgressReporter() {
        if (bar_is_drawn_) std::fputc('\n', stderr);
    }

    /// Shows a step, at most ten times a second.
    void step(const ProgressReading& now) {
        ++steps_done_;
        if (mode_ != Progress::bar) return;
        const auto time = Clock::now();
        if (time - shown_ < std::chrono::milliseconds(100) && now.step < now.steps) return;
        shown_ = time;
        const std::string line = bar(now, seconds_since(start_), detail::terminal_columns());
        std::fprintf(stderr, "\r\033[K%s", line.c_str());
        std::fflush(stderr);
        bar_is_drawn_ = true;
    }

    /// Ends an epoch. `remark` is appended to the line.
    void epoch(const ProgressReading& now, double seconds, const std::string& remark) {
        if (mode_ == Progress::none) return;
        std::fprintf(stderr, "%sepoch %td/%td  %s  %.1f s%s\n",
                     mode_ == Progress::bar ? "\r\033[K" : "", now.epoch, now.epochs,
                     detail::parts_of(now).c_str(), seconds, remark.c_str());
        bar_is_drawn_ = false;
    }

    static double seconds_since(Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

private:
    /// The bar in at most `columns` - 1 characters: a line that wraps cannot be redrawn. What is
    /// left beside the numbers belongs to the bar.
    std::string bar(const ProgressReading& now, double seconds, int columns) const {
        const double speed = static_cast<double>(steps_done_) / std::max(seconds, 1e-9);
        const Index left = (now.epochs - now.epoch + 1) * now.steps - now.step;
        char head[64], pace[64];
        std::snprintf(head, sizeof head, "epoch %td/%td ", now.epoch, now.epochs);
        std::snprintf(pace, sizeof pace, "  %.3g steps/s  %s left", speed,
                      detail::duration(static_cast<double>(left) / speed).c_str());
        const std::string numbers = detail::parts_of(now) + pace;
        std::string line = head;
        const int width =
            std::min(24, columns - 1 - static_cast<int>(line.size() + numbers.size() + 3));
        if (width >= 4) {
            const auto filled = static_cast<std::size_t>(width * now.step / now.steps);
            line.append("[").append(filled, '=');
            line.append(static_cast<std::size_t>(width) - filled, ' ').append("] ");
        }
        line += numbers;
        line.resize(std::min(line.size(), static_cast<std::size_t>(std::max(columns - 1, 1))));
        return line;
    }

    Progress mode_;
    Clock::time_point start_, shown_;
    Index steps_done_ = 0;
    bool bar_is_drawn_ = false;
};

}  // namespace blue

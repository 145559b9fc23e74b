// SPDX-License-Identifier: BSD-3-Clause
#include <blue/train/progress.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"
#include "train/standard_error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using blue::Progress;
using blue::ProgressReading;
using blue::ProgressReporter;
using blue_test::CapturedErrors;
using blue_test::TerminalErrors;

namespace {

constexpr ProgressReading middle{2, 3, 5, 10, 123.456, 100.25, 23.2};
constexpr ProgressReading end{2, 3, 10, 10, 1234.56, 1000.25, 234.25};
constexpr const char* clear_line = "\r\033[K";

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

/// What a reporter writes for one step and the end of its epoch.
std::string output(Progress mode) {
    CapturedErrors errors;
    {
        ProgressReporter reporter(mode);
        reporter.step(middle);
        reporter.epoch(end, 12.34, "  and more");
    }
    return errors.text();
}

/// Sets a variable of the environment and puts it back.
class Environment {
public:
    Environment(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before, was_set_ = true;
        setenv(name, value, 1);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { was_set_ ? setenv(name_, before_.c_str(), 1) : unsetenv(name_); }

private:
    const char* name_;
    std::string before_;
    bool was_set_ = false;
};

}  // namespace

TEST_CASE("lines say what an epoch gave, and nothing before it ends") {
    CHECK(output(Progress::lines) ==
          "epoch 2/3  loss 1235  data 1000  KL 234.2  12.3 s  and more\n");
}

TEST_CASE("none is silent") {
    CHECK(output(Progress::none).empty());
}

TEST_CASE("a bar is drawn and replaced by the line of the epoch") {
    const std::string text = output(Progress::bar);
    // A file has no width: 80 columns, so that the bar is short.
    CHECK(text.substr(0, 4) == clear_line);
    CHECK(contains(text, "epoch 2/3 ["));
    CHECK(contains(text, "loss 123.5  data 100.2  KL 23.2  "));
    CHECK(contains(text, " steps/s  "));
    CHECK(contains(text, " left\r\033[Kepoch 2/3  loss 1235"));
    CHECK(text.substr(text.size() - 11) == "  and more\n");
}

TEST_CASE("automatic gives lines in a file and a bar on a terminal") {
    const std::string text = output(Progress::automatic);
    CHECK(text == output(Progress::lines));
    const auto on_terminal = [](const char* kind) {
        const Environment environment("TERM", kind);
        TerminalErrors terminal(120);
        if (!terminal.works()) return std::string();
        ProgressReporter reporter(Progress::automatic);
        reporter.step(middle);
        reporter.epoch(end, 1, "");
        return terminal.text();
    };
    const std::string bar = on_terminal("xterm");
    if (bar.empty()) return blue_test::skip("no pseudo terminal");
    // Half of the steps of the epoch: half of the bar.
    CHECK(
        contains(bar, clear_line + std::string("epoch 2/3 [============            ] loss 123.5")));
    CHECK(on_terminal("dumb") == "epoch 2/3  loss 1235  data 1000  KL 234.2  1.0 s\r\n");
}

TEST_CASE("a bar never wraps") {
    for (unsigned short columns : {200, 100, 80, 60, 20, 1}) {
        TerminalErrors terminal(columns);
        if (!terminal.works()) return blue_test::skip("no pseudo terminal");
        std::string text;
        {
            ProgressReporter reporter(Progress::bar);
            reporter.step(middle);
            text = terminal.text();
        }
        INFO(columns << ": " << text);
        REQUIRE(text.substr(0, 4) == clear_line);
        text.erase(0, 4);
        CHECK(text.size() <= std::max<std::size_t>(columns - 1u, 1));
        CHECK(std::string("epoch 2/3 ").find(text.substr(0, 10)) == 0);
        // The bar is what is left out first.
        CHECK(contains(text, " left") == (columns >= 80));
    }
}

TEST_CASE("speed and time left follow from the steps made") {
    CapturedErrors errors;
    ProgressReporter reporter(Progress::bar);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    reporter.step({1, 3, 400, 1000, 0, 0, 0});
    const std::string text = errors.text();
    // One step in at least 0.1 s; on a busy machine it takes longer, never less.
    const auto speed_at = text.find("KL 0  ");
    REQUIRE(speed_at != text.npos);
    const double speed = std::stod(text.substr(speed_at + 6));
    CHECK(speed <= 10);
    CHECK(speed > 0.1);
    // 2600 steps are left. The time is rounded to seconds and the speed to three digits.
    const auto left_at = text.find("steps/s  ");
    REQUIRE(left_at != text.npos);
    const std::string left = text.substr(left_at + 9);
    const double seconds = 60 * std::stod(left) + std::stod(left.substr(left.find(':') + 1));
    CHECK(seconds == Approx(2600 / speed).epsilon(0.006).margin(0.5));
}

TEST_CASE("a bar is drawn at most ten times a second, and at the end of an epoch") {
    CapturedErrors errors;
    ProgressReporter reporter(Progress::bar);
    const auto start = ProgressReporter::Clock::now();
    ProgressReading now{1, 10, 1, 1000, 0, 0, 0};
    for (; now.step < 1000; ++now.step) reporter.step(now);
    const std::string before = errors.text();
    const auto drawn = std::count(before.begin(), before.end(), '\r');
    CHECK(drawn >= 1);
    CHECK(static_cast<double>(drawn) <= 1 + 10 * ProgressReporter::seconds_since(start));
    reporter.step(now);
    CHECK(errors.text().size() > before.size());
}

TEST_CASE("durations are written as clocks do") {
    using blue::detail::duration;
    CHECK(duration(0) == "0:00");
    CHECK(duration(7.4) == "0:07");
    CHECK(duration(59.6) == "1:00");
    CHECK(duration(754) == "12:34");
    CHECK(duration(3723) == "1:02:03");
    CHECK(duration(1e300) == "277777:46:40");
}

TEST_CASE("losses are short and have at least four digits") {
    using blue::detail::nats;
    CHECK(nats(0) == "0");
    CHECK(nats(0.123456) == "0.1235");
    CHECK(nats(-123.456) == "-123.5");
    CHECK(nats(123456.7) == "123457");
    CHECK(nats(-1234.5678) == "-1235");
    CHECK(nats(1.23456e8) == "1.235e+08");
    CHECK(nats(1e-9) == "1e-09");
    CHECK(nats(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("what comes after an unfinished bar starts on a new line") {
    CapturedErrors errors;
    {
        ProgressReporter reporter(Progress::bar);
        reporter.step(middle);
    }
    CHECK(errors.text().substr(errors.text().size() - 6) == " left\n");
    const auto before = errors.text().size();
    { ProgressReporter reporter(Progress::bar); }
    CHECK(errors.text().size() == before);
}

TEST_CASE("the variables with the largest divergences are named") {
    const std::vector<std::string_view> names{"0.weight", "0.bias", "2.weight", "2.bias"};
    using blue::detail::largest_divergences;
    CHECK(largest_divergences(names, {60.2, 1.9, 30.4, 7.5}, 100) ==
          "  KL by variable: 0.weight 60 %, 2.weight 30 %, 2.bias 8 %");
    CHECK(largest_divergences(names, {0.1, 0.2, 99.5, 0.2}, 100) ==
          "  KL by variable: 2.weight 100 %");
    CHECK(largest_divergences(names, {0, 0, 0, 0}, 0).empty());
    CHECK(largest_divergences({}, {}, 0).empty());
}

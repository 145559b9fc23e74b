// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The line protocol of the runtime benchmark: a process that runs steps of one workload on
/// request.
///
/// Requests come on stdin, one word per line; replies leave on stdout, one JSON object per line:
///
///     (at the start)  {"ready": true, "version": "0.1.0", "base_MiB": 5.2, "elements": 0}
///     step            {"ms": 15.1, "value": 2.31}
///     memory          {"peak_MiB": 64.0}
///     quit
///
/// Programs for a device add to the last one `device_MiB`, the peak of what they allocated there,
/// and `driver_MiB`, what the driver gave them. `launches` asks them for the kernels of a step:
/// {"launches": 62}.
///
/// or {"unsupported": why} with exit status 0, or {"error": why} with exit status 1. `elements` is
/// how many numbers a step of a kernel makes, 0 for those of networks. The peers (peers/peers.py)
/// speak the same, but for `elements`, so the runner alternates implementations step by step.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench {

/// What the runner may vary. Every workload has the first four; the defaults are the runner's.
struct Parameters {
    long batch = 0;
    long samples = 0;
    long width = 0;
    long threads = 0;
    long depth = 0;  ///< hidden layers; 2 unless it is given
};

/// One workload, built and ready. `step` runs it once and returns a number that must be finite: the
/// loss, or a sum of probabilities. Only `step` is timed.
class Workload {
public:
    virtual ~Workload() = default;
    virtual double step() = 0;
    /// The numbers that a step of a kernel makes; 0 for networks.
    virtual double elements() const { return 0; }
};

template <class W>
std::unique_ptr<Workload> make(const Parameters& parameters) {
    return std::make_unique<W>(parameters);
}

/// Thrown where a workload exists but not with these parameters. Not a failure of the benchmark.
struct Unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Arguments KEY=VALUE, each key once, but `depth` may be missing. \throws std::invalid_argument
/// naming the argument.
inline Parameters parse_parameters(int count, const char* const* arguments) {
    Parameters parameters;
    for (int i = 0; i < count; ++i) {
        const std::string argument = arguments[i];
        const auto equals = argument.find('=');
        const std::string key = argument.substr(0, equals);
        long* target = key == "batch"     ? &parameters.batch
                       : key == "samples" ? &parameters.samples
                       : key == "width"   ? &parameters.width
                       : key == "threads" ? &parameters.threads
                       : key == "depth"   ? &parameters.depth
                                          : nullptr;
        char* end = nullptr;
        const long value =
            equals == std::string::npos ? 0 : std::strtol(argument.c_str() + equals + 1, &end, 10);
        if (!target || *target != 0 || value < 1 || *end != '\0')
            throw std::invalid_argument(
                "batch=, samples=, width=, threads= and depth= take one positive "
                "integer each; got " +
                argument);
        *target = value;
    }
    if (!parameters.batch || !parameters.samples || !parameters.width || !parameters.threads)
        throw std::invalid_argument("one of batch=, samples=, width=, threads= is missing");
    if (!parameters.depth) parameters.depth = 2;
    return parameters;
}

/// VmHWM (peak) or VmRSS of this process in MiB; 0 where there is no /proc.
inline double memory_mib(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (double kib = 0; word == field + ":" && status >> kib) return kib / 1024;
    }
    return 0;
}

inline std::string json_string(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return result + '"';
}

/// What steps run on: a step is finished when `wait` returns, before the clock is read. On the
/// processor nothing is left to wait for.
struct Host {
    static void begin() {}  ///< of the construction and of each step
    static void wait() {}
    static void end() {}
    static std::string memory() { return ""; }  ///< members for the reply to `memory`
    static long launches() { return 0; }        ///< of the last step
};

/// Builds the workload with `make(name, parameters)` and serves it until `quit` or the end of
/// stdin. Returns the exit status.
template <class Platform, class Make>
int serve(int argc, const char* const* argv, const std::string& version, Make make) {
    const auto reply = [](const char* key, const std::string& value) {
        std::printf("{\"%s\": %s}\n", key, value.c_str());
        std::fflush(stdout);
    };
    try {
        if (argc < 2) throw std::invalid_argument("usage: bench_runtime WORKLOAD KEY=VALUE...");
        const Parameters parameters = parse_parameters(argc - 2, argv + 2);
        const double base = memory_mib("VmRSS");
        Platform::begin();
        const std::unique_ptr<Workload> workload = make(std::string(argv[1]), parameters);
        Platform::end();
        std::printf("{\"ready\": true, \"version\": %s, \"base_MiB\": %.1f, \"elements\": %.0f}\n",
                    json_string(version).c_str(), base, workload->elements());
        std::fflush(stdout);
        for (std::string command; std::getline(std::cin, command);) {
            if (command == "step") {
                Platform::begin();
                const auto start = std::chrono::steady_clock::now();
                const double value = workload->step();
                Platform::wait();
                const std::chrono::duration<double, std::milli> elapsed =
                    std::chrono::steady_clock::now() - start;
                Platform::end();
                if (!std::isfinite(value)) throw std::runtime_error("the step returned no number");
                std::printf("{\"ms\": %.4f, \"value\": %.9g}\n", elapsed.count(), value);
                std::fflush(stdout);
            } else if (command == "memory") {
                reply("peak_MiB", std::to_string(memory_mib("VmHWM")) + Platform::memory());
            } else if (command == "launches") {
                reply("launches", std::to_string(Platform::launches()));
            } else if (command == "quit") {
                break;
            } else {
                throw std::invalid_argument("unknown command " + command);
            }
        }
        return 0;
    } catch (const Unsupported& error) {
        reply("unsupported", json_string(error.what()));
        return 0;
    } catch (const std::exception& error) {
        reply("error", json_string(error.what()));
        return 1;
    }
}

}  // namespace bench

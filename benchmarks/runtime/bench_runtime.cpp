// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// `blue` as an implementation in the runtime benchmark: bench_runtime WORKLOAD KEY=VALUE...
#include "backend.hpp"
#include "workloads.hpp"

#include <blue/backends/cpu/pool.hpp>
#include <blue/version.hpp>

int main(int argc, char** argv) {
    const std::string version = std::to_string(blue::version_major) + "." +
                                std::to_string(blue::version_minor) + "." +
                                std::to_string(blue::version_patch);
    return bench::serve<bench::Platform>(
        argc, argv, version, [](const std::string& name, const bench::Parameters& parameters) {
            blue::set_num_threads(static_cast<int>(parameters.threads));
            return bench::make_workload(name, parameters);
        });
}

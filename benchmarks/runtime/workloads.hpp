// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The workloads of a program: each source file registers its own, so a program knows those that it
/// was linked with.
#pragma once

#include "protocol.hpp"

#include <initializer_list>
#include <set>
#include <vector>

namespace bench {

using MakeWorkload = std::unique_ptr<Workload> (*)(const Parameters&);

/// A workload as it was compiled.
struct Compiled {
    std::string name;
    long width;  ///< the only one; 0 for any
    MakeWorkload make;
    long depth = 2;
};

inline std::vector<Compiled>& compiled() {
    static std::vector<Compiled> all;
    return all;
}

/// `const Registered lenet{{"lenet-train", 28, make<Train<LeNet>>}, ...};` in a source file.
struct Registered {
    Registered(std::initializer_list<Compiled> workloads) {
        compiled().insert(compiled().end(), workloads);
    }
};

/// Throws Unsupported, with what there is.
inline std::unique_ptr<Workload> make_workload(const std::string& name,
                                               const Parameters& parameters) {
    std::set<std::string> names;
    std::string sizes;
    for (const Compiled& workload : compiled()) {
        names.insert(workload.name);
        if (workload.name != name) continue;
        if ((workload.width == 0 || workload.width == parameters.width) &&
            workload.depth == parameters.depth)
            return workload.make(parameters);
        sizes += (sizes.empty() ? "" : ", ") + std::to_string(workload.width);
        if (workload.depth != 2) sizes += " with depth " + std::to_string(workload.depth);
    }
    if (!sizes.empty())
        throw Unsupported("compiled for the widths " + sizes + ", not " +
                          std::to_string(parameters.width) + " with depth " +
                          std::to_string(parameters.depth));
    std::string known;
    for (const std::string& one : names) known += " " + one;
    throw Unsupported("no workload " + name + "; there are" + known);
}

}  // namespace bench

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which predictions are accurate and certain, on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/ops/verdicts_args.hpp>

namespace blue {

/// The class of largest probability of each row.
template <class T, class Isa>
void most_probable(Tape<Cpu<T, Isa>>&, const T* probabilities, Index rows, Index classes,
                   std::int32_t* labels) {
    for (Index row = 0; row < rows; ++row)
        labels[row] = static_cast<std::int32_t>(
            metrics::detail::largest_of(probabilities + row * classes, classes));
}

template <class T, class Isa>
void judge(Tape<Cpu<T, Isa>>&, const detail::VerdictsArgs<Cpu<T, Isa>>& args) {
    detail::VerdictSums sums;
    for (Index row = 0; row < args.rows; ++row)
        sums.add(args.is_accurate(row), static_cast<double>(args.uncertainty[row]));
    for (Index row = 0; row < args.rows; ++row) args.judge(row, sums);
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which predictions are accurate and certain, on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/verdicts_args.hpp>

namespace blue {
namespace cuda {

template <class T>
struct MostProbable {
    const T* probabilities;
    Index classes;
    std::int32_t* labels;
    BLUE_HOST_DEVICE void operator()(Index row) const {
        labels[row] = static_cast<std::int32_t>(
            metrics::detail::largest_of(probabilities + row * classes, classes));
    }
};

/// One block of threads for a batch.
template <class B>
struct Judge : Adding<4> {
    using result = typename Adding<4>::result;
    blue::detail::VerdictsArgs<B> args;

    BLUE_HOST_DEVICE result part(Index, int lane) const {
        blue::detail::VerdictSums sums;
        for (Index row = lane; row < args.rows; row += block_lanes)
            sums.add(args.is_accurate(row), static_cast<double>(args.uncertainty[row]));
        return {{sums.uncertainty[0], sums.uncertainty[1], sums.count[0], sums.count[1]}};
    }
    BLUE_HOST_DEVICE void finish(Index, int lane, const result& sum) const {
        const blue::detail::VerdictSums sums{{sum.total[0], sum.total[1]},
                                             {sum.total[2], sum.total[3]}};
        for (Index row = lane; row < args.rows; row += block_lanes) args.judge(row, sums);
    }
};

}  // namespace cuda

/// The class of largest probability of each row.
template <class T, class E>
void most_probable(Tape<Cuda<T, E>>&, const T* probabilities, Index rows, Index classes,
                   std::int32_t* labels) {
    E::for_each(rows, cuda::MostProbable<T>{probabilities, classes, labels});
}

template <class T, class E>
void judge(Tape<Cuda<T, E>>&, const detail::VerdictsArgs<Cuda<T, E>>& args) {
    E::template reduce<cuda::block_lanes>(1, cuda::Judge<Cuda<T, E>>{{}, args});
}

}  // namespace blue

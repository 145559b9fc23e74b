// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What predictions on the device keep from chunk to chunk: memory, and the first wrong number.
#pragma once

#include <blue/backends/cuda/batches.hpp>
#include <blue/train/prediction.hpp>

#include <vector>

namespace blue::cuda {

/// The first wrong number of a prediction, when there is one.
struct WrongNumber {
    bool is_found;
    double value;
    Index place;  ///< among the numbers of its chunk
    Index item;   ///< numbers of an input
    blue::detail::Chunk chunk;
};

/// The smallest of some places.
struct FirstPlace {
    using result = Sums<1>;
    static constexpr double nowhere = metrics::detail::infinity;
    BLUE_HOST_DEVICE static result combine(result a, const result& b) {
        if (b.total[0] < a.total[0]) a = b;
        return a;
    }
};
/// Per block of numbers the place of the first one that is wrong.
template <class T>
struct FindWrong : FirstPlace {
    const T* x;
    Index size;
    blue::detail::IsWrong<T> is_wrong;
    double* places;

    BLUE_HOST_DEVICE result part(Index block, int lane) const {
        for (Index e = block * block_size + lane; e < (block + 1) * block_size; e += block_lanes)
            if (e < size && is_wrong(x[e])) return {{static_cast<double>(e)}};
        return {{nowhere}};
    }
    BLUE_HOST_DEVICE void finish(Index block, int lane, const result& first) const {
        if (lane == 0) places[block] = first.total[0];
    }
};
/// Writes down the first place, unless an earlier chunk had one.
template <class T>
struct KeepWrong : FirstPlace {
    const T* x;
    const double* places;
    Index blocks, item;
    blue::detail::Chunk chunk;
    WrongNumber* to;

    BLUE_HOST_DEVICE result part(Index, int lane) const {
        for (Index block = lane; block < blocks; block += block_lanes)
            if (places[block] < nowhere) return {{places[block]}};
        return {{nowhere}};
    }
    BLUE_HOST_DEVICE void finish(Index, int lane, const result& first) const {
        if (lane != 0 || to->is_found || !(first.total[0] < nowhere)) return;
        const auto place = static_cast<Index>(first.total[0]);
        *to = {true, static_cast<double>(x[place]), place, item, chunk};
    }
};

/// Memory that predictions on the device use again.
template <class E>
struct PredictionNumbers {
    DeviceNumbers<E, double> sums, totals, places;
    DeviceNumbers<E, metrics::detail::LogSumExp> densities;
    DeviceNumbers<E, WrongNumber> wrong;
    std::vector<double> host;

    /// To be called before the first chunk.
    void begin() { E::fill_zero(wrong.reserve(1), sizeof(WrongNumber)); }
    /// Looks for wrong numbers in a value, without waiting.
    template <class T, class Shape>
    void check(Var<Cuda<T, E>, Shape> value, const blue::detail::Chunk& chunk,
               bool are_probabilities = false) {
        const Index size = value.node->size(), blocks = ceil_div(size, block_size);
        double* const first = places.reserve(blocks);
        const T* const x = value.node->value;
        const blue::detail::IsWrong<T> is_wrong(are_probabilities);
        E::template reduce<block_lanes>(blocks, FindWrong<T>{{}, x, size, is_wrong, first});
        E::template reduce<block_lanes>(
            1, KeepWrong<T>{{}, x, first, blocks, value.node->item, chunk, wrong.data()});
    }
    /// Throws for the first wrong number that was found. Waits for the device.
    void throw_if_wrong() const {
        WrongNumber found;
        E::copy_to_host(&found, wrong.data(), sizeof found);
        if (found.is_found)
            blue::detail::throw_wrong_output(found.value, found.place, found.item, found.chunk);
    }
    /// Copies sums to the host, behind each other. Waits for the device.
    const double* sums_on_host(Index count) {
        host.resize(static_cast<std::size_t>(count));
        E::copy_to_host(host.data(), sums.data(), host.size() * sizeof(double));
        return host.data();
    }
};

}  // namespace blue::cuda

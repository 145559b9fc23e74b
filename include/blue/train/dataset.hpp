// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Batches of a data set, in an order from a seed, as values on a tape.
#pragma once

#include <blue/models/structure.hpp>
#include <blue/ops/reduce.hpp>
#include <blue/random/permutation.hpp>
#include <blue/tensor/dataset.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace blue {

/// Copies rows of arrays into memory that is reused from batch to batch.
template <class T>
class BatchBuffer {
public:
    /// The given rows, one after the other, as numbers of type T.
    template <class U>
    const T* gather(const Array<U>& from, std::span<const Index> rows) {
        const Index n = from.row_size();
        memory_.resize(static_cast<std::size_t>(n) * rows.size());
        T* to = memory_.data();
        for (Index row : rows) to = std::transform(from.row(row), from.row(row) + n, to, [](U x) {
            return static_cast<T>(x);
        });
        return memory_.data();
    }

private:
    std::vector<T> memory_;
};

/// The order of the examples in an epoch.
inline std::vector<Index> shuffled(Index n, std::uint64_t seed, std::uint64_t epoch) {
    return random::permutation(
        random::Key{seed, epoch, 0, 0, static_cast<std::uint32_t>(random::purpose::shuffle)}, n);
}

namespace detail {

template <class M>
struct input_shape_of {};
template <class M>
    requires requires { typename M::input_shape; }
struct input_shape_of<M> {
    using type = typename M::input_shape;
};
template <class M>
    requires(!requires { typename M::input_shape; } && requires { typename M::child_entries; })
struct input_shape_of<M> : input_shape_of<typename mp::mp_front<typename M::child_entries>::type> {};

/// Puts targets on a tape: labels for class likelihoods, numbers of the output's shape for others.
template <class Likelihood, class B, class Shape, class Target>
auto make_target(Tape<B>& tape, Var<B, Shape> output, const Target* targets, Index batch) {
    if constexpr (std::is_integral_v<typename Likelihood::target_type>)
        return make_labels(tape, targets, batch * (output.node->item / last_extent<Shape>),
                           last_extent<Shape>);
    else
        return tape.template input<Shape>(targets, batch);
}

/// The type in which targets of a likelihood are handed to a backend.
template <class Likelihood, class B>
using target_number = std::conditional_t<std::is_integral_v<typename Likelihood::target_type>,
                                         std::int32_t, typename B::scalar>;

}  // namespace detail

/// The shape of one input of a model: `input_shape` of the model or of its first layer.
template <class M>
using input_shape_of = typename detail::input_shape_of<M>::type;

}  // namespace blue

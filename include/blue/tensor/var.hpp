// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Values on a tape, and the handles through which models and operations see them.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/error.hpp>
#include <blue/fwd.hpp>
#include <blue/meta/shape.hpp>
#include <blue/tensor/draw.hpp>

#include <vector>

namespace blue {

template <class B>
class Tape;

/// A value on a tape: `samples` x `batch` x `item` numbers, row-major. A value that is the same for
/// all samples has samples = 1.
template <class B>
struct Node {
    using T = typename B::scalar;
    T* value;
    T* grad;
    Index samples, batch, item;
    bool needs_grad;          ///< whether anything that wants a gradient is upstream
    bool grad_live;           ///< whether `grad` holds a gradient already: the first writer assigns
    bool keeps_grad = false;  ///< whether its memory stays, for `gradient_of`

    Index per_sample() const { return batch * item; }
    Index size() const { return samples * batch * item; }
};

/// Handle of a value on a tape. The shape of an item is part of the type; the kernels never see it.
template <class B, class Shape>
struct Var {
    using backend = B;
    using shape = Shape;
    using T = typename B::scalar;

    Tape<B>* tape;
    Node<B>* node;

    /// The same numbers as items of another shape.
    template <class Other>
    Var<B, Other> as() const {
        return {tape, node};
    }

    Index samples() const { return node->samples; }
    Index batch() const { return node->batch; }
    /// The extent of an axis of the items. A dynamic one follows from the number of elements, so a
    /// second one must not be.
    template <int Axis>
    Index extent() const {
        constexpr Index known = Shape::extents[static_cast<std::size_t>(Axis)];
        constexpr bool follows = known != dynamic || Shape::dynamic_extents == 1;
        static_assert(requirement::one_dynamic_extent<follows, requirement::given<Shape>>{});
        return known == dynamic ? node->item / Shape::static_size : known;
    }
    /// The extent of the last axis; 1 for a single number.
    Index last() const {
        if constexpr (last_extent<Shape> == dynamic)
            return extent<Shape::rank - 1>();
        else
            return last_extent<Shape>;
    }
    /// Copies the value to the host: samples x batch x item numbers. Waits for the device.
    std::vector<T> to_host() const {
        std::vector<T> copy(static_cast<std::size_t>(node->size()));
        B::memory::copy_to_host(copy.data(), node->value, node->size());
        return copy;
    }
    /// The value of a single number, copied to the host.
    T value() const requires(Shape::size == 1) {
        T number{};
        B::memory::copy_to_host(&number, node->value, 1);
        return number;
    }
};

/// What `pass.sample` returns: a random variable that is drawn where it is used. Operations that
/// can, draw it block by block inside their own loops; `as_var` draws all of it.
/// \tparam Estimator how its distribution wants to be estimated: see blue/estimators.
template <class B, class Shape, class Estimator = estimator::DrawnWeights>
struct Lazy {
    using backend = B;
    using shape = Shape;
    Tape<B>* tape;
    Draw<B>* draw;
};

namespace detail {

[[noreturn, gnu::noinline]] inline void refuse_values_of_two_tapes() {
    throw Error(
        "expected values of one tape, got those of two: the inputs of an operation, and of a "
        "model, belong to the tape of its pass");
}

/// Whether a value is on that tape; so is what is absent or no value.
template <class B, class X>
bool is_on(const Tape<B>* tape, const X& x) {
    if constexpr (requires { x.tape == tape; })
        return x.tape == tape;
    else
        return true;
}

/// The tape of values that an operation combines. Throws Error when they are on different ones.
template <class First, class... X>
auto& common_tape(const First& first, const X&... x) {
    if (!(true && ... && is_on(first.tape, x))) refuse_values_of_two_tapes();
    return *first.tape;
}

}  // namespace detail

}  // namespace blue

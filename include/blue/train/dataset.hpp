// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Batches of a data set, in an order from a seed, as values on a tape.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/models/structure.hpp>
#include <blue/ops/reduce.hpp>
#include <blue/random/permutation.hpp>
#include <blue/tensor/dataset.hpp>
#include <blue/train/batches.hpp>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <vector>

namespace blue {

namespace requirement {
/// The targets of a likelihood over classes.
template <bool Whole, class Likelihood, class Given>
struct labels : check {
    static_assert(
        Whole,
        "blue: this likelihood needs whole numbers as targets, see the likelihood and the "
        "given type in labels<...>: use a Dataset<std::int32_t>, or another likelihood");
};
/// The input of a model that is trained on examples.
template <bool Known, class Given>
struct input_shape : check {
    static_assert(
        Known,
        "blue: fit and predict need to know the shape of one input, but the model's first layer "
        "does not say it, see this layer in input_shape<...>: begin with a layer such as Linear or "
        "Flatten<28, 28>, or add using input_shape = shape<...> to the model");
};
}  // namespace requirement

/// The order of the examples in an epoch.
inline std::vector<Index> shuffled(Index n, std::uint64_t seed, std::uint64_t epoch) {
    return random::permutation(
        random::Key{seed, epoch, 0, 0, static_cast<std::uint32_t>(random::purpose::shuffle)}, n);
}

namespace detail {

template <class M>
struct input_shape_of {
    static_assert(requirement::input_shape<false, requirement::given<M>>{});
    using type = any_shape;
};
template <class M>
requires requires {
    typename M::input_shape;
}
struct input_shape_of<M> {
    using type = typename M::input_shape;
};
template <class M>
requires(
    !requires { typename M::input_shape; } &&
    requires { typename M::child_entries; }) struct input_shape_of<M>
    : input_shape_of<typename mp::mp_front<typename M::child_entries>::type> {
};

template <class M, class Input, class B = backend_of<M>>
using output_of =
    decltype(std::declval<const M&>()(std::declval<Pass<B>&>(), std::declval<Var<B, Input>>()));

/// The shape of an example's targets for a likelihood over numbers: the output's, or what the
/// likelihood makes of it.
template <class Likelihood, class Output>
struct target_shape_of {
    using type = Output;
};
template <class Likelihood, class Output>
requires requires {
    typename Likelihood::template target_shape<Output>;
}
struct target_shape_of<Likelihood, Output> {
    using type = typename Likelihood::template target_shape<Output>;
};

template <class Likelihood, class Output>
struct output_check_of {
    using type = requirement::check;
};
template <class Likelihood, class Output>
requires requires {
    typename Likelihood::template output_check<Output>;
}
struct output_check_of<Likelihood, Output> {
    using type = typename Likelihood::template output_check<Output>;
};

/// The extents of values of a shape that have the dynamic extent of a model's output.
template <class Shape, class B, class Output>
std::array<Index, Shape::extents.size()> extents_beside(Var<B, Output> output) {
    constexpr bool follows = Shape::dynamic_extents <= 1;
    static_assert(requirement::one_dynamic_extent<follows, requirement::given<Shape>>{});
    std::array<Index, Shape::extents.size()> extents = Shape::extents;
    std::replace(extents.begin(), extents.end(), dynamic, output.node->item / Output::static_size);
    return extents;
}

/// Throws ShapeError unless each example has as many targets as the model's output needs.
inline void check_target_size(const std::vector<Index>& shape, Index given, Index expected,
                              const char* what) {
    if (given != expected)
        throw ShapeError(what, ": the model needs ", expected,
                         expected == 1 ? " target" : " targets",
                         " per example, but the targets have shape ", to_string(shape));
}

/// The type in which targets of a likelihood are handed to a backend.
template <class Likelihood, class B>
using target_number = std::conditional_t<std::is_integral_v<typename Likelihood::target_type>,
                                         std::int32_t, typename B::scalar>;

/// The targets of a batch, for which a model gave an output: labels for class likelihoods, numbers
/// for others. \param numbers of these targets, in the memory of the backend. Throws ShapeError
/// when they do not fit, which only outputs with a dynamic extent leave to be seen here.
template <class Likelihood, class B, class Shape, class Target>
auto make_target(Var<B, Shape> output, const target_number<Likelihood, B>* numbers,
                 const Array<Target>& targets, const char* what) {
    if constexpr (std::is_integral_v<typename Likelihood::target_type>) {
        constexpr Index classes = last_extent<Shape>;
        const Index labels = output.node->item / classes;
        check_target_size(targets.shape(), targets.row_size(), labels, what);
        return Labels<B>{numbers, output.batch() * labels};  // in their range: check_targets
    } else {
        using Wanted = typename target_shape_of<Likelihood, Shape>::type;
        const auto extents = extents_beside<Wanted>(output);
        Extents<static_cast<std::size_t>(Wanted::dynamic_extents)> open{};
        Index size = 1;
        for (std::size_t axis = 0; axis < extents.size(); ++axis) {
            size *= extents[axis];
            if (Wanted::extents[axis] == dynamic) open.values.fill(extents[axis]);
        }
        check_target_size(targets.shape(), targets.row_size(), size, what);
        return output.tape->template input_in_place<Wanted>(numbers, output.batch(), open);
    }
}

}  // namespace detail

/// The shape of one input of a model: `input_shape` of the model or of its first layer.
template <class M>
using input_shape_of = typename detail::input_shape_of<M>::type;

/// The shape that a model gives for one input.
template <class M>
using output_shape_of = typename detail::output_of<M, input_shape_of<M>>::shape;

namespace detail {
/// What a likelihood asks of the outputs of a model, as a check.
template <class Likelihood, class M>
using output_check = typename output_check_of<Likelihood, output_shape_of<M>>::type;
}  // namespace detail

/// Throws NumericalError with the first number that is not finite and its place.
/// \param name "inputs" or "targets".
template <class T>
void check_all_finite(const Array<T>& numbers, const char* name, const char* what) {
    if constexpr (std::is_floating_point_v<T>)
        if (const Index i = detail::first_not_finite(numbers); i >= 0)
            throw NumericalError(what, ": expected finite ", name, ", got ", numbers[i],
                                 " in example ", i / numbers.row_size(), " at position ",
                                 i % numbers.row_size(), " (counted from 0)");
}

/// Throws ValueError with the first target to which a likelihood gives no probability, and its
/// place. Likelihoods of all numbers have no `supports`.
template <class Likelihood, class T>
void check_support(const Array<T>& targets, const char* what) {
    if constexpr (requires { Likelihood::supports(0.0); })
        for (Index i = 0; i < targets.size(); ++i)
            if (!Likelihood::supports(static_cast<double>(targets[i])))
                throw ValueError(what, ": expected ", Likelihood::support, ", got ", targets[i],
                                 " in example ", i / targets.row_size(), " at position ",
                                 i % targets.row_size(), " (counted from 0)");
}

/// Checks targets against a likelihood and the shape of a model's output. Throws ShapeError when
/// their number does not fit (that of outputs with a dynamic extent is not known here), ValueError
/// for labels that are no class and numbers outside the likelihood's support, NumericalError for
/// numbers that are not finite.
template <class Likelihood, class Shape, class Target>
void check_targets(const Array<Target>& targets, const char* what) {
    if constexpr (std::is_integral_v<typename Likelihood::target_type>) {
        static_assert(requirement::labels<std::is_integral_v<Target>, Likelihood,
                                          requirement::given<Target>>{});
        constexpr Index classes = last_extent<Shape>;
        if constexpr (Shape::is_static)
            detail::check_target_size(targets.shape(), targets.row_size(), Shape::size / classes,
                                      what);
        for (Index i = 0; i < targets.size(); ++i)
            if (targets[i] < Target(0) || !(static_cast<double>(targets[i]) < classes))
                throw ValueError(what, ": expected labels in [0, ", classes, "), got ", targets[i],
                                 " for example ", i / targets.row_size(), " (counted from 0)");
    } else {
        if constexpr (Shape::is_static)
            detail::check_target_size(targets.shape(), targets.row_size(),
                                      detail::target_shape_of<Likelihood, Shape>::type::size, what);
        check_all_finite(targets, "targets", what);
        check_support<Likelihood>(targets, what);
    }
}

/// Checks a data set against a model and a likelihood: `check_dataset`, `check_targets`, and inputs
/// that are finite. Throws ShapeError, ValueError and NumericalError with what was expected.
template <class M, class Likelihood, class Target>
void check_examples(const Dataset<Target>& data, const char* what) {
    check_dataset<input_shape_of<M>>(data, what);
    check_targets<Likelihood, output_shape_of<M>>(data.targets, what);
    check_all_finite(data.inputs, "inputs", what);
}

}  // namespace blue

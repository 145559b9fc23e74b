// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What an operation of one's own must offer, and the sentences when it does not.
#pragma once

#include <blue/ops/operation_args.hpp>

namespace blue {

namespace requirement {

/// `forward` of a user's operation.
template <bool Ok, class Operation, class Arguments>
struct operation_forward : check {
    static_assert(Ok,
                  "blue: an operation needs forward(x..., y) const, with one x per argument, and "
                  "kept numbers behind y if it has a type kept, see operation and number of "
                  "arguments in operation_forward<...>: add it, with auto as type of each part");
};

/// `backward` of a user's operation.
template <bool Ok, class Operation, class Arguments>
struct operation_backward : check {
    static_assert(Ok,
                  "blue: an operation needs backward(x..., y, dy, dx...) const, with one x and dx "
                  "per argument, and kept numbers behind y if it has a type kept, see operation "
                  "and number of arguments in operation_backward<...>: add it; one that does "
                  "nothing has the derivative 0");
};

/// How many numbers a user's operation gives.
template <bool Ok, class Operation, class Given>
struct operation_outputs : check {
    static_assert(Ok,
                  "blue: an operation must give at least one number, see operation and the shape "
                  "of its first argument in operation_outputs<...>: let outputs(n...) take one "
                  "number per argument and return a positive one");
};

/// Further arguments of `rowwise`.
template <bool Ok, class Expected, class Given>
struct operation_rows : check {
    static_assert(Ok,
                  "blue: arguments of rowwise have a row for each row of the first one, or a "
                  "single row, see the shape of the first and the given one in "
                  "operation_rows<...>: reshape one of them, or use itemwise");
};

/// Arguments of `itemwise` and `batchwise`.
template <bool Ok, class Given>
struct operation_axes : check {
    static_assert(Ok,
                  "blue: itemwise and batchwise take items of at most 7 axes, see given in "
                  "operation_axes<...>: reshape the argument");
};

}  // namespace requirement

namespace detail {

/// What an operation sees at a time.
enum class PartOf { row, item, batch };

template <class F>
concept KeepsNumbers = !std::is_same_v<typename kept_numbers<F>::type, nothing_kept>;

/// Whether `forward` and `backward` can be called with numbers T and one argument per X.
template <class F, class T>
struct operation_calls {
    template <class>
    using input = Part<const T>;
    template <class>
    using gradient = PartGradient<T>;
    using Kept = typename kept_numbers<F>::type;

    template <class... X>
    static constexpr bool forward() {
        if constexpr (KeepsNumbers<F>)
            return requires(const F f, input<X>... x, Part<T> y, Part<Kept> kept) {
                f.forward(x..., y, kept);
            };
        else
            return requires(const F f, input<X>... x, Part<T> y) {
                f.forward(x..., y);
            };
    }
    template <class... X>
    static constexpr bool backward() {
        if constexpr (KeepsNumbers<F>)
            return requires(const F f, input<X>... x, Part<const T> y, Part<const Kept> kept,
                            gradient<X>... dx) {
                f.backward(x..., y, kept, y, dx...);
            };
        else
            return requires(const F f, input<X>... x, Part<const T> y, gradient<X>... dx) {
                f.backward(x..., y, y, dx...);
            };
    }
};

/// The numbers that `outputs` and `kept_size` are asked about: of a row or of an item.
template <PartOf Level, class Shape>
inline constexpr Index part_numbers = Level == PartOf::row ? last_extent<Shape> : Shape::size;

/// The shape of the result of an operation, item by item.
template <PartOf Level, class F, class First, class... Rest>
struct operation_result {
    static constexpr bool changes = requires {
        F::outputs(part_numbers<Level, First>, part_numbers<Level, Rest>...);
    };

    static constexpr Index outputs() {
        if constexpr (requires { &F::outputs; } && !changes)
            return 0;  // for another number of arguments
        else if constexpr (!changes)
            return part_numbers<Level, First>;
        else if constexpr (part_numbers<Level, First> == dynamic ||
                           (false || ... || (part_numbers<Level, Rest> == dynamic)))
            return dynamic;
        else
            return F::outputs(part_numbers<Level, First>, part_numbers<Level, Rest>...);
    }
    static constexpr Index count = outputs();
    static constexpr bool exists = count == dynamic || count > 0;

    static constexpr auto result() {
        if constexpr (!exists)  // an error
            return std::type_identity<any_shape>{};
        else if constexpr (!changes)
            return std::type_identity<First>{};
        else if constexpr (Level == PartOf::row)
            return std::type_identity<replace_last<First, count>>{};
        else
            return std::type_identity<shape<count>>{};
    }
    using type = typename decltype(result())::type;
};

/// Whether rows of an argument go with those of the first one.
template <class First, class Shape>
constexpr bool rows_fit() {
    if constexpr (Shape::rank <= 1 || fits<First, Shape>)
        return true;
    else if constexpr (First::rank == 0)
        return false;
    else
        return std::is_same_v<drop_last<First>, drop_last<Shape>>;
}

/// All checks of an operation and its arguments.
template <PartOf Level, class F, class T, class First, class... Rest>
struct operation_checks : requirement::check {
    using Calls = operation_calls<F, T>;
    using Count = requirement::count<1 + static_cast<int>(sizeof...(Rest))>;
    using Result = operation_result<Level, F, First, Rest...>;
    static constexpr bool has_forward = Calls::template forward<First, Rest...>();
    static constexpr bool has_backward = Calls::template backward<First, Rest...>();
    template <class Shape>
    static constexpr bool goes_along = Level != PartOf::row || rows_fit<First, Shape>();
    template <class Shape>
    static constexpr bool has_few_axes = Level == PartOf::row || Shape::rank < part_axes;
    static constexpr bool callable = has_forward && has_backward;
    static constexpr bool ok =
        callable && Result::exists &&
        (true && ... && goes_along<Rest>)&&(has_few_axes<First> && ... && has_few_axes<Rest>);

    // The first that fails hides those behind it: one mistake, one error.
    static_assert(requirement::operation_forward<has_forward, F, Count>{});
    static_assert(requirement::operation_backward < !has_forward || has_backward, F, Count > {});
    static_assert(requirement::operation_outputs < !callable || Result::exists, F,
                  requirement::given < First >> {});
    static_assert((true && ... && requirement::operation_rows < !callable || goes_along<Rest>,
                   requirement::expected<First>, requirement::given < Rest >> {}));
    static_assert((requirement::operation_axes<has_few_axes<First>, requirement::given<First>>{} &&
                   ... &&
                   requirement::operation_axes<has_few_axes<Rest>, requirement::given<Rest>>{}));
};

}  // namespace detail

}  // namespace blue

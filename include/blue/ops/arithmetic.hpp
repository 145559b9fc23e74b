// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sums, differences, products and quotients of values, and of values with numbers.
#pragma once

#include <blue/ops/elementwise.hpp>

#include <type_traits>

namespace blue {

namespace ops {

struct Add {
    static constexpr bool has_unit_derivatives = true;
    template <class T>
    BLUE_HOST_DEVICE static T apply(T a, T b) {
        return a + b;
    }
};
struct Subtract {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T a, T b) {
        return a - b;
    }
};
struct Multiply {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T a, T b) {
        return a * b;
    }
};
struct Divide {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T a, T b) {
        return a / b;
    }
};
/// scale * x + shift.
struct Affine {
    double scale, shift;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return scale * x + shift;
    }
};

}  // namespace ops

// Element by element, of values of one shape: one sample combines with any number of samples, a
// number with every element. Other shapes are the compile error `same_shape`; other numbers of
// samples or examples a ShapeError.

template <detail::TapeValue X, detail::TapeValue Y>
auto operator+(X x, Y y) {
    return elementwise(ops::Add{}, x, y);
}
template <detail::TapeValue X, detail::TapeValue Y>
auto operator-(X x, Y y) {
    return elementwise(ops::Subtract{}, x, y);
}
template <detail::TapeValue X, detail::TapeValue Y>
auto operator*(X x, Y y) {
    return elementwise(ops::Multiply{}, x, y);
}
template <detail::TapeValue X, detail::TapeValue Y>
auto operator/(X x, Y y) {
    return elementwise(ops::Divide{}, x, y);
}
template <detail::TapeValue X>
auto operator-(X x) {
    return elementwise(ops::Affine{-1, 0}, x);
}
template <detail::TapeValue X>
auto operator+(X x, double number) {
    return elementwise(ops::Affine{1, number}, x);
}
template <detail::TapeValue X>
auto operator+(double number, X x) {
    return x + number;
}
template <detail::TapeValue X>
auto operator-(X x, double number) {
    return x + -number;
}
template <detail::TapeValue X>
auto operator-(double number, X x) {
    return elementwise(ops::Affine{-1, number}, x);
}
template <detail::TapeValue X>
auto operator*(X x, double number) {
    return elementwise(ops::Affine{number, 0}, x);
}
template <detail::TapeValue X>
auto operator*(double number, X x) {
    return x * number;
}
template <detail::TapeValue X>
auto operator/(X x, double number) {
    return x * (1 / number);
}

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Mean and variance of functions of a normal number.
#pragma once

#include <blue/ops/activations.hpp>
#include <blue/ops/arithmetic.hpp>

#include <cmath>

namespace blue {

namespace detail {

/// Mean and variance of max(x, 0) for a normal x, by its distance from 0 in standard deviations
/// (Frey and Hinton 1999). With the mean of max(-x, 0) the variance has no difference of large
/// numbers in it.
template <class T>
struct RectifiedMoments {
    T mean, variance, probability;  ///< probability: of x > 0

    BLUE_INLINE RectifiedMoments(T m, T v) {
        const T std = sqrt(v + 1e-30), a = m / std;
        probability = 0.5 + 0.5 * erf(a * 0.70710678118654752440);
        const T density = 0.39894228040143267794 * exp(-0.5 * square(a));
        const T above = max(a * probability + density, T(0));
        const T below = max(density - a * (1 - probability), T(0));
        mean = std * above;
        variance = v * max(probability - above * below, T(0));
    }
};

}  // namespace detail

/// Mean and variance of f(x) for a normal x, as formulas for any number type: `mean(f, m, v)` and
/// `variance(f, m, v, mean of f)`. Here by the trapezoidal rule over 6 standard deviations to both
/// sides in steps of 3/16: errors below 1e-7 for functions that are smooth on the scale of a
/// standard deviation, and of up to 0.04 of its height for a jump. Specialise it for functions of
/// your own with a closed form.
template <class F>
struct NormalMoments {
    static constexpr int count = 65;
    double position[count], weight[count];

    NormalMoments() {
        constexpr double step = 12.0 / (count - 1);
        for (int k = 0; k < count; ++k) {
            position[k] = -6 + step * k;
            weight[k] = step * 0.39894228040143267794 * std::exp(-0.5 * position[k] * position[k]);
        }
    }
    template <class T>
    BLUE_HOST_DEVICE T mean(const F& f, T m, T v) const {
        const T std = sqrt(v);
        T total(0);
        for (int k = 0; k < count; ++k) total = total + weight[k] * f.apply(m + position[k] * std);
        return total;
    }
    template <class T>
    BLUE_HOST_DEVICE T variance(const F& f, T m, T v, T mean) const {
        const T std = sqrt(v);
        T total(0);
        for (int k = 0; k < count; ++k)
            total = total + weight[k] * square(f.apply(m + position[k] * std) - mean);
        return total;
    }
};

template <>
struct NormalMoments<ops::Relu> {
    template <class T>
    BLUE_HOST_DEVICE static T mean(const ops::Relu&, T m, T v) {
        return detail::RectifiedMoments<T>(m, v).mean;
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(const ops::Relu&, T m, T v, T) {
        return detail::RectifiedMoments<T>(m, v).variance;
    }
};

/// slope x + (1 - slope) max(x, 0); the covariance of the two parts follows from Stein's lemma.
template <>
struct NormalMoments<ops::LeakyRelu> {
    template <class T>
    BLUE_HOST_DEVICE static T mean(const ops::LeakyRelu& f, T m, T v) {
        return f.slope * m + (1 - f.slope) * detail::RectifiedMoments<T>(m, v).mean;
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(const ops::LeakyRelu& f, T m, T v, T) {
        const detail::RectifiedMoments<T> rectified(m, v);
        const double a = f.slope, b = 1 - f.slope;
        return a * a * v + b * b * rectified.variance + 2 * a * b * v * rectified.probability;
    }
};

template <>
struct NormalMoments<ops::Affine> {
    template <class T>
    BLUE_HOST_DEVICE static T mean(const ops::Affine& f, T m, T) {
        return f.apply(m);
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(const ops::Affine& f, T, T v, T) {
        return f.scale * f.scale * v;
    }
};

template <>
struct NormalMoments<ops::Square> {
    template <class T>
    BLUE_HOST_DEVICE static T mean(const ops::Square&, T m, T v) {
        return square(m) + v;
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(const ops::Square&, T m, T v, T) {
        return 2 * v * (v + 2 * square(m));
    }
};

/// A log-normal distribution.
template <>
struct NormalMoments<ops::Exp> {
    template <class T>
    BLUE_HOST_DEVICE static T mean(const ops::Exp&, T m, T v) {
        return exp(m + 0.5 * v);
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(const ops::Exp&, T, T v, T mean) {
        return square(mean) * expm1(v);
    }
};

}  // namespace blue

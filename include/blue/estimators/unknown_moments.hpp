// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The operations whose results have moments that nobody knows: each is an error.
#pragma once

#include <blue/estimators/moments.hpp>
#include <blue/layers/activations.hpp>
#include <blue/ops/layer_norm.hpp>
#include <blue/ops/operation.hpp>
#include <blue/ops/prelu.hpp>
#include <blue/ops/resample.hpp>
#include <blue/ops/softmax.hpp>
#include <blue/ops/standardise.hpp>

namespace blue {

/// Elements that are copied several times depend on each other.
template <class Map, class B, class Shape>
auto resample(Moments<B, Shape> x, double = 0) {
    static_assert(requirement::moment_rule<!sizeof(Shape), Map>{});
    using Result = typename detail::mapped_shape<Map, Shape>::type;
    return x.template as<Result>();
}

/// Elements that share a mean and a variance depend on each other.
template <class B, class Shape>
Moments<B, Shape> standardise(Moments<B, Shape> x, double = 0) {
    static_assert(requirement::moment_rule<!sizeof(Shape), operation::standardise>{});
    return x;
}
template <Index Groups, class B, class Shape>
Moments<B, Shape> standardise_groups(Moments<B, Shape> x, double = 0) {
    return standardise(x);
}
template <class B, class Shape, class Weight, class Bias>
Moments<B, Shape> layer_norm(Moments<B, Shape> x, Weight, Bias, double = 0) {
    static_assert(requirement::moment_rule<!sizeof(Shape), operation::layer_norm>{});
    return x;
}
template <class B, class Shape, class Weight, class Bias>
Moments<B, Shape> add_layer_norm(Moments<B, Shape> x, Moments<B, Shape>, Weight weight, Bias bias,
                                 double = 0) {
    return layer_norm(x, weight, bias);
}

/// What an operation of one's own does to moments is not known.
template <class F, class B, class Shape, class... X>
Moments<B, Shape> rowwise(const F&, Moments<B, Shape> x, X...) {
    static_assert(requirement::moment_rule<!sizeof(Shape), F>{});
    return x;
}
template <class F, class B, class Shape, class... X>
Moments<B, Shape> itemwise(const F& f, Moments<B, Shape> x, X... more) {
    return rowwise(f, x, more...);
}
template <class F, class B, class Shape, class... X>
Moments<B, Shape> batchwise(const F& f, Moments<B, Shape> x, X... more) {
    return rowwise(f, x, more...);
}
template <class B, class Shape, class Slope>
Moments<B, Shape> prelu(Moments<B, Shape> x, Slope) {
    return rowwise(detail::SlopedRectifier{}, x);
}

template <class B, class Shape>
Moments<B, Shape> softmax(Moments<B, Shape> x) {
    static_assert(requirement::moment_rule<!sizeof(Shape), Softmax>{});
    return x;
}
template <class B, class Shape>
Moments<B, Shape> log_softmax(Moments<B, Shape> x) {
    static_assert(requirement::moment_rule<!sizeof(Shape), LogSoftmax>{});
    return x;
}

}  // namespace blue

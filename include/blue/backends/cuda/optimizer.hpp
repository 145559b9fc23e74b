// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Optimiser steps and gradient norms on the device.
#pragma once

#include <blue/backends/cuda/reduce.hpp>
#include <blue/math/math.hpp>
#include <blue/optim/optimizer.hpp>

namespace blue {
namespace cuda {

template <class T>
struct LoadNumber {
    BLUE_HOST_DEVICE math::Number<T> operator()(const T* from) const { return *from; }
};
template <class T>
struct StoreNumber {
    BLUE_HOST_DEVICE void operator()(math::Number<T> number, T* to) const { *to = number.r[0]; }
};

template <class Rule, class T>
struct OptimizerStep {
    typename Rule::Constants constants;
    T* values;
    const T* gradients;
    T* state;
    Index stride;  ///< between the arrays of the state, and those that step together

    BLUE_HOST_DEVICE void operator()(Index e) const {
        using S = math::Number<T>;
        update_element<Rule, S>(constants, values + e, gradients + e, state + e, stride,
                                LoadNumber<T>{}, StoreNumber<T>{});
    }
};

template <class T>
struct Scale {
    T* data;
    T factor;
    BLUE_HOST_DEVICE void operator()(Index e) const { data[e] *= factor; }
};

template <class T>
struct AddScaled {
    T* to;
    const T* from;
    T factor;
    BLUE_HOST_DEVICE void operator()(Index e) const { to[e] += factor * from[e]; }
};

template <class T>
struct MoveTowards {
    T* to;
    const T* from;
    T weight;
    BLUE_HOST_DEVICE void operator()(Index e) const { to[e] += weight * (from[e] - to[e]); }
};

}  // namespace cuda

template <class Rule, class T, class E>
void optimizer_step(const Rule&, const typename Rule::Constants& constants,
                    ParameterBlock<Cuda<T, E>> block, T* state) {
    E::for_each(block.size, cuda::OptimizerStep<Rule, T>{constants, block.values, block.gradients,
                                                         state, block.size});
}

/// Sum of squares of an array: of the gradients of a variable, say. Waits for the device.
template <class T, class E>
double sum_of_squares(Tape<Cuda<T, E>>& tape, const T* data, Index size) {
    double* const sum = tape.template device_memory<double>(1);
    cuda::sum_all<E>(tape, data, size, true, sum);
    double on_host = 0;
    E::copy_to_host(&on_host, sum, sizeof on_host);
    return on_host;
}

/// The sum of squares of each variable's gradients, 0 for one that has none. Waits for the device.
template <class T, class E>
void squared_gradient_norms(Tape<Cuda<T, E>>& tape, double* sums) {
    const Index variables = static_cast<Index>(tape.draws().size());
    if (variables == 0) return;
    double* const on_device = tape.template device_memory<double>(variables);
    E::fill_zero(on_device, static_cast<std::size_t>(variables) * sizeof(double));
    for (Index v = 0; v < variables; ++v) {
        const Draw<Cuda<T, E>>& draw = tape.draws()[static_cast<std::size_t>(v)];
        if (draw.gradient_live)
            cuda::sum_all<E>(tape, static_cast<const T*>(draw.gradient), parameter_numbers(draw),
                             true, on_device + v);
    }
    E::copy_to_host(sums, on_device, static_cast<std::size_t>(variables) * sizeof(double));
}

/// data *= factor.
template <class T, class E>
void scale(Tape<Cuda<T, E>>&, T* data, Index size, double factor) {
    E::for_each(size, cuda::Scale<T>{data, static_cast<T>(factor)});
}

/// to += factor from.
template <class T, class E>
void add_scaled(Cuda<T, E>, const T* from, Index size, double factor, T* to) {
    E::for_each(size, cuda::AddScaled<T>{to, from, static_cast<T>(factor)});
}

/// to += weight (from - to).
template <class T, class E>
void move_towards(Cuda<T, E>, T* to, const T* from, Index size, double weight) {
    E::for_each(size, cuda::MoveTowards<T>{to, from, static_cast<T>(weight)});
}

}  // namespace blue

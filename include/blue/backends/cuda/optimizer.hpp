// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Optimiser steps and gradient norms on the device.
#pragma once

#include <blue/backends/cuda/reduce.hpp>
#include <blue/math/math.hpp>
#include <blue/optim/optimizer.hpp>

#include <bit>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <type_traits>

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

/// Bytes that a kernel can have as arguments, with some for others.
inline constexpr std::size_t argument_bytes = 4000;

/// Steps of several variables, as arguments of one kernel.
template <class Rule, class T>
struct OptimizerSteps {
    struct Part {
        typename Rule::Constants constants;
        T* values;
        const T* gradients;
        T* state;
        Index stride;  ///< between the arrays of the state, and those that step together
        Index end;     ///< number of the last element, and 1
    };
    static constexpr int most = static_cast<int>(std::bit_floor(argument_bytes / sizeof(Part)));
    Part parts[most];

    BLUE_HOST_DEVICE void operator()(Index i) const {
        using S = math::Number<T>;
        int k = 0;  // how many parts end before
        BLUE_UNROLL
        for (int half = most / 2; half > 0; half /= 2)
            if (i >= parts[k + half - 1].end) k += half;
        const Part& part = parts[k];
        const Index e = i - (part.end - part.stride);
        update_element<Rule, S>(part.constants, part.values + e, part.gradients + e, part.state + e,
                                part.stride, LoadNumber<T>{}, StoreNumber<T>{});
    }
};

template <class T>
struct Scale {
    T* data;
    T factor;
    BLUE_HOST_DEVICE void operator()(Index e) const { data[e] *= factor; }
};

template <class T>
struct ToDouble {
    const T* from;
    double* to;
    BLUE_HOST_DEVICE void operator()(Index e) const { to[e] = static_cast<double>(from[e]); }
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

/// Steps of neighbouring variables with one rule, which one kernel makes.
template <class T, class E>
class StepBatch<Cuda<T, E>> {
public:
    template <class Rule>
    void add(const typename Rule::Constants& constants, const ParameterBlock<Cuda<T, E>>& block,
             T* state) {
        using Steps = cuda::OptimizerSteps<Rule, T>;
        static_assert(std::is_trivially_copyable_v<Steps>);
        if (start_ != &StepBatch::start_steps<Rule> || parts_ == Steps::most) {
            start();
            start_ = &StepBatch::start_steps<Rule>;
            steps<Rule>() = {};
            for (auto& part : steps<Rule>().parts) part.end = std::numeric_limits<Index>::max();
        }
        end_ += block.size;
        steps<Rule>().parts[parts_++] = {constants, block.values, block.gradients,
                                         state,     block.size,   end_};
    }
    void start() {
        if (parts_ > 0) (this->*start_)();
        start_ = nullptr;
        parts_ = 0;
        end_ = 0;
    }

private:
    template <class Rule>
    cuda::OptimizerSteps<Rule, T>& steps() {
        return *reinterpret_cast<cuda::OptimizerSteps<Rule, T>*>(memory_);
    }
    template <class Rule>
    void start_steps() {
        E::for_each(end_, steps<Rule>());
    }

    alignas(std::max_align_t) std::byte memory_[cuda::argument_bytes];
    void (StepBatch::*start_)() = nullptr;
    int parts_ = 0;
    Index end_ = 0;
};

template <class Rule, class T, class E>
void optimizer_step(const Rule&, const typename Rule::Constants& constants,
                    ParameterBlock<Cuda<T, E>> block, T* state) {
    StepBatch<Cuda<T, E>> alone;
    StepBatch<Cuda<T, E>>& batch = block.batch ? *block.batch : alone;
    batch.template add<Rule>(constants, block, state);
    alone.start();
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

/// Numbers, and behind them the sum of squares of each variable's gradients, 0 for one that has
/// none. Waits for the device, once.
template <class T, class E>
void read_step(Tape<Cuda<T, E>>& tape, std::initializer_list<const Node<Cuda<T, E>>*> nodes,
               double* to) {
    const Index variables = static_cast<Index>(tape.draws().size());
    Index count = variables;
    for (const auto* node : nodes) count += node->size();
    if (count == 0) return;
    double* const on_device = tape.template device_memory<double>(count);
    double* at = on_device;
    for (const auto* node : nodes) {
        E::for_each(node->size(), cuda::ToDouble<T>{node->value, at});
        at += node->size();
    }
    E::fill_zero(at, static_cast<std::size_t>(variables) * sizeof(double));
    for (const Draw<Cuda<T, E>>& draw : tape.draws()) {
        if (draw.gradient_live)
            cuda::sum_all<E>(tape, static_cast<const T*>(draw.gradient), parameter_numbers(draw),
                             true, at);
        ++at;
    }
    E::copy_to_host(to, on_device, static_cast<std::size_t>(count) * sizeof(double));
}

/// The sum of squares of each variable's gradients, 0 for one that has none. Waits for the device.
template <class T, class E>
void squared_gradient_norms(Tape<Cuda<T, E>>& tape, double* sums) {
    read_step(tape, {}, sums);
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

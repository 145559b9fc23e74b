// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Small data sets and networks for the tests of training.
#pragma once

#include <blue/backends/cpu/backend.hpp>
#include <blue/distributions/categorical.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/sequential.hpp>
#include <blue/tensor/dataset.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace blue_test {

using blue::Index;

/// Uniform in (-1, 1).
inline float number(std::uint64_t seed, Index i) {
    return 2 * blue::random::uniform<float>({seed}, i) - 1;
}

/// Points of the square (-1, 1)^2 in three classes: left above, right above, below the diagonal.
inline blue::Dataset<std::int32_t> three_classes(Index n, std::uint64_t seed = 1) {
    blue::Dataset<std::int32_t> data{blue::Array<float>({n, 2}), blue::Array<std::int32_t>({n})};
    for (Index i = 0; i < n; ++i) {
        const float x = number(seed, 2 * i), y = number(seed, 2 * i + 1);
        data.inputs[2 * i] = x;
        data.inputs[2 * i + 1] = y;
        data.targets[i] = y < x ? 2 : x < 0 ? 0 : 1;
    }
    return data;
}

/// y = sin(2 x) + noise of standard deviation 0.1 on (-1, 1).
inline blue::Dataset<float> sine(Index n, std::uint64_t seed = 1) {
    blue::Dataset<float> data{blue::Array<float>({n, 1}), blue::Array<float>({n})};
    for (Index i = 0; i < n; ++i) {
        data.inputs[i] = number(seed, i);
        const auto noise = blue::random::draw_element<blue::noise::Normal, float>({}, {~seed}, i);
        data.targets[i] = std::sin(2 * data.inputs[i]) + 0.1f * noise;
    }
    return data;
}

using Classifier = blue::Sequential<blue::Linear<2, 8>, blue::Tanh, blue::Linear<8, 3>>;
using Regressor = blue::Sequential<blue::Linear<1, 8>, blue::Tanh, blue::Linear<8, 1>>;

/// All parameters of a model, in the order of the state dict.
template <class M>
auto parameters_of(const M& model) {
    std::vector<typename blue::backend_of<M>::scalar> numbers;
    blue::detail::visit_variables(model, [&](const auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            numbers.insert(numbers.end(), state.parameter(k),
                           state.parameter(k) + state.parameter_size(k));
    });
    return numbers;
}

/// Whether two lists of numbers have the same bits: unlike ==, also for NaN.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace blue_test

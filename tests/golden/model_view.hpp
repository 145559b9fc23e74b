// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model without its type: names, sizes and memory of its variables. Keeps the runner cheap to
/// compile.
#pragma once

#include <blue/blue.hpp>

#include "golden/configure.hpp"

#include <string>
#include <vector>

namespace blue_test::golden {

/// A random variable of a model on backend B.
template <class B>
struct VariableInfo {
    using T = typename B::scalar;

    std::string name;                     ///< "2.0.weight"
    std::vector<std::string> parameters;  ///< "2.0._weight_mean", ...
    std::vector<blue::Index> shape;
    blue::Index size, stride;
    bool random;
    bool deterministic;  ///< a parameter without distribution
    bool draws_outputs;  ///< its noise is that of outputs: `LocalReparameterization`
    T* values;           ///< one parameter after the other, `stride` apart
    Json prior;          ///< its options after rescaling

    std::vector<T> stored(std::size_t k) const {
        std::vector<T> copy(static_cast<std::size_t>(size));
        B::memory::copy_to_host(copy.data(), values + static_cast<blue::Index>(k) * stride, size);
        return copy;
    }
};

template <class M>
auto variables_of(M& model) {
    using B = blue::backend_of<M>;
    std::vector<VariableInfo<B>> variables;
    std::size_t parameter = 0;
    blue::detail::visit_variables(model, [&](auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        const auto& extents = State::variable::shape::extents;
        VariableInfo<B>& info = variables.emplace_back();
        info.name = blue::random_variable_names<M>[variables.size() - 1];
        for (int k = 0; k < State::parameters; ++k)
            info.parameters.emplace_back(blue::variational_parameter_names<M>[parameter++]);
        info.shape.assign(extents.begin(), extents.end());
        info.size = State::size;
        info.stride = State::stride;
        info.random = blue::is_random<typename State::Q>;
        info.deterministic = blue::is_deterministic<typename State::Q>;
        info.draws_outputs =
            std::is_same_v<blue::estimator_of<typename State::Q>, blue::estimator::DrawnOutputs>;
        info.values = state.values.data();
        info.prior = effective(state.prior);
    });
    return variables;
}

/// Throws ValueError unless names, shapes and rescaled priors are those of the manifest.
template <class B>
void check_variables(const std::vector<VariableInfo<B>>& all, const Json& expected) {
    std::vector<VariableInfo<B>> variables;
    for (const VariableInfo<B>& variable : all)
        if (!variable.deterministic) variables.push_back(variable);
    const auto require = [](bool holds, const std::string& what) {
        if (!holds) throw blue::ValueError(what + " differs from the manifest");
    };
    require(variables.size() == expected.size(), "the number of random variables");
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const VariableInfo<B>& variable = variables[i];
        const std::string module = expected[i].at("module");
        const std::string name = expected[i].at("variable");
        require(variable.name == (module.empty() ? name : module + "." + name),
                "the name " + variable.name);
        require(Json(variable.shape) == expected[i].at("shape"), "the shape of " + variable.name);
        require(Json(variable.parameters) == expected[i].at("variational_parameters"),
                "the list of parameters of " + variable.name);
        for (const auto& [option, value] : expected[i].at("prior_effective").items()) {
            const double given = variable.prior.at(option), wanted = value;
            require(std::abs(given - wanted) <= 1e-14,
                    option + " of the prior of " + variable.name);
        }
    }
}

}  // namespace blue_test::golden

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The input, options and noise of a reference case.
#pragma once

#include <blue/blue.hpp>

#include "golden/inputs.hpp"
#include "golden/model_view.hpp"

namespace blue_test::golden {

/// What a pass on backend B gets from a case.
template <class B>
struct CasePass {
    using Index = blue::Index;
    using T = typename B::scalar;
    using Variables = std::vector<VariableInfo<B>>;

    std::vector<T> input;
    Index batch = 0, input_samples;
    blue::ForwardOptions options;
    std::vector<std::vector<T>> noise_numbers;
    std::vector<const T*> noise;

    CasePass(const Case& c, blue::Tape<B>& tape, const Variables& variables, Index step,
             int item_rank = 0) {
        const bool sampled = c.description.at("sampled_input");
        options = {.samples = c.description.at("samples"),
                   .norm_constants = c.description.at("norm_constants")};
        input_samples = sampled ? options.samples : 1;
        const bool steps = c.description.at("kind") == "trajectory";
        if (c.has("input")) {
            const Json& extents = c.description.at("batch_shape").at("input");
            const bool unbatched = static_cast<int>(extents.size()) == item_rank;
            batch = unbatched ? 1 : extents.at(sampled ? 1 : 0).template get<Index>();
            input = part(c.as<T>("input"),
                         steps ? c.description.at("optimizer").at("steps") : Json(1), step);
        }
        for (const VariableInfo<B>& variable : variables) {
            const bool of_bias = variable.draws_outputs && variable.shape.size() == 1;
            const std::string tensor = "noise." + noise_name(variable);
            if (c.has(tensor) != variable.random)
                throw blue::ValueError(tensor + " is there, or missing, against the type");
            noise_numbers.emplace_back();
            noise.push_back(nullptr);
            if (!variable.random || of_bias) continue;
            noise_numbers.back() = part(
                c.as<T>(tensor), steps ? c.description.at("optimizer").at("steps") : Json(1), step);
            noise.back() = B::to_device(tape, noise_numbers.back().data(),
                                        static_cast<Index>(noise_numbers.back().size()));
        }
    }
    /// "2.output" for the weight of layer 2 and its bias, when its outputs are drawn.
    static std::string noise_name(const VariableInfo<B>& variable) {
        if (!variable.draws_outputs) return variable.name;
        const std::size_t dot = variable.name.rfind('.');
        return (dot == std::string::npos ? "" : variable.name.substr(0, dot + 1)) + "output";
    }
    static std::vector<T> part(const std::vector<T>& all, Index parts, Index i) {
        const auto count = static_cast<std::ptrdiff_t>(all.size()) / parts;
        return {all.begin() + i * count, all.begin() + (i + 1) * count};
    }
};

}  // namespace blue_test::golden

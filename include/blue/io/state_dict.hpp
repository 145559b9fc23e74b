// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model's parameters in and out of safetensors files, under torch_blue's names.
#pragma once

#include <blue/io/safetensors.hpp>
#include <blue/models/structure.hpp>

#include <cmath>
#include <set>
#include <string>

namespace blue::io {

/// How parameters are loaded.
struct LoadOptions {
    /// Whether numbers of a wider type than the model's are rounded. Without it they are an error.
    bool round = false;
};

namespace detail {

namespace mp = boost::mp11;

/// Calls f(name, data, shape) for every array of a model, in state-dict order: the variational
/// parameters of each variable, then the constants of its prior, counted on.
template <class M, class F>
void for_each_parameter(M& model, F&& f) {
    constexpr auto& names = variational_parameter_names<std::remove_const_t<M>>;
    constexpr auto& constant_names = prior_constant_names<std::remove_const_t<M>>;
    std::size_t position = 0, constant = 0;
    const auto extents = []<class Shape>(std::type_identity<Shape>) {
        return std::vector<Index>(Shape::extents.begin(), Shape::extents.end());
    };
    blue::detail::visit_variables(model, [&](auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        using Shape = typename State::variable::shape;
        using Shapes = typename blue::detail::parameter_shapes<typename State::Q, Shape>::type;
        int k = 0;
        mp::mp_for_each<mp::mp_transform<std::type_identity, Shapes>>([&](auto of_parameter) {
            f(std::string(names[position++]), state.parameter(k++), extents(of_parameter));
        });
        for (int c = 0; c < state.constants; ++c)
            f(std::string(constant_names[constant++]), state.constant(c),
              extents(std::type_identity<Shape>{}));
    });
}

}  // namespace detail

/// The variational parameters of a model by their state-dict names, such as `0._weight_log_std`,
/// and the centres of its priors where they have some (`0._weight_prior_centre`).
template <class M>
NamedTensors state_dict(const M& model) {
    using B = backend_of<M>;
    NamedTensors tensors("state dict");
    detail::for_each_parameter(model, [&](const std::string& name, const typename B::scalar* data,
                                          const std::vector<Index>& shape) {
        Array<typename B::scalar> values(shape);
        B::memory::copy_to_host(values.data(), data, values.size());
        tensors.add(name, values);
    });
    return tensors;
}

/// Sets all parameters of a model. Throws FileError with everything that is wrong, one line each:
/// missing and superfluous names, other shapes, types that do not fit, numbers that are not finite.
/// The model stays as it was then.
template <class M>
void load_state_dict(M& model, const NamedTensors& tensors, const LoadOptions& options = {}) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    std::string problems;
    std::set<std::string> known;
    std::vector<Array<T>> values;
    detail::for_each_parameter(
        model, [&](const std::string& name, const T*, const std::vector<Index>& shape) {
            known.insert(name);
            values.emplace_back();
            if (!tensors.contains(name)) {
                problems += "\n  missing: " + name + " " + to_string(shape);
                return;
            }
            if (tensors.at(name).shape != shape) {
                problems += "\n  " + name + ": expected shape " + to_string(shape) + ", got " +
                            to_string(tensors.at(name).shape);
                return;
            }
            try {
                values.back() =
                    options.round ? tensors.as_rounded<T>(name) : tensors.template as<T>(name);
            } catch (const FileError& error) {
                problems += "\n  " + std::string(error.what());
                return;
            }
            for (T value : values.back())
                if (!std::isfinite(value)) {
                    problems +=
                        "\n  " + name + ": expected finite numbers, got " + std::to_string(value);
                    return;
                }
        });
    for (const std::string& name : tensors.names())
        if (!known.contains(name)) problems += "\n  superfluous: " + name;
    if (!problems.empty())
        throw FileError("the parameters do not fit the model; it stays as it was:", problems);
    std::size_t position = 0;
    detail::for_each_parameter(model, [&](const std::string&, T* data, const std::vector<Index>&) {
        const Array<T>& array = values[position++];
        B::memory::copy_from_host(data, array.data(), array.size());
    });
}

/// Writes a model's parameters to a safetensors file, completely or not at all. torch_blue reads it
/// with `safetensors.torch.load_file`. Throws FileError when the file cannot be written.
template <class M>
void save(const M& model, const std::filesystem::path& path) {
    NamedTensors tensors = state_dict(model);
    tensors.metadata["format"] = "pt";
    write_safetensors(path, tensors);
}

/// Reads a model's parameters from a safetensors file; errors as in `load_state_dict` and
/// `read_safetensors`.
template <class M>
void load(M& model, const std::filesystem::path& path, const LoadOptions& options = {}) {
    load_state_dict(model, read_safetensors(path), options);
}

}  // namespace blue::io

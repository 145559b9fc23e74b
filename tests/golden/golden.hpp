// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The reference cases in tests/golden/data and how numbers are compared with them.
#pragma once

#include <blue/io/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace blue_test::golden {

using Json = nlohmann::json;

inline const std::string folder = BLUE_SOURCE_DIR "/tests/golden/data/";

/// The manifest, read once.
inline const Json& manifest() {
    static const Json content = [] {
        std::ifstream file(folder + "manifest.json");
        return Json::parse(file);
    }();
    return content;
}

/// Numbers of a tensor as doubles, whatever their type is in the file.
inline std::vector<double> numbers(const blue::io::NamedTensors& tensors, const std::string& name) {
    if (tensors.at(name).dtype == blue::io::DType::I64) {
        const auto whole = tensors.as<std::int64_t>(name);
        return {whole.begin(), whole.end()};
    }
    const auto array = tensors.as<double>(name);
    return {array.begin(), array.end()};
}

/// One case: its description and its tensors.
struct Case {
    Json description;
    blue::io::NamedTensors tensors;

    explicit Case(const std::string& name) {
        for (const Json& entry : manifest().at("cases"))
            if (entry.at("name") == name) description = entry;
        if (description.is_null()) throw blue::ValueError("no case " + name + " in the manifest");
        tensors = blue::io::read_safetensors(folder + description.at("file").get<std::string>());
    }
    bool has(const std::string& name) const { return tensors.contains(name); }
    std::vector<double> operator[](const std::string& name) const { return numbers(tensors, name); }

    /// The numbers in T.
    template <class T>
    std::vector<T> as(const std::string& name) const {
        const std::vector<double> wide = (*this)[name];
        return {wide.begin(), wide.end()};
    }
};

/// The names of all cases of a kind that begin with a prefix.
inline std::set<std::string> case_names(const std::string& kind, const std::string& prefix = "") {
    std::set<std::string> names;
    for (const Json& entry : manifest().at("cases"))
        if (entry.at("kind") == kind && entry.at("name").get<std::string>().rfind(prefix, 0) == 0)
            names.insert(entry.at("name").get<std::string>());
    return names;
}

/// How exactly numbers in T agree with a tensor.
///
/// In double: tensors in F32 are rounded (half of 2^-23 of the number), those in F64 are not;
/// computing adds about 1e-12 of the largest number of the tensor. In float: 4e-6 of the largest
/// number of the group of results (1 if it is smaller), the fourfold of what the reference's notes
/// suggest, or 4 times the error of the reference's own float run, where it is larger.
struct Tolerance {
    double relative, absolute;
};
template <class T>
Tolerance tolerance(const Case& c, const std::string& group, const std::string& tensor) {
    double largest = 0;
    for (double number : c[tensor]) largest = std::fmax(largest, std::abs(number));
    const bool rounded = c.tensors.at(tensor).dtype == blue::io::DType::F32;
    if constexpr (sizeof(T) == 8) {
        return {rounded ? 0x1p-24 : 0, 1e-12 * std::fmax(1, largest)};
    } else {
        double run_error = 0;
        if (c.description.contains("float32_run") && c.description["float32_run"].contains(group)) {
            const Json& run = c.description["float32_run"][group];
            largest = run.at("max_abs_value").get<double>();
            run_error = run.at("max_abs_error").get<double>();
        }
        return {0, std::fmax(4e-6 * std::fmax(1, largest), 4 * run_error)};
    }
}

/// A sentence about the element that is furthest off; empty when all are within the tolerance. One
/// number may stand for several equal ones: `given` is repeated.
template <class Numbers>
std::string difference(const std::string& what, const Numbers& given,
                       const std::vector<double>& expected, Tolerance tolerance) {
    if (given.size() == 0 || expected.size() % given.size() != 0)
        return what + " has " + std::to_string(given.size()) + " numbers, expected " +
               std::to_string(expected.size());
    double worst = 1;
    std::string sentence;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double number = static_cast<double>(given[i % given.size()]);
        const double excess = std::abs(number - expected[i]) /
                              (tolerance.relative * std::abs(expected[i]) + tolerance.absolute);
        if (excess <= worst) continue;
        if (std::isnan(worst)) break;
        worst = excess;
        char text[200];
        std::snprintf(text, sizeof text, "[%zu] is %.10g, expected %.10g: %.3g times the tolerance",
                      i, number, expected[i], excess);
        sentence = what + text;
    }
    return sentence;
}

/// Compares numbers in T with a tensor of a case.
template <class T, class Numbers>
std::string difference(const Case& c, const std::string& group, const std::string& tensor,
                       const Numbers& given) {
    return difference(tensor, given, c[tensor], tolerance<T>(c, group, tensor));
}

}  // namespace blue_test::golden

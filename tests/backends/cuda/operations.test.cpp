// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the documentation says of the operations of the CUDA backend, against the backend.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/distributions/matrix_normal.hpp>
#include <blue/train/posterior_sharpening.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

using namespace blue;
using namespace blue_test;

namespace {

struct Operation {
    std::string name;
    bool on_cpu, on_cuda;
    friend bool operator==(const Operation&, const Operation&) = default;
};

template <class Tag>
Operation operation_of(const char* name) {
    return {name, has_kernel<Tag, Cpu<float>>, has_kernel<Tag, Emulated<float>>};
}

const std::vector<Operation> all{
    operation_of<operation::affine>("affine"),
    operation_of<operation::attention>("attention"),
    operation_of<operation::convolution>("convolution"),
    operation_of<operation::embed>("embed"),
    operation_of<operation::layer_norm>("layer_norm"),
    operation_of<operation::linear_of_rows>("linear_of_rows"),
    operation_of<operation::linear_relu>("linear_relu"),
    operation_of<operation::pooling>("pooling"),
    operation_of<operation::posterior_sharpening>("posterior_sharpening"),
    operation_of<operation::recurrence>("recurrence"),
    operation_of<operation::resample>("resample"),
    operation_of<operation::standardise>("standardise"),
    operation_of<operation::standardise_channels>("standardise_channels"),
};

/// A joint distribution with a function for the processor alone.
struct AloneNormal : MatrixNormal {
    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        MatrixNormal::deviate(variable, noise, deviation);
    }
};

const std::string source = BLUE_SOURCE_DIR;

/// Calls use(match) for all matches in the lines of a file.
template <class Use>
void for_each_match(const std::filesystem::path& file, const std::regex& pattern, Use use) {
    std::ifstream in(file);
    REQUIRE(in);
    for (std::string line; std::getline(in, line);)
        if (std::smatch match; std::regex_search(line, match, pattern)) use(match);
}

}  // namespace

TEST_CASE("cuda operations: the list of this test has all of them", "[cuda]") {
    const std::regex claim(R"(has_kernel<operation::(\w+), Cpu)");
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(source + "/include/blue/backends/cpu"))
        for_each_match(entry.path(), claim,
                       [&](const std::smatch& match) { names.push_back(match[1]); });
    std::sort(names.begin(), names.end());
    REQUIRE(names.size() == all.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(all[i].name == names[i]);
        CHECK(all[i].on_cpu);
    }
}

TEST_CASE("cuda operations: the documentation says what there is", "[cuda]") {
    const std::regex row(R"(^\| `(\w+)` \| (yes|no) \|)");
    std::vector<Operation> documented;
    for_each_match(source + "/docs/concepts/cuda.md", row, [&](const std::smatch& match) {
        documented.push_back({match[1], true, match[2] == "yes"});
    });
    REQUIRE(documented.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        INFO(all[i].name);
        CHECK(documented[i] == all[i]);
    }
}

TEST_CASE("cuda operations: joint distributions whose loops can be shared are drawn", "[cuda]") {
    // See tests/compile_fail/backend for the sentence about others.
    CHECK(detail::can_be_drawn<MeanFieldNormal, Emulated<float>>);
    CHECK(detail::can_be_drawn<MatrixNormal, Emulated<float>>);
    CHECK(detail::can_be_drawn<MatrixNormal, Cpu<float>>);
    CHECK_FALSE(detail::can_be_drawn<AloneNormal, Emulated<float>>);
    CHECK(detail::can_be_drawn<AloneNormal, Cpu<float>>);
}

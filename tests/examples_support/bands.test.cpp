// SPDX-License-Identifier: BSD-3-Clause
#include "examples/support/bands.cpp"

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST_CASE("the picture has all data, both bands and the mean") {
    const blue::Dataset<float> data{blue::Array<float>({3, 1}, {-1, 0, 1}),
                                    blue::Array<float>({3, 1}, {0.5f, 0, -0.5f})};
    const blue::Array<float> inputs({3, 1}, {-1, 0, 1});
    const blue::RealPrediction prediction{blue::Array<double>({3, 1}, {0.5, 0, -0.5}),
                                          blue::Array<double>({3, 1}, {0.01, 0.01, 0.01}),
                                          blue::Array<double>({3, 1}, {0.03, 0, 1e9})};
    const auto path = std::filesystem::path("bands_test.html");
    blue_examples::write_bands(path.string(), data, inputs, prediction);
    std::ifstream file(path);
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove(path);
    CHECK(count(page, "<circle ") == 3);
    CHECK(count(page, "<polygon ") == 2);
    CHECK(count(page, "<polyline ") == 1);
    CHECK(count(page, "nan") == 0);
    // 640 pixels for 2 units, 328 for targets from -1.5 to 1.5: the mean, and two standard
    // deviations of sqrt(0.01 + 0.03) around its first point.
    CHECK(count(page, "<polyline points=\"36.0,145.3 360.0,200.0 684.0,254.7 \"") == 1);
    CHECK(count(page, "class=\"all\" points=\"36.0,101.6 ") == 1);
}

// SPDX-License-Identifier: BSD-3-Clause
// The full sets, which do not come with the repository: BLUE_DATA names their folder, with mnist,
// notmnist and uci inside.
#include <blue/io/csv.hpp>
#include <blue/io/datasets.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace blue::io;
using blue::Index;

namespace {

/// The folder, or an empty path and a visible reason.
std::filesystem::path full_data(const std::string& name) {
    const char* folder = std::getenv("BLUE_DATA");
    const auto path = std::filesystem::path(folder ? folder : "") / name;
    if (folder && std::filesystem::exists(path)) return path;
    blue_test::skip(("there is no folder " + name + " in BLUE_DATA").c_str());
    return {};
}

}  // namespace

TEST_CASE("all of MNIST") {
    const auto folder = full_data("mnist");
    if (folder.empty()) return;
    const Mnist mnist = load_mnist(folder);
    REQUIRE(mnist.train.inputs.shape() == std::vector<Index>{60000, 784});
    REQUIRE(mnist.test.inputs.shape() == std::vector<Index>{10000, 784});
    double sum = 0;
    for (float pixel : mnist.train.inputs) sum += static_cast<double>(pixel);
    // The mean that everybody normalises with.
    CHECK(std::abs(sum / (60000.0 * 784) - 0.13066) < 0.00001);
    // The set that comes with the repository has evenly spaced images of it.
    const Mnist subset = load_mnist(BLUE_SOURCE_DIR "/data/mnist");
    for (const auto& [part, full] :
         {std::pair(&subset.train, &mnist.train), std::pair(&subset.test, &mnist.test)}) {
        bool equal = true;
        for (Index i = 0; i < part->size(); ++i) {
            const Index block = full->size() / part->size(), from = i * block + i % block;
            equal &=
                part->targets[i] == full->targets[from] &&
                std::equal(part->inputs.row(i), part->inputs.row(i) + 784, full->inputs.row(from));
        }
        CHECK(equal);
    }
}

TEST_CASE("letters in the format of MNIST") {
    const auto folder = full_data("notmnist");
    if (folder.empty()) return;
    const blue::Dataset<std::int32_t> letters = load_mnist_part(folder, "t10k");
    CHECK(letters.inputs.shape() == std::vector<Index>{10000, 784});
    CHECK(std::set<int>(letters.targets.begin(), letters.targets.end()).size() == 10);
}

TEST_CASE("regression tables and their splits") {
    const auto folder = full_data("uci");
    if (folder.empty()) return;
    struct Set {
        const char* name;
        Index rows, columns;
    };
    // Rows and columns (features and target) as published for these sets.
    for (const Set& set :
         {Set{"bostonHousing", 506, 14}, Set{"concrete", 1030, 9}, Set{"kin8nm", 8192, 9},
          Set{"power-plant", 9568, 5}, Set{"wine-quality-red", 1599, 12}, Set{"yacht", 308, 7}}) {
        INFO(set.name);
        const CsvOptions white_space{.separator = ' '};
        const auto table = read_csv(folder / set.name / "data.txt", white_space).values;
        CHECK(table.shape() == std::vector<Index>{set.rows, set.columns});
        for (int split = 0; split < 20; ++split) {
            std::set<double> rows;
            Index count = 0;
            for (const char* part : {"train", "test"}) {
                const auto name = "index_" + std::string(part) + "_" + std::to_string(split);
                const auto index =
                    read_csv(folder / set.name / (name + ".txt"), white_space).values;
                count += index.size();
                rows.insert(index.begin(), index.end());
            }
            // Every row is in one of the two parts.
            CHECK(count == set.rows);
            CHECK(static_cast<Index>(rows.size()) == set.rows);
            CHECK(*rows.begin() == 0);
            CHECK(*rows.rbegin() == static_cast<double>(set.rows - 1));
        }
    }
}

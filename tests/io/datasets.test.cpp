// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/datasets.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace blue::io;
using blue::Index;
using blue_test::message_of;
using blue_test::TemporaryFolder;

namespace {

const std::filesystem::path shipped = BLUE_SOURCE_DIR "/data/mnist";

std::vector<int> class_counts(const blue::Dataset<std::int32_t>& part) {
    std::vector<int> counts(10);
    for (auto label : part.targets) ++counts[static_cast<std::size_t>(label)];
    return counts;
}

/// IDX bytes with that header and one value for all elements.
std::string idx(const std::vector<int>& shape, char value) {
    std::string text("\0\0\x08", 3);
    text += static_cast<char>(shape.size());
    std::size_t size = 1;
    for (int extent : shape) {
        text += {0, 0, static_cast<char>(extent / 256), static_cast<char>(extent % 256)};
        size *= static_cast<std::size_t>(extent);
    }
    return text + std::string(size, value);
}

/// The error of loading these two files as the test part.
std::string error_of(const TemporaryFolder& folder, const std::string& images,
                     const std::string& labels) {
    folder.file("t10k-images-idx3-ubyte", images);
    folder.file("t10k-labels-idx1-ubyte", labels);
    const std::string message =
        message_of<blue::FileError>([&] { load_mnist_part(folder.path(), "t10k"); });
    return message.substr(message.rfind('/') + 1);
}

}  // namespace

TEST_CASE("the images that come with the repository are those that its README describes") {
    const Mnist mnist = load_mnist(shipped);
    CHECK(mnist.train.inputs.shape() == std::vector<Index>{10000, 784});
    CHECK(mnist.test.inputs.shape() == std::vector<Index>{2000, 784});
    CHECK(class_counts(mnist.train) ==
          std::vector<int>{967, 1125, 952, 1019, 957, 923, 1036, 1041, 1012, 968});
    CHECK(class_counts(mnist.test) ==
          std::vector<int>{186, 225, 226, 207, 179, 165, 201, 190, 211, 210});
    CHECK(std::vector<int>(mnist.train.targets.begin(), mnist.train.targets.begin() + 5) ==
          std::vector<int>{5, 3, 1, 0, 2});
    CHECK(std::vector<int>(mnist.test.targets.begin(), mnist.test.targets.begin() + 5) ==
          std::vector<int>{7, 4, 9, 3, 4});
    float smallest = 1, largest = 0;
    double sum = 0;
    for (float pixel : mnist.train.inputs) {
        smallest = std::min(smallest, pixel);
        largest = std::max(largest, pixel);
        sum += static_cast<double>(pixel);
    }
    CHECK(smallest == 0.0f);
    CHECK(largest == 1.0f);
    // All of MNIST has the mean 0.1307. Means of images spread by 0.04, so the mean of 10,000 of
    // them is within 0.0012 with probability 0.997; it is a fixed number here.
    CHECK(std::abs(sum / static_cast<double>(mnist.train.inputs.size()) - 0.12992) < 0.00001);
}

TEST_CASE("files without compression are found too, and the scale is 1/255") {
    TemporaryFolder folder;
    folder.file("t10k-images-idx3-ubyte", idx({2, 28, 28}, 51));
    folder.file("t10k-labels-idx1-ubyte", idx({2}, 9));
    const auto part = load_mnist_part(folder.path(), "t10k");
    CHECK(part.inputs.shape() == std::vector<Index>{2, 784});
    CHECK(part.inputs[783] == 0.2f);
    CHECK(part.targets.shape() == std::vector<Index>{2});
    CHECK(part.targets[1] == 9);
}

TEST_CASE("what is no digit set is an error that says why") {
    TemporaryFolder folder;
    const std::string missing = message_of<blue::FileError>([&] { load_mnist(folder.path()); });
    CHECK(missing ==
          (folder / "train-images-idx3-ubyte").string() + ": expected a file, but there is none");
    CHECK(error_of(folder, idx({2, 28, 27}, 0), idx({2}, 0)) ==
          "t10k-images-idx3-ubyte: expected images of shape (N, 28, 28), got (2, 28, 27)");
    CHECK(error_of(folder, idx({2, 784}, 0), idx({2}, 0)) ==
          "t10k-images-idx3-ubyte: expected images of shape (N, 28, 28), got (2, 784)");
    CHECK(error_of(folder, idx({0, 28, 28}, 0), idx({0}, 0)) ==
          "t10k-images-idx3-ubyte: expected images of shape (N, 28, 28), got (0, 28, 28)");
    CHECK(error_of(folder, idx({2, 28, 28}, 0), idx({3}, 0)) ==
          "t10k-labels-idx1-ubyte: expected labels of shape (2) as in t10k-images-idx3-ubyte, got "
          "(3)");
    CHECK(error_of(folder, idx({2, 28, 28}, 0), idx({2}, 10)) ==
          "t10k-labels-idx1-ubyte: expected labels from 0 to 9, got 10 for image 0");
    CHECK(error_of(folder, idx({2, 28, 28}, 0), idx({2}, 9)).empty());
}

TEST_CASE("data is looked for in the order of the folders") {
    TemporaryFolder folder;
    std::filesystem::create_directory(folder / "a");
    std::filesystem::create_directory(folder / "b");
    std::filesystem::create_directory(folder / "b" / "mnist");
    CHECK(find_data("mnist", {folder / "a", folder / "b"}) == folder / "b" / "mnist");
    CHECK(find_data("mnist", {folder / "a"}) == std::nullopt);
    CHECK(find_data("mnist", {folder / "missing"}) == std::nullopt);
    CHECK(find_data("mnist", {}) == std::nullopt);
    std::filesystem::create_directory(folder / "a" / "mnist");
    CHECK(find_data("mnist", {folder / "a", folder / "b"}) == folder / "a" / "mnist");
}

TEST_CASE("the environment names the first folder") {
    const char* before = std::getenv("BLUE_DATA");
    const std::string saved = before ? before : "";
    ::setenv("BLUE_DATA", "/some/folder", 1);
    REQUIRE(!data_directories().empty());
    CHECK(data_directories()[0] == "/some/folder");
    const auto with = data_directories().size();
    ::setenv("BLUE_DATA", "", 1);
    CHECK(data_directories().size() == with - 1);
    if (before)
        ::setenv("BLUE_DATA", saved.c_str(), 1);
    else
        ::unsetenv("BLUE_DATA");
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Finds data folders and loads MNIST and sets in its format. Needs zlib.
#pragma once

#include <blue/error.hpp>
#include <blue/io/idx.hpp>
#include <blue/tensor/dataset.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace blue::io {

/// Where data is looked for: the folder in the environment variable BLUE_DATA, then the folder that
/// the build names in BLUE_SHIPPED_DATA. Either may be missing.
inline std::vector<std::filesystem::path> data_directories() {
    std::vector<std::filesystem::path> directories;
    if (const char* chosen = std::getenv("BLUE_DATA"); chosen && *chosen)
        directories.emplace_back(chosen);
#ifdef BLUE_SHIPPED_DATA
    directories.emplace_back(BLUE_SHIPPED_DATA);
#endif
    return directories;
}

/// The first folder or file of that name ("mnist", "uci/yacht/data.txt"), or nothing.
inline std::optional<std::filesystem::path> find_data(
    const std::filesystem::path& name,
    const std::vector<std::filesystem::path>& directories = data_directories()) {
    for (const auto& directory : directories) {
        std::error_code code;
        if (std::filesystem::exists(directory / name, code)) return directory / name;
    }
    return std::nullopt;
}

/// The folder of a data set, as `find_data` finds it. Throws FileError that says where it was
/// looked for.
inline std::filesystem::path data_folder(const std::string& name) {
    if (const auto found = find_data(name, data_directories())) return *found;
    std::string places;
    for (const auto& directory : data_directories()) {
        places += ' ';
        places += (directory / name).string();
    }
    throw FileError("data set \"", name, "\" not found",
                    places.empty() ? "" : ", looked for" + places,
                    "; set BLUE_DATA to the folder that holds it");
}

/// Inputs (N, 784) from 0 (background) to 1, targets (N) from 0 to 9.
struct Mnist {
    Dataset<std::int32_t> train, test;
};

namespace detail {

/// The compressed file if there is one, else the plain one (whose absence the reader reports).
inline std::filesystem::path idx_path(const std::filesystem::path& folder,
                                      const std::string& name) {
    const auto compressed = folder / (name + ".gz");
    return std::filesystem::exists(compressed) ? compressed : folder / name;
}

}  // namespace detail

/// Loads <part>-images-idx3-ubyte and <part>-labels-idx1-ubyte, with or without .gz. The parts of
/// MNIST are "train" and "t10k". Throws FileError when a file is missing, damaged or not in the
/// format, when images are not 28 x 28, when the numbers of images and labels differ, or when a
/// label is above 9.
inline Dataset<std::int32_t> load_mnist_part(const std::filesystem::path& folder,
                                             const std::string& part) {
    const auto images_path = detail::idx_path(folder, part + "-images-idx3-ubyte");
    const auto labels_path = detail::idx_path(folder, part + "-labels-idx1-ubyte");
    const auto bytes = read_idx(images_path);
    const auto& shape = bytes.shape();
    if (shape.size() != 3 || shape[0] < 1 || shape[1] != 28 || shape[2] != 28)
        throw FileError(images_path.string(), ": expected images of shape (N, 28, 28), got ",
                        to_string(shape));
    const auto labels = read_idx(labels_path);
    if (labels.shape() != std::vector<Index>{shape[0]})
        throw FileError(labels_path.string(), ": expected labels of shape ", to_string({shape[0]}),
                        " as in ", images_path.filename().string(), ", got ",
                        to_string(labels.shape()));

    Dataset<std::int32_t> part_data{Array<float>({shape[0], 28 * 28}),
                                    Array<std::int32_t>({shape[0]})};
    for (Index i = 0; i < bytes.size(); ++i)
        part_data.inputs[i] = static_cast<float>(bytes[i]) / 255.0f;
    for (Index i = 0; i < labels.size(); ++i) {
        if (labels[i] > 9)
            throw FileError(labels_path.string(), ": expected labels from 0 to 9, got ", labels[i],
                            " for image ", i);
        part_data.targets[i] = labels[i];
    }
    return part_data;
}

/// Loads the training and the test images of a folder in the format of MNIST; errors as in
/// load_mnist_part. Sets with test images only: load_mnist_part(folder, "t10k").
inline Mnist load_mnist(const std::filesystem::path& folder) {
    return {load_mnist_part(folder, "train"), load_mnist_part(folder, "t10k")};
}

}  // namespace blue::io

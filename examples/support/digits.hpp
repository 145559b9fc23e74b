// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the examples do with images of digits, compiled apart so that the examples build fast.
#pragma once

#include <blue/tensor/dataset.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace blue_examples {

/// The 28 x 28 images turned by 90 degrees, counter-clockwise: inputs unlike those learnt from.
blue::Dataset<std::int32_t> rotated(const blue::Dataset<std::int32_t>& upright);

/// The first `count` images, or all.
blue::Dataset<std::int32_t> first(const blue::Dataset<std::int32_t>& all, blue::Index count);

/// What a gallery says.
struct GalleryText {
    std::string title = "Digits and their predictive distributions";
    std::string caption =
        "A 784-512-512-10 network with a normal distribution over every weight, trained on MNIST.";
    std::string figure = {};                    ///< HTML below the caption
    std::vector<std::string> label_names = {};  ///< of labels that are no digits, as letters
};

/// Writes a self-contained page of the most and the least certain digits with their predictive
/// distributions. \param probabilities (N, C); the other two (N), in nats. Throws FileError.
void write_gallery(const std::string& path, const blue::Dataset<std::int32_t>& digits,
                   const blue::Array<double>& probabilities,
                   const blue::Array<double>& predictive_entropy,
                   const blue::Array<double>& mutual_information, const GalleryText& text = {});

/// The same for what `blue::predict` gives.
template <class Prediction>
void write_gallery(const std::string& path, const blue::Dataset<std::int32_t>& digits,
                   const Prediction& prediction, const GalleryText& text = {}) {
    write_gallery(path, digits, prediction.probabilities, prediction.predictive_entropy,
                  prediction.mutual_information, text);
}

}  // namespace blue_examples

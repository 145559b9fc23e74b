// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A picture of a regression with its uncertainties.
#pragma once

#include <blue/train/predict.hpp>

#include <string>

namespace blue_examples {

/// What a picture shows, in words.
struct BandsText {
    std::string title = "Regression with noise";
    std::string text =
        "A network with a distribution over every weight predicts a mean and the size of the "
        "noise.";
};

/// Writes a self-contained page: the data, the predictive mean, and bands of two standard
/// deviations, of what is not known alone and of all uncertainty. \param inputs (N, 1), rising.
/// Throws FileError.
void write_bands(const std::string& path, const blue::Dataset<float>& data,
                 const blue::Array<float>& inputs, const blue::RealPrediction& prediction,
                 const BandsText& text = {});

}  // namespace blue_examples

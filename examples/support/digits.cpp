// SPDX-License-Identifier: BSD-3-Clause
#include "digits.hpp"

#include "digit_gallery.hpp"

namespace blue_examples {

blue::Dataset<std::int32_t> rotated(const blue::Dataset<std::int32_t>& upright) {
    constexpr blue::Index side = 28;
    blue::Dataset<std::int32_t> turned = upright;
    for (blue::Index i = 0; i < upright.size(); ++i)
        for (blue::Index row = 0; row < side; ++row)
            for (blue::Index column = 0; column < side; ++column)
                turned.inputs.row(i)[(side - 1 - column) * side + row] =
                    upright.inputs.row(i)[row * side + column];
    return turned;
}

void write_gallery(const std::string& path, const blue::Dataset<std::int32_t>& digits,
                   const blue::Array<double>& probabilities,
                   const blue::Array<double>& predictive_entropy,
                   const blue::Array<double>& mutual_information) {
    GalleryOptions options;
    options.caption =
        "A 784-512-512-10 network with a normal distribution over every weight, trained on MNIST.";
    options.predictive_entropy = predictive_entropy;
    options.mutual_information = mutual_information;
    write_digit_gallery(path, digits.inputs, digits.targets, probabilities, options);
}

}  // namespace blue_examples

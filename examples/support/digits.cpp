// SPDX-License-Identifier: BSD-3-Clause
#include "digits.hpp"

#include "digit_gallery.hpp"

#include <algorithm>

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

blue::Dataset<std::int32_t> first(const blue::Dataset<std::int32_t>& all, blue::Index count) {
    const blue::Index n = std::min(count, all.size());
    blue::Dataset<std::int32_t> part{blue::Array<float>({n, all.inputs.row_size()}),
                                     blue::Array<std::int32_t>({n})};
    std::copy_n(all.inputs.data(), part.inputs.size(), part.inputs.data());
    std::copy_n(all.targets.data(), n, part.targets.data());
    return part;
}

void write_gallery(const std::string& path, const blue::Dataset<std::int32_t>& digits,
                   const blue::Array<double>& probabilities,
                   const blue::Array<double>& predictive_entropy,
                   const blue::Array<double>& mutual_information, const GalleryText& text) {
    GalleryOptions options;
    options.title = text.title;
    options.caption = text.caption;
    options.figure = text.figure;
    options.label_names = text.label_names;
    options.predictive_entropy = predictive_entropy;
    options.mutual_information = mutual_information;
    write_digit_gallery(path, digits.inputs, digits.targets, probabilities, options);
}

}  // namespace blue_examples

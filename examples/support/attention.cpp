// SPDX-License-Identifier: BSD-3-Clause
#include "attention.hpp"

#include <blue/error.hpp>

#include <algorithm>
#include <cmath>

namespace blue_examples {

std::vector<HeadAttention> attention_at_the_end(const std::vector<float>& weights,
                                                blue::Index draws, blue::Index heads,
                                                blue::Index length) {
    const blue::Index size = draws * heads * length * length;
    if (static_cast<blue::Index>(weights.size()) != size)
        throw blue::ShapeError("attention: expected ", size, " weights, got ", weights.size());
    std::vector<HeadAttention> all;
    for (blue::Index head = 0; head < heads; ++head) {
        HeadAttention attention(static_cast<std::size_t>(length), AttentionWeight{0, 0});
        for (blue::Index key = 0; key < length; ++key) {
            auto& [mean, std] = attention[static_cast<std::size_t>(key)];
            double squares = 0;  // of deviations (Welford)
            for (blue::Index draw = 0; draw < draws; ++draw) {
                const blue::Index last_row = (draw * heads + head + 1) * length - 1;
                const double weight =
                    static_cast<double>(weights[static_cast<std::size_t>(last_row * length + key)]);
                const double before = weight - mean;
                mean += before / static_cast<double>(draw + 1);
                squares += before * (weight - mean);
            }
            std = std::sqrt(squares / static_cast<double>(std::max<blue::Index>(draws - 1, 1)));
        }
        all.push_back(attention);
    }
    return all;
}

ShownText shown_attention(const std::string& text, const HeadAttention& head) {
    ShownText shown;
    for (std::size_t i = 0; i < head.size(); ++i) {
        const double sure = std::max(0.0, head[i].mean - head[i].std);
        shown.push_back({text[i], sure, head[i].mean + head[i].std - sure});
    }
    return shown;
}

TextLegend attention_legend() {
    return {"how much of a head's attention it gets, over draws of the network",
            "up to one standard deviation below the mean", "from there to one above the mean", 1,
            ""};
}

}  // namespace blue_examples

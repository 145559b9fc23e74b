// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Curves over the epochs of a training, drawn as SVG.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace blue_reproduce {

/// A value per epoch, the first after epoch 1.
struct Curve {
    std::string name;
    std::vector<double> values;
};

/// A diagram of curves with a fixed range; values out of it are drawn at its border.
struct Panel {
    std::string title;
    std::vector<Curve> curves;
    double low, high;
    bool logarithmic = false;

    /// Where a value stands in the range: 0 at the lower end, 1 at the upper.
    double height(double value) const {
        const double share = logarithmic ? std::log(value / low) / std::log(high / low)
                                         : (value - low) / (high - low);
        return std::clamp(share, 0.0, 1.0);
    }
};

namespace detail {

inline constexpr double width = 400, height = 240, margin = 56, legend_line = 20;
inline constexpr std::array colours{"#1b6ca8", "#d1495b", "#2e8b57", "#edae49", "#6a4c93",
                                    "#00798c", "#8d6e63", "#e76f51", "#5c677d", "#111111"};

inline std::string text(const char* format, auto... values) {
    char buffer[256];
    std::snprintf(buffer, sizeof buffer, format, values...);
    return buffer;
}
inline std::string label(double x, double y, const char* anchor, const std::string& words) {
    return text("<text x='%.1f' y='%.1f' text-anchor='%s'>", x, y, anchor) + words + "</text>\n";
}

inline std::string draw(const Panel& panel, double left, double top) {
    const auto y_of = [&](double value) { return top + height * (1 - panel.height(value)); };
    std::string svg = label(left, top - 10, "start", panel.title);
    for (int i = 0; i <= 4; ++i) {
        const double value = panel.logarithmic
                                 ? panel.low * std::pow(panel.high / panel.low, i / 4.0)
                                 : panel.low + (panel.high - panel.low) * i / 4;
        svg += text("<path class='grid' d='M%.1f %.1fh%.1f'/>\n", left, y_of(value), width) +
               label(left - 6, y_of(value) + 4, "end", text("%.3g", value));
    }
    for (std::size_t c = 0; c < panel.curves.size(); ++c) {
        const auto& values = panel.curves[c].values;
        svg += text("<polyline stroke='%s' points='", colours[c % colours.size()]);
        const double step = width / std::max<double>(1, static_cast<double>(values.size()) - 1);
        for (std::size_t i = 0; i < values.size(); ++i)
            svg += text("%.1f,%.1f ", left + step * static_cast<double>(i), y_of(values[i]));
        svg += "'/>\n";
    }
    if (!panel.curves.empty())
        svg += label(left, top + height + 18, "middle", "1") +
               label(left + width, top + height + 18, "middle",
                     "epoch " + std::to_string(panel.curves[0].values.size()));
    return svg;
}

}  // namespace detail

/// Panels in two columns with one legend: all panels show the same curves in the same order.
inline std::string plot(const std::vector<Panel>& panels) {
    using namespace detail;
    const double column = width + 2 * margin, row = height + 2 * margin;
    const std::size_t rows = (panels.size() + 1) / 2;
    const std::size_t names = panels.empty() ? 0 : panels[0].curves.size();
    const double bottom = row * static_cast<double>(rows);
    std::string svg =
        text("<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f'>\n", 2 * column,
             bottom + legend_line * (static_cast<double>((names + 1) / 2) + 1));
    svg +=
        "<style>text{font:13px sans-serif}.grid{stroke:#ddd}polyline{fill:none;stroke-width:2}"
        "</style>\n<rect width='100%' height='100%' fill='white'/>\n";
    for (std::size_t i = 0; i < panels.size(); ++i)
        svg += draw(panels[i], margin + column * static_cast<double>(i % 2),
                    margin + row * static_cast<double>(i / 2));
    for (std::size_t c = 0; c < names; ++c) {
        const double x = margin + column * static_cast<double>(c % 2);
        const double y = bottom + legend_line * static_cast<double>(c / 2);
        svg += text("<polyline stroke='%s' points='%.0f,%.0f %.0f,%.0f'/>\n",
                    colours[c % colours.size()], x, y, x + 30, y) +
               label(x + 38, y + 4, "start", panels[0].curves[c].name);
    }
    return svg + "</svg>\n";
}

}  // namespace blue_reproduce

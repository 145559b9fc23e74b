// SPDX-License-Identifier: BSD-3-Clause
#include "bands.hpp"

#include "html.hpp"

#include <blue/io/atomic_file.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace blue_examples {

namespace {

constexpr double width = 720, height = 400, margin = 36;

constexpr const char* page_head = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
)html";
constexpr const char* page_look = R"html(
svg { max-width: 60rem; } svg text { font-size: 11px; }
.all { fill: var(--data); opacity: .35; } .weights { fill: var(--weights); opacity: .45; }
circle { fill: var(--ink); opacity: .55; }
polyline { fill: none; stroke: var(--right); stroke-width: 2; }
.key { display: inline-block; width: .9em; height: .9em; vertical-align: -.1em; }
</style>
)html";
constexpr const char* page_key = R"html(
<span class="key" style="background: var(--weights)"></span> what it does not know (epistemic),
<span class="key" style="background: var(--data)"></span> together with the noise in the data
(aleatoric): two standard deviations to each side.</p>
)html";

/// The distance of labels of an axis: 1, 2 or 5 times a power of ten, at least 1, for at most ten.
double label_step(double length) {
    double step = 1;
    for (int i = 0; length / step > 10; ++i) step *= i % 3 == 1 ? 2.5 : 2;
    return step;
}

/// The part of the plane that the picture shows.
struct View {
    double left, right, bottom, top;

    double x(double value) const {
        return margin + (value - left) / (right - left) * (width - 2 * margin);
    }
    double y(double value) const {
        return height - margin - (value - bottom) / (top - bottom) * (height - 2 * margin);
    }
    std::string point(double at, double value) const {
        return detail::number("%.1f,", x(at)) +
               detail::number("%.1f ", y(std::clamp(value, bottom, top)));
    }
};

}  // namespace

void write_bands(const std::string& path, const blue::Dataset<float>& data,
                 const blue::Array<float>& inputs, const blue::RealPrediction& prediction,
                 const BandsText& text) {
    const auto [least, most] = std::minmax_element(data.targets.begin(), data.targets.end());
    const double room = std::max(1.0, 0.1 * static_cast<double>(*most - *least));
    const View view{static_cast<double>(std::min(inputs[0], data.inputs[0])),
                    static_cast<double>(inputs[inputs.size() - 1]),
                    static_cast<double>(*least) - room, static_cast<double>(*most) + room};
    const auto line = [&](const std::function<double(blue::Index)>& value, bool backwards) {
        std::string points;
        for (blue::Index i = 0; i < inputs.size(); ++i) {
            const blue::Index at = backwards ? inputs.size() - 1 - i : i;
            points += view.point(static_cast<double>(inputs[at]), value(at));
        }
        return points;
    };
    const auto band = [&](const char* style, const std::function<double(blue::Index)>& variance) {
        const auto edge = [&](double sign) {
            return [&, sign](blue::Index i) {
                return prediction.mean[i] + sign * 2 * std::sqrt(variance(i));
            };
        };
        return "<polygon class=\"" + std::string(style) + "\" points=\"" + line(edge(1), false) +
               line(edge(-1), true) + "\"/>\n";
    };

    std::string svg = "<svg viewBox=\"0 0 720 400\" role=\"img\">\n";
    svg += band("all", [&](blue::Index i) {
        return prediction.aleatoric_variance[i] + prediction.epistemic_variance[i];
    });
    svg += band("weights", [&](blue::Index i) { return prediction.epistemic_variance[i]; });
    for (blue::Index i = 0; i < data.size(); ++i)
        svg += "<circle r=\"1.6\" cx=\"" +
               detail::number("%.1f", view.x(static_cast<double>(data.inputs[i]))) + "\" cy=\"" +
               detail::number("%.1f", view.y(static_cast<double>(data.targets[i]))) + "\"/>\n";
    svg += "<polyline points=\"" + line([&](blue::Index i) { return prediction.mean[i]; }, false) +
           "\"/>\n";
    const auto label = [&](double x, double y, double value) {
        svg += "<text x=\"" + detail::number("%.1f", x) + "\" y=\"" + detail::number("%.1f", y) +
               "\">" + detail::number("%.0f", value) + "</text>\n";
    };
    const double x_step = label_step(view.right - view.left);
    const double y_step = label_step(view.top - view.bottom);
    for (double x = std::ceil(view.left / x_step) * x_step; x <= view.right; x += x_step)
        label(view.x(x), height - 14, x);
    for (double y = std::ceil(view.bottom / y_step) * y_step; y <= view.top; y += y_step)
        label(4, view.y(y) + 4, y);
    svg += "</svg>\n";

    blue::io::write_file(path, page_head + ("<title>" + text.title + "</title>\n<style>") +
                                   detail::page_style + page_look + "<h1>" + text.title +
                                   "</h1>\n<p>" + text.text + page_key + svg);
}

}  // namespace blue_examples

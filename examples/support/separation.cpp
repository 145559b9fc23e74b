// SPDX-License-Identifier: BSD-3-Clause
#include "separation.hpp"

#include "html.hpp"

#include <algorithm>
#include <vector>

namespace blue_examples {

namespace {

using detail::number;

constexpr double width = 480, height = 240, margin = 34;

double x_of(double nats, double most) {
    return margin + nats / most * (width - 2 * margin);
}
double y_of(double share) {
    return height - margin - share * (height - 2 * margin);
}

/// The share of the values from each limit on, as a line with steps.
std::string line(const blue::Array<double>& values, double most, const char* colour) {
    std::vector<double> rising(values.begin(), values.end());
    std::sort(rising.begin(), rising.end());
    std::string text = "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"var(--" +
                       std::string(colour) + ")\" points=\"";
    constexpr int steps = 120;
    for (int i = 0; i <= steps; ++i) {
        const double limit = most * i / steps;
        const auto below = std::lower_bound(rising.begin(), rising.end(), limit) - rising.begin();
        const double share = 1 - static_cast<double>(below) / static_cast<double>(rising.size());
        text += number("%.1f,", x_of(limit, most)) + number("%.1f ", y_of(share));
    }
    return text + "\"/>\n";
}

std::string label(double x, double y, const std::string& text) {
    return "<text x=\"" + number("%.1f", x) + "\" y=\"" + number("%.1f", y) + "\">" + text +
           "</text>\n";
}

std::string rule(double x1, double y1, double x2, double y2) {
    return "<line stroke=\"var(--line)\" x1=\"" + number("%.1f", x1) + "\" y1=\"" +
           number("%.1f", y1) + "\" x2=\"" + number("%.1f", x2) + "\" y2=\"" + number("%.1f", y2) +
           "\"/>\n";
}

}  // namespace

std::string separation_figure(const blue::Array<double>& usual, const std::string& usual_name,
                              const blue::Array<double>& unusual, const std::string& unusual_name,
                              double most) {
    std::string text = "<p><span class=\"key\" style=\"background:var(--right)\"></span>" +
                       detail::escaped(usual_name) +
                       " and <span class=\"key\" style=\"background:var(--wrong)\"></span>" +
                       detail::escaped(unusual_name) +
                       ": the percentage with at least this predictive entropy, in nats.</p>\n"
                       "<svg style=\"max-width:40rem\" viewBox=\"0 0 480 240\" role=\"img\" "
                       "aria-label=\"entropies of both kinds\">\n";
    for (int percent = 0; percent <= 100; percent += 25) {
        const double y = y_of(percent / 100.0);
        text +=
            rule(margin, y, width - margin, y) + label(margin - 14, y + 3, std::to_string(percent));
    }
    for (int half = 0; 0.5 * half <= most; ++half)
        text += label(x_of(0.5 * half, most), height - margin + 14, number("%.1f", 0.5 * half));
    text += line(usual, most, "right") + line(unusual, most, "wrong");
    return text + "</svg>\n";
}

}  // namespace blue_examples

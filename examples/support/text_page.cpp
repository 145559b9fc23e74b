// SPDX-License-Identifier: BSD-3-Clause
#include "text_page.hpp"

#include "html.hpp"

#include <blue/io/atomic_file.hpp>

#include <algorithm>

namespace blue_examples {

namespace {

constexpr const char* look = R"css(
.text { display: flex; flex-wrap: wrap; margin: .5rem 0 1rem; }
.text span { display: flex; flex-direction: column; justify-content: flex-end; height: 5rem;
  width: .72rem; text-align: center;
  font: 1.05rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
.text i { display: block; width: .5rem; margin: 0 auto; }
.text .data { background: var(--data); } .text .weights { background: var(--weights); }
)css";
constexpr double height = 3;  // rem

std::string bar(const char* kind, double share) {
    return "<i class=\"" + std::string(kind) +
           "\" style=\"height:" + detail::number("%.3f", height * std::clamp(share, 0.0, 1.0)) +
           "rem\"></i>";
}

std::string shown(const ShownCharacter& at, double most) {
    const std::string character = at.character == '\n'  ? "\u21b5"
                                  : at.character == ' ' ? "&nbsp;"
                                                        : detail::escaped({at.character});
    return "<span>" + bar("weights", at.upper / most) + bar("data", at.lower / most) + character +
           "</span>";
}

}  // namespace

void write_text_page(const std::string& path, const std::string& title, const std::string& caption,
                     const TextLegend& legend, const std::vector<TextSection>& sections) {
    using detail::escaped;
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
        escaped(title) + "</title>\n<style>" + detail::page_style + look +
        "</style>\n</head>\n<body>\n<h1>" + escaped(title) + "</h1>\n<p>" + escaped(caption) +
        "</p>\n<p class=\"soft\">The bar above a character is " + escaped(legend.bar) +
        ": <span class=\"key\" style=\"background:var(--data)\"></span>" + escaped(legend.lower) +
        ", and <span class=\"key\" style=\"background:var(--weights)\"></span>" +
        escaped(legend.upper) + ". A bar of full height is " + detail::number("%.2f", legend.most) +
        escaped(legend.unit) + ".</p>\n";
    for (const auto& section : sections) {
        page += "<h2>" + detail::escaped(section.heading) + "</h2>\n<p class=\"soft\">" +
                detail::escaped(section.note) + "</p>\n";
        for (const auto& text : section.texts) {
            page += "<div class=\"text\">";
            for (const auto& at : text) page += shown(at, legend.most);
            page += "</div>\n";
        }
    }
    blue::io::write_file(path, page + "</body>\n</html>\n");
}

}  // namespace blue_examples

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A page that shows digits with their predictive distributions: the most and the least certain.
#pragma once

#include <blue/io/atomic_file.hpp>
#include <blue/metrics/classification.hpp>
#include <blue/metrics/uncertainty.hpp>
#include <blue/tensor/array.hpp>

#include "html.hpp"
#include "png.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace blue_examples {

using blue::Array;
using blue::Index;

/// What a gallery shows beside images, labels and probabilities.
struct GalleryOptions {
    std::string title = "Digits and their predictive distributions";
    std::string caption;      ///< which model, which data; one paragraph
    std::string figure = {};  ///< HTML below the caption
    Index count = 8;          ///< images per section
    /// One name per class.
    std::vector<std::string> classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    /// Names of the labels when these are no classes of the model (letters shown to a digit
    /// classifier): then no prediction is right or wrong.
    std::vector<std::string> label_names = {};
    /// Shape (N), in nats, with probabilities (N, C) as their mean over the draws of the weights.
    /// Without it the entropy of the probabilities.
    Array<double> predictive_entropy = {};
    /// Shape (N), in nats: the part of the entropy that comes from the weights. May be absent.
    Array<double> mutual_information = {};
};

namespace detail {

/// One page under construction.
template <class T>
class GalleryPage {
public:
    GalleryPage(const Array<float>& images, const Array<std::int32_t>& labels,
                const Array<T>& probabilities, const GalleryOptions& options)
        : images_(images), labels_(labels), probabilities_(probabilities), options_(options) {
        entropy_ = blue::metrics::predictive_entropy(probabilities);  // also checks them
        const Index n = probabilities.rows();
        check("images", images.shape(), {n, side * side});
        check("labels", labels.shape(), {n});
        check("class names", {static_cast<Index>(options.classes.size())},
              {probabilities.row_size()});
        if (!options.predictive_entropy.empty()) {
            check("predictive_entropy", options.predictive_entropy.shape(), {n});
            entropy_ = options.predictive_entropy;
        }
        if (has_parts()) check("mutual_information", options.mutual_information.shape(), {n});
        const auto names = static_cast<Index>(label_names().size());
        for (const auto label : labels)
            if (label < 0 || label >= names)
                throw blue::ValueError("digit gallery: expected labels from 0 to " +
                                       std::to_string(names - 1) + ", got " +
                                       std::to_string(label));
        predicted_ = blue::metrics::predicted_classes(probabilities);
    }

    std::string html() const {
        std::vector<Index> order(static_cast<std::size_t>(labels_.size()));
        std::iota(order.begin(), order.end(), Index{0});
        // Equal entropies in the order of the images. Not stable_sort: with libstdc++ 12 it uses
        // what C++17 deprecates, and clang 19 says so.
        std::sort(order.begin(), order.end(), [&](Index a, Index b) {
            return std::pair(entropy_[a], a) < std::pair(entropy_[b], b);
        });
        std::string page =
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
            escaped(options_.title) + "</title>\n<style>" + page_style +
            "</style>\n</head>\n<body>\n<h1>" + escaped(options_.title) + "</h1>\n";
        if (!options_.caption.empty()) page += "<p>" + escaped(options_.caption) + "</p>\n";
        page += options_.figure + legend();
        page += section(
            "Most certain",
            "The smallest entropies of all " + std::to_string(labels_.size()) + " images.", order);
        std::vector<Index> wrong;
        for (Index i : order)
            if (has_truth() && predicted_[i] != labels_[i]) wrong.push_back(i);
        std::reverse(order.begin(), order.end());
        page += section("Least certain",
                        "The largest entropies. The largest possible one is log " +
                            std::to_string(probabilities_.row_size()) + " = " +
                            number("%.2f", most_nats()) + " nats.",
                        order);
        if (!wrong.empty())
            page += section("Most certain among the wrong ones",
                            std::to_string(wrong.size()) + " of " + std::to_string(labels_.size()) +
                                " images are classified wrongly; these with the smallest entropy.",
                            wrong);
        return page + "</body>\n</html>\n";
    }

private:
    static constexpr Index side = 28;

    static void check(const char* what, const std::vector<Index>& shape,
                      const std::vector<Index>& expected) {
        if (shape != expected)
            throw blue::ShapeError(std::string("digit gallery: expected ") + what + " of shape " +
                                   blue::to_string(expected) + ", got " + blue::to_string(shape));
    }

    bool has_truth() const { return options_.label_names.empty(); }
    bool has_parts() const { return !options_.mutual_information.empty(); }
    double most_nats() const { return std::log(static_cast<double>(probabilities_.row_size())); }
    const std::vector<std::string>& label_names() const {
        return has_truth() ? options_.classes : options_.label_names;
    }

    static std::string key(const char* colour) {
        return "<span class=\"key\" style=\"background:var(--" + std::string(colour) +
               ")\"></span>";
    }

    std::string legend() const {
        std::string text =
            "<p class=\"soft\">Each card: the image, the probabilities of the classes in percent" +
            std::string(has_parts() ? " (averaged over the draws of the weights)" : "") +
            ", and the entropy of this distribution. ";
        text += has_truth() ? "The predicted class is " + key("right") +
                                  "blue where it is right and " + key("wrong") +
                                  "orange where it is wrong; the true one is bold "
                                  "and marked below its name. "
                            : "The predicted class is " + key("right") + "blue. ";
        if (has_parts())
            text += "The strip shows where the entropy is from, on a scale up to log " +
                    std::to_string(probabilities_.row_size()) + ": " + key("data") +
                    "what the data leave open (mean entropy of the draws) and " + key("weights") +
                    "what the weights leave open (mutual information).";
        return text + "</p>\n";
    }

    std::string section(const std::string& heading, const std::string& note,
                        const std::vector<Index>& order) const {
        std::string text =
            "<h2>" + heading + "</h2>\n<p class=\"soft\">" + note + "</p>\n<div class=\"cards\">\n";
        const auto count = std::min(order.size(), static_cast<std::size_t>(options_.count));
        for (std::size_t k = 0; k < count; ++k) text += card(order[k]);
        return text + "</div>\n";
    }

    std::string card(Index i) const {
        const auto name = [](const auto& names, Index k) {
            return escaped(names[static_cast<std::size_t>(k)]);
        };
        const std::string label = name(label_names(), labels_[i]);
        std::string text = "<figure>\n<div class=\"top\"><img alt=\"image " + std::to_string(i) +
                           "\" src=\"" + image(i) + "\">\n<figcaption>";
        const bool right = predicted_[i] == labels_[i];
        text += std::string("<b class=\"") + (!has_truth() || right ? "is-right" : "is-wrong") +
                "\">predicted " + name(options_.classes, predicted_[i]) + "</b><br>";
        text += has_truth() ? (right ? "right" : "wrong: it is " + label) : "it is " + label;
        text +=
            "<br><span class=\"soft\">image " + std::to_string(i) + "</span></figcaption></div>\n";
        return text + chart(i) + nats(i) + "</figure>\n";
    }

    /// Dark ink on white; the style inverts it in dark mode.
    std::string image(Index i) const {
        std::string pixels;
        for (const float* p = images_.row(i); p != images_.row(i) + side * side; ++p) {
            const float ink = *p >= 0 ? std::min(*p, 1.0f) : 0.0f;  // NaN is no ink
            pixels += static_cast<char>(std::lround(255 * (1 - ink)));
        }
        return grey_png_uri(pixels, side, side);
    }

    std::string chart(Index i) const {
        constexpr double slot = 22, bar = 16, height = 56, base = 68;
        const Index classes = probabilities_.row_size();
        std::string text = "<svg viewBox=\"0 0 " + number("%.0f", slot * double(classes)) +
                           " 86\" role=\"img\" aria-label=\"class probabilities\">\n";
        for (Index c = 0; c < classes; ++c) {
            const double p = static_cast<double>(probabilities_.row(i)[c]);
            const double left = slot * double(c) + (slot - bar) / 2, middle = left + bar / 2;
            const bool is_true = has_truth() && c == labels_[i];
            const char* colour = c != predicted_[i]        ? "bar"
                                 : !has_truth() || is_true ? "right"
                                                           : "wrong";
            const double top = std::max(height * std::min(p, 1.0), 0.8);
            text += "<rect x=\"" + number("%.1f", left) + "\" y=\"" + number("%.2f", base - top) +
                    "\" width=\"" + number("%.0f", bar) + "\" height=\"" + number("%.2f", top) +
                    "\" rx=\"1\" fill=\"var(--" + colour + ")\"/>";
            if (p >= 0.01)
                text += "<text x=\"" + number("%.1f", middle) + "\" y=\"" +
                        number("%.2f", base - top - 2.5) + "\">" + number("%.0f", 100 * p) +
                        "</text>";
            text += std::string("<text ") + (is_true ? "class=\"true\" " : "") + "x=\"" +
                    number("%.1f", middle) + "\" y=\"78\">" +
                    escaped(options_.classes[static_cast<std::size_t>(c)]) + "</text>";
            if (is_true)
                text += "<rect x=\"" + number("%.1f", middle - 5) +
                        "\" y=\"81\" width=\"10\" height=\"2\" rx=\"1\" fill=\"var(--ink)\"/>";
            text += "\n";
        }
        return text + "</svg>\n";
    }

    std::string nats(Index i) const {
        const std::string total = number("%.3f", entropy_[i]);
        if (!has_parts()) return "<p class=\"nats\">entropy " + total + " nats</p>\n";
        const double weights = options_.mutual_information[i];
        const double data = std::max(0.0, entropy_[i] - weights);
        const auto part = [&](const char* colour, double value) {
            return "<i style=\"width:" + number("%.2f", 100 * std::min(value / most_nats(), 1.0)) +
                   "%;background:var(--" + colour + ")\"></i>";
        };
        return "<div class=\"split\">" + part("data", data) + part("weights", weights) +
               "</div>\n<p class=\"nats\">" + total + " nats = " + key("data") +
               number("%.3f", data) + " + " + key("weights") + number("%.3f", weights) + "</p>\n";
    }

    const Array<float>& images_;
    const Array<std::int32_t>& labels_;
    const Array<T>& probabilities_;
    const GalleryOptions& options_;
    Array<double> entropy_;
    Array<std::int32_t> predicted_;
};

}  // namespace detail

/// Writes one HTML file without references to anything outside it: the images of shape (N, 784)
/// from 0 to 1 with the smallest and with the largest entropy, and the surest of those with a wrong
/// prediction. Labels have the shape (N), probabilities (N, C). Throws ShapeError or ValueError
/// when the arrays do not fit, and FileError when the file cannot be written; it is written
/// completely or not at all.
template <class T>
void write_digit_gallery(const std::filesystem::path& path, const Array<float>& images,
                         const Array<std::int32_t>& labels, const Array<T>& probabilities,
                         const GalleryOptions& options = {}) {
    blue::io::write_file(path,
                         detail::GalleryPage<T>(images, labels, probabilities, options).html());
}

}  // namespace blue_examples

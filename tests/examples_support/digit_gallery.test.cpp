// SPDX-License-Identifier: BSD-3-Clause
#include "../../examples/support/digit_gallery.hpp"

#include <blue/io/file.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace blue_examples;
using blue_test::message_of;
using blue_test::TemporaryFolder;

namespace {

/// Five images of growing uncertainty; 1 and 4 are wrong.
struct Example {
    Array<float> images = Array<float>({5, 784});
    Array<std::int32_t> labels = Array<std::int32_t>({5}, {0, 1, 0, 0, 1});
    Array<double> probabilities =
        Array<double>({5, 2}, {1, 0, 0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4});
    GalleryOptions options{.title = "A < B", .caption = "C & D", .count = 2, .classes = {"0", "1"}};

    std::string html() const {
        TemporaryFolder folder;
        write_digit_gallery(folder / "page.html", images, labels, probabilities, options);
        return blue::io::read_file(folder / "page.html");
    }
};

int count(const std::string& text, const std::string& part) {
    int n = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
    return n;
}

/// The numbers of the images in the order of their cards.
std::vector<int> shown(const std::string& html) {
    const std::string mark = "alt=\"image ";
    std::vector<int> images;
    for (auto at = html.find(mark); at != html.npos; at = html.find(mark, at + 1))
        images.push_back(std::stoi(html.substr(at + mark.size())));
    return images;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("the most certain, the least certain and the surest wrong ones are shown") {
    const std::string html = Example().html();
    CHECK(shown(html) == std::vector<int>{0, 1, 4, 3, 1, 4});
    CHECK(count(html, "wrong: it is 1") == 4);
    CHECK(contains(html, "2 of 5 images are classified wrongly"));
    CHECK(contains(html, "<p class=\"nats\">entropy 0.673 nats</p>"));  // of 0.6 and 0.4
    CHECK(contains(html, ">60</text>"));
}

TEST_CASE("the page needs nothing from outside") {
    const std::string html = Example().html();
    CHECK_FALSE(contains(html, "http"));
    CHECK_FALSE(contains(html, "<script"));
    CHECK_FALSE(contains(html, "url("));
    CHECK(count(html, "src=") == 6);
    CHECK(count(html, "src=\"data:image/png;base64,") == 6);
    CHECK(contains(html, "prefers-color-scheme: dark"));
}

TEST_CASE("all elements are closed and text is escaped") {
    const std::string html = Example().html();
    for (const char* name : {"html", "head", "body", "style", "title", "h1", "h2", "p", "div", "b",
                             "figure", "figcaption", "svg", "span", "i", "text"}) {
        INFO(name);
        const std::string tag = name;
        CHECK(count(html, "<" + tag + ">") + count(html, "<" + tag + " ") ==
              count(html, "</" + tag + ">"));
    }
    CHECK(contains(html, "<h1>A &lt; B</h1>"));
    CHECK(contains(html, "<p>C &amp; D</p>"));
}

TEST_CASE("given uncertainties decide the order and are split") {
    Example example;
    example.options.count = 1;
    example.options.predictive_entropy = Array<double>({5}, {0.5, 0.4, 0.3, 0.2, 0.6});
    example.options.mutual_information = Array<double>({5}, {0.1, 0.1, 0.1, 0.05, 0.2});
    const std::string html = example.html();
    CHECK(shown(html) == std::vector<int>{3, 4, 1});
    CHECK(contains(html, "0.200 nats = "));
    // A strip of log 2 nats: 0.15 from the data and 0.05 from the weights.
    CHECK(contains(html, "width:21.64%;background:var(--data)"));
    CHECK(contains(html, "width:7.21%;background:var(--weights)"));
}

TEST_CASE("labels that are no classes are neither right nor wrong") {
    Example example;
    example.labels = Array<std::int32_t>({5}, {2, 2, 2, 2, 2});
    example.options.label_names = {"A", "B", "C"};
    const std::string html = example.html();
    CHECK(shown(html) == std::vector<int>{0, 1, 4, 3});
    CHECK(count(html, "it is C") == 4);
    CHECK_FALSE(contains(html, "wrong: it is"));
    CHECK_FALSE(contains(html, "class=\"is-wrong\""));
    CHECK_FALSE(contains(html, "right<"));
}

TEST_CASE("pixels are dark ink on white, and no number breaks the image") {
    Example example;
    example.options.count = 1;
    const auto image = [&](float value) {
        for (Index i = 0; i < 784; ++i) example.images[i] = value;
        const std::string html = example.html();
        const auto at = html.find("data:image");
        return html.substr(at, html.find('"', at) - at);
    };
    CHECK(image(0) == grey_png_uri(std::string(784, '\xff'), 28, 28));
    CHECK(image(1) == grey_png_uri(std::string(784, '\0'), 28, 28));
    CHECK(image(2) == image(1));
    CHECK(image(-1) == image(0));
    CHECK(image(std::numeric_limits<float>::quiet_NaN()) == image(0));
}

TEST_CASE("arrays that do not fit are errors and leave no file") {
    TemporaryFolder folder;
    const auto error = [&]<class E>(E, const Example& e) {
        return message_of<E>([&] {
            write_digit_gallery(folder / "a", e.images, e.labels, e.probabilities, e.options);
        });
    };
    const blue::ShapeError shape("");
    Example example;
    example.images = Array<float>({4, 784});
    CHECK(error(shape, example) ==
          "digit gallery: expected images of shape (5, 784), got (4, 784)");
    example = Example();
    example.labels = Array<std::int32_t>({4});
    CHECK(error(shape, example) == "digit gallery: expected labels of shape (5), got (4)");
    example = Example();
    example.options.classes = {"0"};
    CHECK(error(shape, example) == "digit gallery: expected class names of shape (2), got (1)");
    example = Example();
    example.options.mutual_information = Array<double>({1});
    CHECK(error(shape, example) ==
          "digit gallery: expected mutual_information of shape (5), got (1)");
    example = Example();
    example.labels[3] = 2;
    CHECK(error(blue::ValueError(""), example) ==
          "digit gallery: expected labels from 0 to 1, got 2");
    example = Example();
    example.probabilities[0] = 0.5;
    CHECK(contains(error(blue::ValueError(""), example), "sum to 1"));
    CHECK(folder.names().empty());
}

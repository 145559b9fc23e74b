// SPDX-License-Identifier: BSD-3-Clause
#include <blue/estimators/moments.hpp>

#include <blue/backends/cpu/backend.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

namespace {

using B = blue::Cpu<double>;
using blue::Index;
using blue::Moments;

/// Means and variances of an item, on a tape.
template <class Shape>
Moments<B, Shape> moments(blue::Tape<B>& tape, const std::vector<double>& mean,
                          const std::vector<double>& variance) {
    return {tape.input<Shape>(mean.data(), 1), tape.input<Shape>(variance.data(), 1)};
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(found[i] - expected[i]) < 1e-12 * (1 + std::abs(expected[i])));
}

}  // namespace

TEST_CASE("sums, differences and products of independent values") {
    blue::Tape<B> tape;
    tape.recording = false;
    const std::vector<double> ma{1, -2}, va{0.5, 0}, mb{3, 4}, vb{2, 1};
    const auto a = moments<blue::shape<2>>(tape, ma, va), b = moments<blue::shape<2>>(tape, mb, vb);
    check_close((a + b).mean.to_host(), {4, 2});
    check_close((a + b).variance.to_host(), {2.5, 1});
    check_close((a - b).mean.to_host(), {-2, -6});
    check_close((a - b).variance.to_host(), {2.5, 1});
    check_close((a * b).mean.to_host(), {3, -8});
    // var(a) var(b) + E[a]^2 var(b) + E[b]^2 var(a)
    check_close((a * b).variance.to_host(), {0.5 * 2 + 1 * 2 + 9 * 0.5, 4 * 1});
    check_close((2 * a - 1).mean.to_host(), {1, -5});
    check_close((2 * a - 1).variance.to_host(), {2, 0});

    const Moments<B, blue::shape<2>> known{a.mean};
    CHECK((known + known).is_known());
    CHECK(relu(known).is_known());
    check_close((known + b).variance.to_host(), {2, 1});
    check_close((b - known).variance.to_host(), {2, 1});
    check_close((known * b).variance.to_host(), {1 * 2, 4 * 1});
    check_close((b * known).variance.to_host(), {1 * 2, 4 * 1});
}

TEST_CASE("a factor and an offset per channel") {
    blue::Tape<B> tape;
    tape.recording = false;
    const std::vector<double> mx{1, 2, 3, 4}, vx{0.1, 0.2, 0.3, 0.4}, mw{2, -3}, vw{0.5, 0.25},
        mb{10, 20}, vb{1, 2};
    const auto x = moments<blue::shape<2, 2>>(tape, mx, vx);
    const auto w = moments<blue::shape<2>>(tape, mw, vw);
    const auto b = moments<blue::shape<2>>(tape, mb, vb);
    const Moments<B, blue::shape<2>> known_w{w.mean};
    const auto y = affine<blue::channel_axis::first>(x, w, b);
    check_close(y.mean.to_host(), {12, 14, 11, 8});
    // E[x^2] var(w) + var(x) E[w]^2 + var(b)
    check_close(y.variance.to_host(), {1.1 * 0.5 + 0.1 * 4 + 1, 4.2 * 0.5 + 0.2 * 4 + 1,
                                       9.3 * 0.25 + 0.3 * 9 + 2, 16.4 * 0.25 + 0.4 * 9 + 2});
    const auto z = affine(x, known_w);
    check_close(z.mean.to_host(), {2, -6, 6, -12});
    check_close(z.variance.to_host(), {0.4, 1.8, 1.2, 3.6});
}

TEST_CASE("a linear map of independent values") {
    blue::Tape<B> tape;
    tape.recording = false;
    const std::vector<double> mx{1, -2}, vx{0.5, 0.25}, mw{1, 2, 3, -1, 0, 4},
        vw{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, mb{10, 20, 30}, vb{1, 2, 3};
    const auto x = moments<blue::shape<2>>(tape, mx, vx);
    const auto w = moments<blue::shape<3, 2>>(tape, mw, vw);
    const auto b = moments<blue::shape<3>>(tape, mb, vb);
    const Moments<B, blue::shape<2>> known_x{x.mean};
    const Moments<B, blue::shape<3, 2>> known_w{w.mean};
    const Moments<B, blue::shape<3>> known_b{b.mean};

    const auto expected = [&](bool random_x, bool random_w, bool random_b) {
        std::vector<double> variance;
        for (std::size_t o = 0; o < 3; ++o) {
            double total = random_b ? vb[o] : 0;
            for (std::size_t i = 0; i < 2; ++i) {
                const double m = mw[2 * o + i], v = random_w ? vw[2 * o + i] : 0;
                const double u = random_x ? vx[i] : 0;
                total += (mx[i] * mx[i] + u) * v + u * m * m;
            }
            variance.push_back(total);
        }
        return variance;
    };
    check_close(linear(x, w, b).mean.to_host(), {1 - 4 + 10, 3 + 2 + 20, -8 + 30});
    check_close(linear(x, w).mean.to_host(), {1 - 4, 3 + 2, -8});
    check_close(linear(x, w, b).variance.to_host(), expected(true, true, true));
    check_close(linear(x, w).variance.to_host(), expected(true, true, false));
    check_close(linear(known_x, w, b).variance.to_host(), expected(false, true, true));
    check_close(linear(x, known_w, b).variance.to_host(), expected(true, false, true));
    check_close(linear(x, known_w, known_b).variance.to_host(), expected(true, false, false));
    check_close(linear(known_x, known_w, b).variance.to_host(), expected(false, false, true));
    CHECK(linear(known_x, known_w, known_b).is_known());
    CHECK(linear(known_x, known_w).is_known());
}

TEST_CASE("a convolution of independent values") {
    blue::Tape<B> tape;
    tape.recording = false;
    const std::vector<double> mx{1, -2, 4}, vx{0.5, 0.25, 2}, mw{1, 2, 3, -1},
        vw{0.1, 0.2, 0.3, 0.4}, mb{10, 20}, vb{1, 2};
    const auto x = moments<blue::shape<1, 3>>(tape, mx, vx);
    const auto w = moments<blue::shape<2, 1, 2>>(tape, mw, vw);
    const auto b = moments<blue::shape<2>>(tape, mb, vb);
    const auto y = convolution(x, w, b);
    static_assert(std::is_same_v<decltype(y), const Moments<B, blue::shape<2, 2>>>);
    check_close(y.mean.to_host(), {1 - 4 + 10, -2 + 8 + 10, 3 + 2 + 20, -6 - 4 + 20});
    // Each output is a linear map of two numbers.
    std::vector<double> expected;
    for (std::size_t o = 0; o < 2; ++o)
        for (std::size_t at = 0; at < 2; ++at) {
            double total = vb[o];
            for (std::size_t k = 0; k < 2; ++k) {
                const double m = mw[2 * o + k], v = vw[2 * o + k], u = vx[at + k];
                total += (mx[at + k] * mx[at + k] + u) * v + u * m * m;
            }
            expected.push_back(total);
        }
    check_close(y.variance.to_host(), expected);
    CHECK(
        convolution(Moments<B, blue::shape<1, 3>>{x.mean}, Moments<B, blue::shape<2, 1, 2>>{w.mean})
            .is_known());
    const auto back = transposed_convolution(y, w);
    static_assert(std::is_same_v<decltype(back), const Moments<B, blue::shape<1, 3>>>);
    CHECK(back.variance.to_host()[0] > 0);
}

TEST_CASE("parts of the last axis, and more of it") {
    blue::Tape<B> tape;
    tape.recording = false;
    const std::vector<double> mx{1, 2}, vx{3, 4}, mt{5}, vt{6};
    const auto x = moments<blue::shape<2>>(tape, mx, vx);
    const auto tail = moments<blue::shape<1>>(tape, mt, vt);
    const Moments<B, blue::shape<2>> known{x.mean};
    const Moments<B, blue::shape<1>> known_tail{tail.mean};
    check_close(append_last(x, tail).mean.to_host(), {1, 2, 5});
    check_close(append_last(x, tail).variance.to_host(), {3, 4, 6});
    check_close(append_last(known, tail).variance.to_host(), {0, 0, 6});
    check_close(append_last(x, known_tail).variance.to_host(), {3, 4, 0});
    CHECK(append_last(known, known_tail).is_known());
    const auto second = slice_last<1, 1>(x);
    check_close(second.mean.to_host(), {2});
    check_close(second.variance.to_host(), {4});
    CHECK(slice_last<1, 1>(known).is_known());
}

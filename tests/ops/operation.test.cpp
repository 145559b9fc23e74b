// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "testing/failures.hpp"

#include <algorithm>
#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

struct CumulativeSum {
    void forward(auto x, auto y) const {
        y[0] = x[0];
        for (Index i = 1; i < x.size(); ++i) y[i] = y[i - 1] + x[i];
    }
    void backward(auto x, auto, auto dy, auto dx) const {
        auto slope = 0 * dy[0];
        for (Index i = x.size() - 1; i >= 0; --i) dx[i] += slope += dy[i];
    }
};

/// The library has this one, too.
struct OwnSoftmax {
    template <class T>
    void forward(Part<const T> x, Part<T> y) const {
        const T largest = *std::max_element(x.begin(), x.end());
        T total = 0;
        for (Index i = 0; i < x.size(); ++i) total += y[i] = std::exp(x[i] - largest);
        for (T& p : y) p /= total;
    }
    template <class T>
    void backward(Part<const T>, Part<const T> y, Part<const T> dy, PartGradient<T> dx) const {
        T mean = 0;
        for (Index i = 0; i < y.size(); ++i) mean += y[i] * dy[i];
        for (Index i = 0; i < y.size(); ++i) dx[i] += y[i] * (dy[i] - mean);
    }
};

/// The K largest numbers, largest first; remembers where they were.
template <Index K>
struct Largest {
    using kept = int;
    static constexpr Index outputs(Index) { return K; }

    void forward(auto x, auto y, auto order) const {
        for (Index i = 0; i < x.size(); ++i) order[i] = static_cast<int>(i);
        std::sort(order.begin(), order.end(), [&](int a, int b) { return x[a] > x[b]; });
        for (Index i = 0; i < K; ++i) y[i] = x[order[i]];
    }
    void backward(auto, auto, auto order, auto dy, auto dx) const {
        for (Index i = 0; i < K; ++i) dx[order[i]] += dy[i];
    }
};

/// sum_i x_i w_i and prod of (x_i + w_i)^2 / n, with an option: two numbers of two rows.
struct Pairing {
    double power;
    static constexpr Index outputs(Index, Index) { return 2; }

    template <class T>
    void forward(Part<const T> x, Part<const T> w, Part<T> y) const {
        y[0] = y[1] = 0;
        for (Index i = 0; i < x.size(); ++i) {
            y[0] += x[i] * w[i];
            y[1] += static_cast<T>(power) * x[i] * x[i] * w[i];
        }
    }
    template <class T>
    void backward(Part<const T> x, Part<const T> w, Part<const T>, Part<const T> dy,
                  PartGradient<T> dx, PartGradient<T> dw) const {
        const T c = static_cast<T>(power);
        for (Index i = 0; i < x.size(); ++i) {
            dx[i] += dy[0] * w[i] + 2 * c * dy[1] * x[i] * w[i];
            dw[i] += dy[0] * x[i] + c * dy[1] * x[i] * x[i];
        }
    }
};

/// Each row of an item times a factor from a matrix of any size: y_ij = x_ij w_0j + w_10.
struct Transposed {
    void forward(auto x, auto w, auto y) const {
        for (Index i = 0; i < x.extent(0); ++i)
            for (Index j = 0; j < x.extent(1); ++j) y(i, j) = x(i, j) * w(0, j) + w(1, 0);
    }
    void backward(auto x, auto w, auto, auto dy, auto dx, auto dw) const {
        for (Index i = 0; i < x.extent(0); ++i)
            for (Index j = 0; j < x.extent(1); ++j) {
                dx(i, j) += dy(i, j) * w(0, j);
                dw(0, j) += dy(i, j) * x(i, j);
                dw(1, 0) += dy(i, j);
            }
    }
};

/// Squared distances of each example from the first one of the batch.
struct DistanceFromFirst {
    static constexpr Index outputs(Index) { return 1; }
    void forward(auto x, auto y) const {
        for (Index b = 0; b < x.extent(0); ++b) {
            y(b, 0) = 0;
            for (Index i = 0; i < x.extent(1); ++i)
                y(b, 0) += (x(b, i) - x(0, i)) * (x(b, i) - x(0, i));
        }
    }
    void backward(auto x, auto, auto dy, auto dx) const {
        for (Index b = 0; b < x.extent(0); ++b)
            for (Index i = 0; i < x.extent(1); ++i) {
                dx(b, i) += 2 * dy(b, 0) * (x(b, i) - x(0, i));
                dx(0, i) -= 2 * dy(b, 0) * (x(b, i) - x(0, i));
            }
    }
};

/// Every other number.
struct Halves {
    static constexpr Index outputs(Index n) { return n / 2; }
    void forward(auto x, auto y) const {
        for (Index i = 0; i < y.size(); ++i) y[i] = x[2 * i];
    }
    void backward(auto, auto, auto dy, auto dx) const {
        for (Index i = 0; i < dy.size(); ++i) dx[2 * i] += dy[i];
    }
};

struct Refusing {
    void forward(auto, auto) const { throw ValueError("refused"); }
    void backward(auto, auto, auto, auto) const {}
};

const auto cumulative = [](auto x) { return rowwise(CumulativeSum{}, x); };
const auto largest = [](auto x) { return rowwise(Largest<3>{}, x); };
const auto pairing = [](auto x, auto w) { return rowwise(Pairing{0.7}, x, w); };
const auto transposed = [](auto x, auto w) { return itemwise(Transposed{}, x, w); };
const auto distances = [](auto x) { return batchwise(DistanceFromFirst{}, x); };

template <class Shape>
Values<Shape> numbers(Index samples, Index batch, std::uint64_t seed) {
    return random_values<Shape>(samples, batch, Seed{seed});
}

}  // namespace

TEST_CASE("operations on rows keep the laws", "[ops]") {
    CHECK(operation_laws(cumulative, numbers<shape<7>>(3, 4, 1)) == Failures{});
    CHECK(operation_laws(cumulative, numbers<shape<2, 3, 5>>(2, 3, 2)) == Failures{});
    CHECK(operation_laws(cumulative, numbers<scalar_shape>(2, 3, 3)) == Failures{});
    CHECK(operation_laws([](auto x) { return rowwise(OwnSoftmax{}, x); },
                         numbers<shape<2, 11>>(3, 4, 4)) == Failures{});
    // The numbers differ by more than the steps of the differences, so their order stays.
    CHECK(operation_laws(largest, numbers<shape<2, 5>>(2, 3, 5)) == Failures{});
}

TEST_CASE("several arguments share parts in all ways", "[ops]") {
    using X = shape<3, 4>;
    const auto x = numbers<X>(3, 5, 6);
    CHECK(operation_laws(pairing, x, numbers<X>(3, 5, 7)) == Failures{});
    CHECK(operation_laws(pairing, x, numbers<X>(3, 1, 8)) == Failures{});
    CHECK(operation_laws(pairing, x, numbers<X>(1, 1, 9)) == Failures{});
    CHECK(operation_laws(pairing, x, numbers<shape<4>>(3, 1, 10)) == Failures{});
    CHECK(operation_laws(pairing, x, numbers<shape<4>>(1, 1, 11)) == Failures{});
    CHECK(operation_laws(pairing, x, numbers<shape<4>>(1, 5, 12)) == Failures{});
    CHECK(operation_laws(pairing, x, numbers<shape<4>>(3, 5, 13)) == Failures{});
    CHECK(operation_laws(pairing, numbers<X>(1, 5, 14), numbers<shape<4>>(3, 1, 15)) == Failures{});
    CHECK(operation_laws(pairing, numbers<X>(3, 1, 16), numbers<X>(1, 5, 17)) == Failures{});
    using Number = scalar_shape;
    CHECK(operation_laws(pairing, numbers<Number>(3, 5, 34), numbers<shape<1>>(1, 1, 35)) ==
          Failures{});
    CHECK(operation_laws(pairing, numbers<shape<2, 1>>(3, 5, 36), numbers<Number>(3, 1, 37)) ==
          Failures{});
    CHECK(operation_laws(pairing, numbers<X>(1, 1, 18), numbers<shape<4>>(3, 5, 19)) == Failures{});
}

TEST_CASE("operations on items and batches keep the laws", "[ops]") {
    CHECK(operation_laws(transposed, numbers<shape<4, 3>>(2, 5, 20),
                         numbers<shape<2, 3>>(2, 1, 21)) == Failures{});
    CHECK(operation_laws(transposed, numbers<shape<4, 3>>(1, 5, 22),
                         numbers<shape<2, 3>>(3, 5, 23)) == Failures{});
    CHECK(operation_laws(distances, numbers<shape<4>>(3, 5, 24)) == Failures{});
    CHECK(operation_laws(distances, numbers<shape<4>>(1, 1, 25)) == Failures{});
}

TEST_CASE("many parts keep the laws on several threads", "[ops]") {
    // More than 16384 numbers, in chunks of 8192: 3 samples of 1100 rows of 10.
    const OperationLawOptions few{.gradient = {.most_elements = 3}};
    const auto x = numbers<shape<11, 10>>(3, 100, 26);
    CHECK(operation_laws(cumulative, few, x) == Failures{});
    CHECK(operation_laws(pairing, few, x, numbers<shape<10>>(3, 1, 27)) == Failures{});
    CHECK(operation_laws(pairing, few, numbers<shape<11, 10>>(1, 100, 28),
                         numbers<shape<11, 10>>(3, 1, 29)) == Failures{});
    CHECK(operation_laws(transposed, few, numbers<shape<90, 100>>(3, 2, 30),
                         numbers<shape<2, 100>>(1, 1, 31)) == Failures{});
}

TEST_CASE("an argument twice has both gradients", "[ops]") {
    const auto square = [](auto x) { return rowwise(Pairing{0.7}, x, x); };
    CHECK(operation_laws(square, numbers<shape<2, 5>>(2, 3, 32)) == Failures{});
}

TEST_CASE("an operation gives what the library's own gives", "[ops]") {
    Tape<Cpu<double>> tape;
    const auto numbers = random_values<shape<3, 6>>(2, 4, Seed{33}).numbers;
    const auto x = tape.leaf<shape<3, 6>>(numbers.data(), 4, 2);
    const auto own = rowwise(OwnSoftmax{}, x);
    STATIC_REQUIRE(std::is_same_v<decltype(own)::shape, shape<3, 6>>);
    const auto expected = softmax(x).to_host(), given = own.to_host();
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(given[i] == Approx(expected[i]).epsilon(1e-14));
}

TEST_CASE("shapes of results", "[ops]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers(120);
    const auto x = tape.input<shape<3, 4>>(numbers.data(), 5);
    STATIC_REQUIRE(std::is_same_v<decltype(largest(x))::shape, shape<3, 3>>);
    STATIC_REQUIRE(std::is_same_v<decltype(itemwise(Largest<3>{}, x))::shape, shape<3>>);
    CHECK(itemwise(Largest<3>{}, x).to_host().size() == 15);
    const auto rows = tape.input<shape<10, 4>>(numbers.data(), 3);
    STATIC_REQUIRE(std::is_same_v<decltype(distances(reshape<40>(rows)))::shape, shape<1>>);
    CHECK(distances(reshape<40>(rows)).to_host().size() == 3);
}

TEST_CASE("dynamic extents", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    using Sequence = shape<dynamic, 2>;
    const auto x = tape.input<Sequence>(numbers.data(), 2, Extents{3});
    CHECK(rowwise(CumulativeSum{}, x).to_host() ==
          std::vector<double>{1, 3, 3, 7, 5, 11, 7, 15, 9, 19, 11, 23});
    const auto y = tape.input<shape<dynamic>>(numbers.data(), 2, Extents{6});
    const auto three = rowwise(Largest<3>{}, y);
    STATIC_REQUIRE(std::is_same_v<decltype(three)::shape, shape<dynamic>>);
    CHECK(three.to_host() == std::vector<double>{6, 5, 4, 12, 11, 10});
    const auto longer = tape.input<Sequence>(numbers.data(), 1, Extents{6});
    CHECK(message_of<ShapeError>([&] {
              rowwise(Pairing{1}, x, longer);
          }).find("rowwise: cannot combine 3 rows with 6 rows") != std::string::npos);
}

TEST_CASE("a result without numbers is refused where the compiler cannot know it", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
    const auto halves = [&](Index extent) {
        return rowwise(Halves{}, tape.input<shape<dynamic>>(numbers.data(), 1, Extents{extent}));
    };
    CHECK(halves(6).to_host() == std::vector<double>{1, 3, 5});
    CHECK(message_of<ShapeError>([&] {
              halves(1);
          }).find("outputs: expected at least one number, got 0 from 1") != std::string::npos);
}

TEST_CASE("items and batches with a dynamic extent have it", "[ops]") {
    Tape<Cpu<double>> tape;
    const auto numbers = random_values<shape<3, 2>>(1, 4, Seed{38}).numbers;
    const std::vector<double> factors{2, 3, 1, 0};
    const auto w = tape.input<shape<2, 2>>(factors.data(), 1);
    const auto known = tape.input<shape<3, 2>>(numbers.data(), 4);
    const auto open = tape.input<shape<dynamic, 2>>(numbers.data(), 4, Extents{3});
    CHECK(itemwise(Transposed{}, open, w).to_host() == itemwise(Transposed{}, known, w).to_host());
}

TEST_CASE("passes after the first allocate nothing", "[ops]") {
    Tape<Cpu<double>> tape;
    const auto values = numbers<shape<90, 10>>(3, 20, 39);
    const auto pass = [&] {
        tape.reset();
        const auto x = tape.leaf<shape<90, 10>>(values.numbers.data(), 20, 3);
        const auto w = tape.leaf<shape<10>>(values.numbers.data(), 1, 1);
        tape.backward(sum(rowwise(Pairing{0.7}, x, w)) + sum(rowwise(Largest<3>{}, x)));
        return tape.capacity();
    };
    const auto first = pass();
    CHECK(pass() == first);
    CHECK(pass() == first);
}

TEST_CASE("samples and batches that do not fit are refused with both sizes", "[ops]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> data(24);
    const auto x = tape.input<shape<2>>(data.data(), 3, 4);
    CHECK(message_of<ShapeError>([&] {
              itemwise(Pairing{1}, x, tape.input<shape<2>>(data.data(), 2, 4));
          }).find("itemwise: cannot combine 4 samples x batch 3 with 4 samples x batch 2") !=
          std::string::npos);
    CHECK(message_of<ShapeError>([&] {
              rowwise(Pairing{1}, x, tape.input<shape<2>>(data.data(), 3, 3));
          }).find("rowwise: cannot combine 4 samples x batch 3 with 3 samples x batch 3") !=
          std::string::npos);
}

TEST_CASE("an exception of an operation reaches the caller", "[ops]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> data(20000);
    CHECK_THROWS_AS(rowwise(Refusing{}, tape.input<shape<10>>(data.data(), 2000)), ValueError);
}

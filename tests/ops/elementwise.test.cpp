// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// A formula with an option and three arguments that are not alike.
struct Blend {
    double power;
    template <class T>
    T apply(T a, T b, T c) const {
        return a * exp(-0.5 * square(b)) + power * c * tanh(a);
    }
};
const auto blend = [](auto a, auto b, auto c) { return elementwise(Blend{0.7}, a, b, c); };

/// A batch of 1: combines with any batch, as drawn variables do.
const auto full = random_values<shape<2, 3>>(4, 5, Seed{1});
const auto shared_samples = random_values<shape<2, 3>>(1, 5, Seed{2});
const auto shared_rows = random_values<shape<2, 3>>(4, 1, Seed{3});
const auto shared_both = random_values<shape<2, 3>>(1, 1, Seed{4});
const auto number = random_values<scalar_shape>(1, 1, Seed{5});
const auto number_per_sample = random_values<scalar_shape>(4, 1, Seed{6});

}  // namespace

TEST_CASE("formulas of several arguments keep the laws", "[ops]") {
    CHECK(operation_laws(blend, full, full, full) == Failures{});
    CHECK(operation_laws(blend, shared_samples, full, shared_samples) == Failures{});
    CHECK(operation_laws(blend, full, shared_rows, shared_samples) == Failures{});
    CHECK(operation_laws(blend, shared_both, full, shared_rows) == Failures{});
    CHECK(operation_laws(blend, shared_rows, shared_both, shared_rows) == Failures{});
    CHECK(operation_laws(blend, shared_both, shared_both, shared_both) == Failures{});
}

TEST_CASE("single numbers combine with everything", "[ops]") {
    CHECK(operation_laws(blend, number, full, shared_rows) == Failures{});
    CHECK(operation_laws(blend, full, number_per_sample, number) == Failures{});
    CHECK(operation_laws(blend, shared_samples, number_per_sample, number) == Failures{});
    CHECK(operation_laws(blend, number, number, number_per_sample) == Failures{});
}

TEST_CASE("many elements keep the laws on several threads", "[ops]") {
    // Two samples of 3 x 8193 numbers: blocks of 8192, above the 16384 from which threads are used.
    const auto big = random_values<shape<8193>>(2, 3, Seed{7});
    const auto row = random_values<shape<8193>>(1, 1, Seed{8});
    const OperationLawOptions few{.gradient = {.most_elements = 5}};
    CHECK(operation_laws([](auto a, auto b) { return a * tanh(b); }, few, big, row) == Failures{});
}

TEST_CASE("which element meets which", "[ops]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> a{1, 2, 3, 4, 5, 6}, b{10, 20}, c{100, 200, 300};
    const auto x = tape.input<shape<2>>(a.data(), 3);         // one sample, three rows
    const auto y = tape.input<shape<2>>(b.data(), 1);         // shared by rows and samples
    const auto z = tape.input<scalar_shape>(c.data(), 1, 3);  // one number for each sample
    const auto sum = x + y + z;
    CHECK(sum.samples() == 3);
    CHECK(sum.batch() == 3);
    CHECK(sum.to_host() == std::vector<float>{111, 122, 113, 124, 115, 126, 211, 222, 213, 224, 215,
                                              226, 311, 322, 313, 324, 315, 326});
}

TEST_CASE("sizes that do not fit are refused with both sizes", "[ops]") {
    Tape<Cpu<float>> tape;
    const std::vector<float> data(24);
    const auto x = tape.input<shape<2>>(data.data(), 3, 4);
    CHECK(message_of<ShapeError>([&] {
              x + tape.input<shape<2>>(data.data(), 2, 4);
          }).find("batch 3 with 4 samples x batch 2") != std::string::npos);
    CHECK(message_of<ShapeError>([&] {
              x + tape.input<shape<2>>(data.data(), 3, 3);
          }).find("4 samples x batch 3 with 3 samples") != std::string::npos);
    // One number for each row, such as a sum over the last axis, does not stretch over the row.
    CHECK(message_of<ShapeError>([&] {
              x - sum_last(x);
          }).find("one number for each of 3 rows with items of 2 numbers") != std::string::npos);
}

TEST_CASE("a value that nothing asks about gets no gradient", "[ops]") {
    Tape<Cpu<double>> tape;
    const double one = 1, two = 2;
    const auto x = tape.leaf<scalar_shape>(&one, 1), y = tape.leaf<scalar_shape>(&two, 1);
    const auto unused = exp(y);
    tape.backward(x * x);
    CHECK(tape.gradient_of(x.node) == std::vector<double>{2});
    CHECK(tape.gradient_of(y.node) == std::vector<double>{0});
    CHECK(unused.value() == Approx(std::exp(2)));
}

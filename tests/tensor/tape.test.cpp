// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <vector>

using B = blue::Cpu<double>;
using blue_test::message_of;

TEST_CASE("inputs are not copied and have no gradient; leaves have one") {
    blue::Tape<B> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<3>>(numbers.data(), 2);
    CHECK(x.node->value == numbers.data());
    CHECK_FALSE(x.node->needs_grad);
    const auto leaf = tape.leaf<blue::shape<3>>(numbers.data(), 2);
    CHECK(leaf.node->value != numbers.data());
    CHECK(leaf.to_host() == numbers);
    const auto y = sum(x * leaf + leaf);
    tape.backward(y);
    const std::vector<double> gradient = tape.gradient_of(leaf.node);
    for (std::size_t i = 0; i < 6; ++i) CHECK(gradient[i] == numbers[i] + 1);
}

TEST_CASE("a value that is used twice gets both gradients, one that is not used zeros") {
    blue::Tape<B> tape;
    const double two = 2;
    const auto x = tape.leaf<blue::scalar_shape>(&two, 1);
    const auto unused = tape.leaf<blue::scalar_shape>(&two, 1);
    const auto y = x * x * x;
    CHECK(y.value() == 8);
    tape.backward(y);
    CHECK(tape.gradient_of(x.node)[0] == 12);
    CHECK(tape.gradient_of(unused.node)[0] == 0);
    // It would walk y's operations with their gradients again: 12 + 12 + 1.
    CHECK_THROWS_AS(tape.backward(x + x), blue::Error);
    CHECK(tape.gradient_of(x.node)[0] == 12);
    tape.reset();
    const auto z = tape.leaf<blue::scalar_shape>(&two, 1);
    tape.backward(z + z);
    CHECK(tape.gradient_of(z.node)[0] == 2);
}

TEST_CASE("gradients of results share memory, those of leaves and of kept values stay") {
    const std::vector<double> numbers(10000, 0.5);
    blue::Tape<B> tape;
    const auto x = tape.leaf<blue::shape<10>>(numbers.data(), 1000);
    const auto kept = square(x), other = square(kept);
    tape.keep_gradient(kept);
    auto y = other;
    for (int i = 0; i < 20; ++i) y = y + square(y);
    const std::size_t before = tape.capacity();
    tape.backward(sum(y));
    // y' = y + y^2 from 1/16: the product of 1 + 2 y, where dy / dkept is 1/2 and dkept / dx is 1.
    double value = 0.0625, slope = 0.5;
    for (int i = 0; i < 20; ++i) {
        slope *= 1 + 2 * value;
        value += value * value;
    }
    for (double number : tape.gradient_of(x.node)) CHECK(number == Approx(slope).epsilon(1e-13));
    CHECK(tape.gradient_of(kept.node)[0] == Approx(slope).epsilon(1e-13));
    CHECK(message_of<blue::Error>([&] { tape.gradient_of(other.node); }) ==
          "gradient_of: expected a leaf, or a value with keep_gradient before backward; the memory "
          "of other gradients is used again");
    // 43 values of 80,000 bytes have gradients. No more than two are wanted at a time, and two
    // stay.
    CHECK(tape.capacity() - before < 10 * 80000);
}

TEST_CASE("scratch memory serves one operation after the other") {
    blue::Tape<B> tape;
    std::size_t capacity = 0;
    for (int pass = 0; pass < 3; ++pass) {
        tape.reset();
        double* const some = tape.scratch<double>(100);
        CHECK(static_cast<void*>(tape.scratch<float>(200)) == some);
        double* const more = tape.scratch<double>(100000);
        CHECK(more != some);
        CHECK(tape.scratch<double>(1) == more);
        // What is asked for otherwise lies elsewhere.
        double* const other = tape.device_memory<double>(1);
        CHECK((other < more || other >= more + 100000));
        if (pass > 0) CHECK(tape.capacity() == capacity);
        capacity = tape.capacity();
    }
}

TEST_CASE("backward wants a single number that depends on something") {
    blue::Tape<B> tape;
    const std::vector<double> numbers{1, 2, 3};
    const auto leaf = tape.leaf<blue::shape<3>>(numbers.data(), 1);
    CHECK_THROWS_AS(tape.backward(leaf), blue::ShapeError);
    const auto input = tape.input<blue::shape<3>>(numbers.data(), 1);
    CHECK_THROWS_AS(tape.backward(sum(input)), blue::Error);
}

TEST_CASE("backward begins at a value whose gradient is known") {
    blue::Tape<B> tape;
    const std::vector<double> numbers{1, 2, 3};
    const auto x = tape.leaf<blue::shape<3>>(numbers.data(), 1);
    const auto y = square(x);
    double known[] = {10, 20, 30};
    tape.backward((y + y).node, known);
    CHECK(tape.gradient_of(x.node) == std::vector<double>{40, 160, 360});
    CHECK_THROWS_AS(tape.backward(y.node, known), blue::Error);
}

TEST_CASE("a tape that does not record has no gradient, and its memory is used again") {
    blue::Tape<B> tape;
    tape.recording = false;
    const std::vector<double> numbers(1000, 1);
    std::size_t capacity = 0;
    for (int pass = 0; pass < 3; ++pass) {
        tape.reset();
        const auto y = sum(square(tape.leaf<blue::shape<10>>(numbers.data(), 100)));
        CHECK(y.value() == 1000);
        CHECK_FALSE(y.node->needs_grad);
        if (pass > 0) CHECK(tape.capacity() == capacity);
        capacity = tape.capacity();
    }
}

TEST_CASE("a dynamic extent is a number at run time") {
    using blue::dynamic, blue::Extents, blue::shape;
    blue::Tape<B> tape;
    std::vector<double> numbers(48);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i);
    const auto x = tape.input<shape<dynamic, 3>>(numbers.data(), 2, Extents{4});
    static_assert(std::is_same_v<decltype(x)::shape, shape<dynamic, 3>>);
    CHECK(x.node->item == 12);
    CHECK(x.extent<0>() == 4);
    CHECK(x.extent<1>() == 3);
    CHECK(x.last() == 3);
    CHECK(tape.input<shape<3, dynamic>>(numbers.data(), 2, Extents{8}).last() == 8);
    const auto leaf = tape.leaf<shape<dynamic, dynamic>>(numbers.data(), 2, Extents{4, 3}, 2);
    CHECK(leaf.samples() == 2);
    CHECK(leaf.to_host() == numbers);
    CHECK_THROWS_WITH((tape.input<shape<dynamic, 3>>(numbers.data(), 2, Extents{0})),
                      "input: expected extents of at least 1, got 0");
}

TEST_CASE("values of two tapes are not combined, and neither tape is changed") {
    using namespace blue;
    Tape<B> tape, other;
    const std::vector<double> numbers{1, 2, 3, 4};
    const auto x = tape.leaf<shape<2, 2>>(numbers.data(), 1);
    const auto y = other.leaf<shape<2, 2>>(numbers.data(), 1);
    const auto capacity = std::pair(tape.capacity(), other.capacity());
    const auto refused = [](auto call) {
        return message_of<Error>(call) ==
               "expected values of one tape, got those of two: the inputs of an operation, and of "
               "a model, belong to the tape of its pass";
    };
    CHECK(refused([&] { x + y; }));
    CHECK(refused([&] { concatenate<0>(x, y); }));
    CHECK(refused([&] { append_last(x, other.input<shape<2>>(numbers.data(), 1)); }));
    CHECK(refused([&] { prelu(x, other.input<shape<1>>(numbers.data(), 1)); }));
    CHECK(refused([&] { affine(x, other.input<shape<2>>(numbers.data(), 1)); }));
    CHECK(refused([&] { scaled_dot_product_attention<1>(x, x, y); }));
    CHECK(refused([&] { join_samples(std::array{x, y}, 1); }));
    CHECK(capacity == std::pair(tape.capacity(), other.capacity()));

    // Drawn variables are on the tape of their pass.
    using Q = MeanFieldNormal;
    using Net =
        Sequential<Linear<2, 2, Q, Q, B>, Conv1d<2, 2, kernel<1>, Q, Q, B>,
                   MultiheadAttention<2, 1, Q, Q, B>, Embedding<2, 2, Q, Q, B>, RNN<2, 2, Q, Q, B>>;
    Net net{Seed{1}};
    CHECK(refused([&] { forward(layer<0>(net), other, x); }));
    CHECK(refused([&] { forward(layer<2>(net), tape, Inputs{x, x, y}); }));
    const auto run = [&](auto call) {
        return refused([&] { forward_with(net, other, {}, call); });
    };
    CHECK(run([&](auto& pass) { return layer<0>(net)(pass, x); }));
    CHECK(run([&](auto& pass) { return layer<1>(net)(pass, x); }));
    CHECK(run([&](auto& pass) { return layer<2>(net)(pass, x); }));
    CHECK(run([&](auto& pass) { return layer<2>(net)(pass, y, y, x); }));
    CHECK(run([&](auto& pass) { return layer<3>(net)(pass, sum_last(x)); }));
    CHECK(run([&](auto& pass) { return layer<4>(net)(pass, x); }));
    const auto pass = forward(layer<0>(net), tape, x);
    CHECK(refused([&] {
        const auto likelihood = sum(forward(layer<0>(net), other, y).samples);
        detail::make_loss(likelihood, 1, pass.log_probs, 1);
    }));
}

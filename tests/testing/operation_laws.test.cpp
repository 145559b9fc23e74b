// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

template <class B, class Shape>
Var<B, Shape> detached(Var<B, Shape> x) {
    return {x.tape, x.tape->view(x.node->value, x.samples(), x.batch(), x.node->item)};
}

/// y = x with a backward that forgets what is there already.
template <class B>
struct ForgetfulRecord : Record<B> {
    Node<B>* x;
    Node<B>* y;
    void run(Tape<B>& tape) {
        const auto gradient = tape.gradient(x);
        std::copy_n(y->grad, y->size(), gradient.data);
    }
};
struct Forgetful {
    template <class B, class Shape>
    auto operator()(Var<B, Shape> x) const {
        Node<B>* const y = x.tape->node(x.samples(), x.batch(), x.node->item, true);
        std::copy_n(x.node->value, y->size(), y->value);
        x.tape->record(ForgetfulRecord<B>{{}, x.node, y});
        return Var<B, Shape>{x.tape, y};
    }
};

/// Leaves the last number of the result as it is found.
struct Unwritten {
    void forward(auto in, auto out) const { std::copy(in.begin(), in.end() - 1, out.begin()); }
    void backward(auto, auto, auto dy, auto dx) const {
        for (Index i = 0; i + 1 < dy.size(); ++i) dx[i] += dy[i];
    }
};

const auto x = random_values<shape<4, 3>>(2, 5, Seed{1});
const auto y = random_values<shape<4, 3>>(1, 5, Seed{2});

}  // namespace

TEST_CASE("a correct operation keeps all laws", "[testing]") {
    CHECK(operation_laws([](auto a, auto b) { return a * tanh(b); }, x, y) == Failures{});
}

TEST_CASE("each law can be broken", "[testing]") {
    Failures failures = operation_laws([](auto a) { return a * detached(a); }, x);
    CHECK(failures.size() == 1);
    CHECK(mentions(failures, "differences of values"));

    // (x + 1000) - 1000 keeps 13 bits in float.
    failures = operation_laws([](auto a) { return a + 1000 - 1000; }, x);
    CHECK(failures.size() == 1);
    CHECK(mentions(failures, "float and double differ"));

    failures = operation_laws([](auto a) { return a.tape->recording ? 2 * a : a + a + 1; }, x);
    CHECK(mentions(failures, "without recording"));

    failures = operation_laws(
        [](auto a, auto b) { return a.node->needs_grad ? a * b : 2 * (a * b); }, x, y);
    CHECK(failures.size() == 3);  // and without recording, from which differences are taken
    CHECK(mentions(failures, "without a gradient for argument 0"));

    failures = operation_laws([](auto a) { return a + itemwise(Unwritten{}, a); }, x);
    CHECK(mentions(failures, "in the memory before"));

    failures = operation_laws(Forgetful{}, x);
    CHECK(failures.size() == 1);
    CHECK(mentions(failures, "used twice"));

    failures = operation_laws([](auto a) { return a * num_threads(); }, x);
    CHECK(mentions(failures, "threads give other numbers"));
}

TEST_CASE("the number of threads is put back", "[testing]") {
    const int before = num_threads();
    set_num_threads(3);
    operation_laws([](auto a) { return square(a); }, x);
    CHECK(num_threads() == 3);
    set_num_threads(before);
}

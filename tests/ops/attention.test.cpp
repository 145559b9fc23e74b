// SPDX-License-Identifier: BSD-3-Clause
#include <blue/ops/attention.hpp>

#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

/// Attention as it is written in a textbook, in double, and with its weights.
struct Plain {
    Index samples, batch, heads, queries, keys, width, value_width;
    std::vector<double> output, weights;

    /// \param hides (example, head, query, key): what is added to the score.
    template <class Added>
    Plain(const std::vector<double>& q, const std::vector<double>& k, const std::vector<double>& v,
          std::array<Index, 7> sizes, Added added)
        : samples(sizes[0]),
          batch(sizes[1]),
          heads(sizes[2]),
          queries(sizes[3]),
          keys(sizes[4]),
          width(sizes[5]),
          value_width(sizes[6]) {
        const Index dk = width / heads, dv = value_width / heads;
        output.resize(static_cast<std::size_t>(samples * batch * queries * value_width));
        const auto at = [](const std::vector<double>& x, Index i) {
            return x[static_cast<std::size_t>(i) % x.size()];  // one sample stands for all
        };
        for (Index e = 0; e < samples * batch; ++e)
            for (Index h = 0; h < heads; ++h)
                for (Index i = 0; i < queries; ++i) {
                    std::vector<double> row;
                    double sum = 0;
                    for (Index j = 0; j < keys; ++j) {
                        double score = 0;
                        for (Index d = 0; d < dk; ++d)
                            score += at(q, (e * queries + i) * width + h * dk + d) *
                                     at(k, (e * keys + j) * width + h * dk + d);
                        row.push_back(std::exp(score / std::sqrt(static_cast<double>(dk)) +
                                               added(e % batch, h, i, j)));
                        sum += row.back();
                    }
                    for (Index j = 0; j < keys; ++j) {
                        const double weight = sum == 0 ? 0 : row[static_cast<std::size_t>(j)] / sum;
                        weights.push_back(weight);
                        for (Index d = 0; d < dv; ++d)
                            output[static_cast<std::size_t>((e * queries + i) * value_width +
                                                            h * dv + d)] +=
                                weight * at(v, (e * keys + j) * value_width + h * dv + d);
                    }
                }
    }
};

double largest_gap(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double gap = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double distance = std::abs(a[i] - b[i]);
        if (!(distance <= gap)) gap = distance;
    }
    return gap;
}

constexpr double hidden = -std::numeric_limits<double>::infinity();
constexpr auto nothing = [](Index, Index, Index, Index) { return 0.0; };

using QueryItem = shape<5, 6>;
using KeyItem = shape<7, 6>;
using ValueItem = shape<7, 4>;

/// Three samples of queries and values, keys that all samples share.
struct Numbers {
    Values<QueryItem> q = random_values<QueryItem>(3, 2, Seed{1});
    Values<KeyItem> k = random_values<KeyItem>(1, 2, Seed{2});
    Values<ValueItem> v = random_values<ValueItem>(3, 2, Seed{3});
    static constexpr std::array<Index, 7> sizes{3, 2, 2, 5, 7, 6, 4};

    auto on(Tape<Cpu<double>>& tape) const {
        return std::tuple{tape.input<QueryItem>(q.numbers.data(), 2, 3),
                          tape.input<KeyItem>(k.numbers.data(), 2, 1),
                          tape.input<ValueItem>(v.numbers.data(), 2, 3)};
    }
};

}  // namespace

TEST_CASE("attention is what textbooks write", "[ops]") {
    const Numbers n;
    Tape<Cpu<double>> tape;
    const auto [q, k, v] = n.on(tape);
    const Plain plain(n.q.numbers, n.k.numbers, n.v.numbers, Numbers::sizes, nothing);

    const auto y = scaled_dot_product_attention<2>(q, k, v);
    static_assert(std::is_same_v<decltype(y)::shape, shape<5, 4>>);
    // Numbers of order 1, sums of a few terms.
    CHECK(largest_gap(y.to_host(), plain.output) < 1e-14);

    const auto [output, per_head] =
        scaled_dot_product_attention<2>(q, k, v, {}, weights_per_head{});
    static_assert(std::is_same_v<std::remove_const_t<decltype(per_head)>::shape, shape<2, 5, 7>>);
    CHECK(output.to_host() == y.to_host());
    CHECK(largest_gap(per_head.to_host(), plain.weights) < 1e-14);

    const auto averaged = scaled_dot_product_attention<2>(q, k, v, {}, averaged_weights{}).weights;
    static_assert(std::is_same_v<decltype(averaged)::shape, shape<5, 7>>);
    std::vector<double> mean;
    for (Index e = 0; e < 6; ++e)
        for (Index i = 0; i < 35; ++i)
            mean.push_back((plain.weights[static_cast<std::size_t>(e * 70 + i)] +
                            plain.weights[static_cast<std::size_t>(e * 70 + 35 + i)]) /
                           2);
    CHECK(largest_gap(averaged.to_host(), mean) < 1e-14);
}

TEST_CASE("masks hide keys or move scores", "[ops]") {
    const Numbers n;
    Tape<Cpu<double>> tape;
    const auto [q, k, v] = n.on(tape);
    const auto check = [&, q = q, k = k, v = v](const AttentionOptions& options, auto added) {
        const Plain plain(n.q.numbers, n.k.numbers, n.v.numbers, Numbers::sizes, added);
        const auto [output, weights] =
            scaled_dot_product_attention<2>(q, k, v, options, weights_per_head{});
        CHECK(largest_gap(output.to_host(), plain.output) < 1e-14);
        CHECK(largest_gap(weights.to_host(), plain.weights) < 1e-14);
    };
    check({.causal = true}, [](Index, Index, Index i, Index j) { return j > i ? hidden : 0; });

    const auto pair = random_values<shape<5, 7>>(1, 1, Seed{4}).numbers;
    const std::vector<float> added(pair.begin(), pair.end());
    const auto is_ignored = [](Index i, Index j) { return (i + 2 * j) % 3 == 1; };
    std::vector<unsigned char> ignored;
    std::array<bool, 14> padding{};
    for (Index i = 0; i < 5; ++i)
        for (Index j = 0; j < 7; ++j) ignored.push_back(is_ignored(i, j));
    padding[5] = padding[6] = padding[7] = true;
    const auto add = [&](Index i, Index j) { return pair[static_cast<std::size_t>(i * 7 + j)]; };
    check({.mask = pair}, [&](Index, Index, Index i, Index j) { return add(i, j); });
    check({.mask = added}, [&](Index, Index, Index i, Index j) { return add(i, j); });
    check({.mask = ignored},
          [&](Index, Index, Index i, Index j) { return is_ignored(i, j) ? hidden : 0; });
    check({.causal = true, .mask = pair, .key_padding_mask = padding},
          [&](Index b, Index, Index i, Index j) {
              return j > i || padding[static_cast<std::size_t>(b * 7 + j)] ? hidden : add(i, j);
          });
    // One mask per example and head.
    const auto each = random_values<shape<4, 5, 7>>(1, 1, Seed{5}).numbers;
    check({.mask = each}, [&](Index b, Index h, Index i, Index j) {
        return each[static_cast<std::size_t>(((b * 2 + h) * 5 + i) * 7 + j)];
    });
}

TEST_CASE("attention over several blocks of queries and keys", "[ops]") {
    // 150 queries and 300 keys in blocks of 64 and 128.
    using Queries = shape<150, 4>;
    using Keys = shape<300, 4>;
    const auto q = random_values<Queries>(1, 1, Seed{1}, -4, 4);
    const auto k = random_values<Keys>(1, 1, Seed{2}, -4, 4);
    const auto v = random_values<Keys>(1, 1, Seed{3});
    Tape<Cpu<double>> tape;
    const auto attend = [&](const AttentionOptions& options) {
        return scaled_dot_product_attention<2>(
            tape.input<Queries>(q.numbers.data(), 1), tape.input<Keys>(k.numbers.data(), 1),
            tape.input<Keys>(v.numbers.data(), 1), options, weights_per_head{});
    };
    const auto check = [&](const AttentionOptions& options, auto added) {
        const Plain plain(q.numbers, k.numbers, v.numbers, {1, 1, 2, 150, 300, 4, 4}, added);
        const auto [output, weights] = attend(options);
        CHECK(largest_gap(output.to_host(), plain.output) < 1e-13);
        CHECK(largest_gap(weights.to_host(), plain.weights) < 1e-13);
    };
    check({}, nothing);
    check({.causal = true}, [](Index, Index, Index i, Index j) { return j > i ? hidden : 0; });
    // The first two blocks are hidden from all queries: the sums start late.
    std::array<bool, 300> padding{};
    std::fill_n(padding.begin(), 257, true);
    check({.key_padding_mask = padding},
          [&](Index, Index, Index, Index j) { return j < 257 ? hidden : 0; });
}

TEST_CASE("attention keeps the laws", "[ops]") {
    const Numbers n;
    const auto attend = [](auto q, auto k, auto v) {
        return scaled_dot_product_attention<2>(q, k, v);
    };
    CHECK(operation_laws(attend, n.q, n.k, n.v) == Failures{});
    const auto causal = [](auto q, auto k, auto v) {
        return scaled_dot_product_attention<2>(q, k, v, {.causal = true});
    };
    CHECK(operation_laws(causal, n.q, n.k, n.v) == Failures{});
    std::array<bool, 14> padding{};
    for (std::size_t j = 0; j < 9; ++j) padding[j] = true;  // all keys of the first example
    const auto mask = random_values<shape<5, 7>>(1, 1, Seed{4}).numbers;
    const auto masked = [&](auto q, auto k, auto v) {
        return scaled_dot_product_attention<2>(q, k, v,
                                               {.mask = mask, .key_padding_mask = padding});
    };
    CHECK(operation_laws(masked, n.q, n.k, n.v) == Failures{});

    // The weights are differentiable, with the output or alone.
    const auto weights = [](auto q, auto k, auto v) {
        return scaled_dot_product_attention<2>(q, k, v, {}, averaged_weights{}).weights;
    };
    // The weights do not depend on the values, whose gradient is 0.
    CHECK(operation_laws([&](auto q, auto k) { return weights(q, k, k); }, n.q, n.k) == Failures{});
    const auto both = [](auto q, auto k, auto v) {
        const auto [y, w] =
            scaled_dot_product_attention<2>(q, k, v, {.causal = true}, weights_per_head{});
        return sum_per_sample(y * y) + sum_per_sample(w * w * w);
    };
    CHECK(operation_laws(both, n.q, n.k, n.v) == Failures{});
    const auto average = [](auto q, auto k, auto v) {
        const auto [y, w] = scaled_dot_product_attention<2>(q, k, v, {}, averaged_weights{});
        return sum_per_sample(y * y) + sum_per_sample(w * w * w);
    };
    CHECK(operation_laws(average, n.q, n.k, n.v) == Failures{});

    // One value in all roles, and lengths that are known at run time.
    const auto itself = [](auto x) { return scaled_dot_product_attention<3>(x, x, x); };
    CHECK(operation_laws(itself, n.q) == Failures{});
    const auto two_roles = [](auto q, auto x) {
        const auto long_q = q.template as<shape<dynamic, 6>>();
        const auto long_x = x.template as<shape<dynamic, 6>>();
        return scaled_dot_product_attention<3>(long_q, long_x, long_x);
    };
    CHECK(operation_laws(two_roles, n.q, n.k) == Failures{});
}

TEST_CASE("attention over several blocks keeps the laws, on all threads", "[ops]") {
    const auto q = random_values<shape<70, 4>>(2, 1, Seed{1});
    const auto x = random_values<shape<130, 4>>(2, 1, Seed{2});
    const auto attend = [](auto a, auto b) {
        return scaled_dot_product_attention<2>(a, b, b, {.causal = true});
    };
    // Enough for each argument: elements of all blocks.
    const OperationLawOptions options{.gradient = {.most_elements = 60}};
    CHECK(operation_laws(attend, options, q, x) == Failures{});
    const auto averaged = [](auto a, auto b) {
        const auto [y, w] = scaled_dot_product_attention<2>(a, b, b, {}, averaged_weights{});
        return sum_per_sample(y * y) + sum_per_sample(w * w);
    };
    CHECK(operation_laws(averaged, options, q, x) == Failures{});
}

TEST_CASE("a query that sees no key gets zeros", "[ops]") {
    const Numbers n;
    Tape<Cpu<double>> tape;
    const auto q = tape.leaf<QueryItem>(n.q.numbers.data(), 2, 3);
    const auto k = tape.leaf<KeyItem>(n.k.numbers.data(), 2, 1);
    const auto v = tape.leaf<ValueItem>(n.v.numbers.data(), 2, 3);
    std::array<bool, 35> mask{};
    std::fill_n(mask.begin() + 7, 7, true);  // the second query
    const auto [y, w] =
        scaled_dot_product_attention<2>(q, k, v, {.mask = mask}, weights_per_head{});
    const auto output = y.to_host(), weights = w.to_host();
    for (std::size_t i = 0; i < output.size(); ++i) {
        CHECK(std::isfinite(output[i]));
        CHECK((output[i] == 0) == (i / 4 % 5 == 1));
    }
    for (std::size_t i = 0; i < weights.size(); ++i) CHECK((weights[i] == 0) == (i / 7 % 5 == 1));
    tape.backward(sum(y) + sum(w * w));
    for (double slope : tape.gradient_of(k.node)) CHECK(std::isfinite(slope));
    const auto slopes = tape.gradient_of(q.node);
    for (std::size_t i = 0; i < slopes.size(); ++i) CHECK((slopes[i] == 0) == (i / 6 % 5 == 1));
}

TEST_CASE("attention says what does not fit", "[ops]") {
    const Numbers n;
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers(1000);
    const auto q = tape.input<shape<dynamic, 6>>(numbers.data(), 4, Extents{5});
    const auto swapped = tape.input<shape<dynamic, 6>>(numbers.data(), 5, Extents{4});
    CHECK_THROWS_WITH(
        scaled_dot_product_attention<2>(q, swapped, swapped),
        "attention: queries of length 5 in a batch of 4 do not go with keys or values "
        "of length 4 in a batch of 5: are batch and length swapped? Values are batch x "
        "length x width");
    const auto shorter = tape.input<shape<dynamic, 6>>(numbers.data(), 4, Extents{3});
    CHECK_THROWS_WITH(scaled_dot_product_attention<2>(q, q, shorter),
                      "attention: keys of length 5 do not go with values of length 3");
    const auto two = tape.input<shape<dynamic, 6>>(numbers.data(), 4, Extents{5}, 2);
    const auto three = tape.input<shape<dynamic, 6>>(numbers.data(), 4, Extents{5}, 3);
    CHECK_THROWS_WITH(scaled_dot_product_attention<2>(two, three, q),
                      "attention: cannot combine 2 samples with 3");
    const std::vector<float> mask(15);
    CHECK_THROWS_WITH(
        scaled_dot_product_attention<2>(q, shorter, shorter, {.mask = std::vector<float>(14)}),
        "attention: the mask has 14 numbers, expected 15 or 120 for queries of length 5 "
        "and keys of length 3 in a batch of 4");
    CHECK_THROWS_WITH(scaled_dot_product_attention<2>(q, shorter, shorter,
                                                      {.mask = mask, .key_padding_mask = mask}),
                      "attention: the key padding mask has 15 numbers, expected 12 for queries of "
                      "length 5 and keys of length 3 in a batch of 4");
}

TEST_CASE("attention without weights needs memory that is linear in the length", "[ops]") {
    const auto bytes = [](Index length) {
        const std::vector<float> numbers(static_cast<std::size_t>(length * 8));
        Tape<Cpu<float>> tape;
        const auto x = tape.leaf<shape<dynamic, 8>>(numbers.data(), 1, Extents{length});
        tape.backward(sum(scaled_dot_product_attention<1>(x, x, x)));
        return static_cast<double>(tape.capacity());
    };
    // 8 times the length; the weights alone would be 268 MB. Blocks and steps of the arena: less
    // than 4 MB.
    CHECK(bytes(8192) < 8 * bytes(1024) + 4e6);
    CHECK(bytes(8192) < 1e7);
}

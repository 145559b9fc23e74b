// SPDX-License-Identifier: BSD-3-Clause
// The operations of docs/how-to/operation.md work.
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <algorithm>

using namespace blue::literals;

struct CumulativeSum {
    BLUE_HOST_DEVICE void forward(auto x, auto y) const {
        y[0] = x[0];
        for (blue::Index i = 1; i < x.size(); ++i) y[i] = y[i - 1] + x[i];
    }
    BLUE_HOST_DEVICE void backward(auto x, auto y, auto dy, auto dx) const {
        auto slope = 0 * y[0];
        for (blue::Index i = x.size() - 1; i >= 0; --i) {
            slope += dy[i];  // x[i] is in y[i] and all behind it
            dx[i] += slope;
        }
    }
};

struct Rising {
    auto operator()(auto&, auto x) const { return rowwise(CumulativeSum{}, softplus(x)); }
};
using Quantiles = blue::Sequential<blue::Linear<3, 16>, blue::ReLU, blue::Linear<16, 5>, Rising>;

struct WeightedMean {
    static constexpr blue::Index outputs(blue::Index, blue::Index) { return 1; }

    BLUE_HOST_DEVICE void forward(auto x, auto w, auto y) const {
        y[0] = 0;
        for (blue::Index i = 0; i < x.size(); ++i) y[0] += w[i] * x[i];
    }
    BLUE_HOST_DEVICE void backward(auto x, auto w, auto, auto dy, auto dx, auto dw) const {
        for (blue::Index i = 0; i < x.size(); ++i) {
            dx[i] += dy[0] * w[i];
            dw[i] += dy[0] * x[i];
        }
    }
};

template <blue::Index N, class Q = blue::MeanFieldNormal, class P = blue::MeanFieldNormal,
          class B = blue::Cpu<float>>
struct Pooled
    : blue::Module<Pooled<N, Q, P, B>, blue::variables<blue::variable<"weight", N>>, Q, P, B> {
    auto forward(auto& pass, auto x) const {
        return rowwise(WeightedMean{}, x, pass.sample(*this, "weight"_v));
    }
};

template <blue::Index K>
struct Largest {
    using kept = int;
    static constexpr blue::Index outputs(blue::Index) { return K; }

    void forward(auto x, auto y, auto order) const {
        for (int i = 0; i < x.size(); ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](int a, int b) { return x[a] > x[b]; });
        for (blue::Index i = 0; i < K; ++i) y[i] = x[order[i]];
    }
    void backward(auto, auto, auto order, auto dy, auto dx) const {
        for (blue::Index i = 0; i < K; ++i) dx[order[i]] += dy[i];
    }
};

struct Transpose {
    void forward(auto x, auto y) const {
        for (blue::Index i = 0; i < x.extent(0); ++i)
            for (blue::Index j = 0; j < x.extent(1); ++j) y[j * x.extent(0) + i] = x(i, j);
    }
    void backward(auto x, auto, auto dy, auto dx) const {
        for (blue::Index i = 0; i < x.extent(0); ++i)
            for (blue::Index j = 0; j < x.extent(1); ++j) dx(i, j) += dy[j * x.extent(0) + i];
    }
};

TEST_CASE("the operations of the guide keep the laws") {
    using namespace blue::testing;
    using blue_test::Failures;
    const auto x = random_values<blue::shape<4, 7>>(3, 2, blue::Seed{1});
    const auto operation = [](auto a) { return rowwise(CumulativeSum{}, a); };
    CHECK(operation_laws(operation, x) == Failures{});
    const auto w = random_values<blue::shape<7>>(3, 1, blue::Seed{2});
    CHECK(operation_laws([](auto a, auto b) { return rowwise(WeightedMean{}, a, b); }, x, w) ==
          Failures{});
    // The numbers of a row differ by more than the steps of the differences: their order stays.
    CHECK(operation_laws([](auto a) { return rowwise(Largest<3>{}, a); },
                         random_values<blue::shape<2, 5>>(2, 3, blue::Seed{5})) == Failures{});
    CHECK(operation_laws([](auto a) { return itemwise(Transpose{}, a); }, x) == Failures{});
}

TEST_CASE("the model of the guide trains") {
    blue::Dataset<float> data{blue::Array<float>({64, 3}), blue::Array<float>({64, 5})};
    for (blue::Index i = 0; i < data.inputs.size(); ++i)
        data.inputs[i] = blue::random::uniform<float>({1}, i);
    for (blue::Index i = 0; i < data.targets.size(); ++i)
        data.targets[i] = static_cast<float>(i % 5) + data.inputs[i / 5 * 3];
    Quantiles net{blue::Seed{1}, blue::posterior(blue::MeanFieldNormal{.std = 0.1})};
    const auto report = blue::fit(net, blue::Elbo{blue::Gaussian{.std = 0.5}}, data,
                                  {.epochs = 100, .progress = blue::Progress::none},
                                  blue::Adam{.learning_rate = 1e-2});
    // From a data term of thousands of nats to hundreds.
    CHECK(report.epochs.back().loss < 0.5 * report.epochs.front().loss);
}

TEST_CASE("all parameters of a layer with an operation have a gradient") {
    auto net =
        blue::make<Pooled<4, blue::MeanFieldNormal, blue::MeanFieldNormal, blue::Cpu<double>>>(
            blue::Seed{1});
    const std::vector<double> numbers{1, -2, 3, 4, 0.5, 6, -7, 8};
    const auto loss = [&](auto& tape) {
        const auto x = tape.template input<blue::shape<2, 4>>(numbers.data(), 1);
        return sum(tanh(
            blue::forward<blue::Scores::none>(net, tape, x, {.samples = 3, .seed = blue::Seed{5}})
                .samples));
    };
    CHECK(blue::testing::parameter_gradient_check(net, loss).error < 1e-8);
}

// SPDX-License-Identifier: BSD-3-Clause
// Gradients of whole models, with their own and nested layers, against differences.
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <vector>

using namespace blue;
using namespace blue::literals;
using B = Cpu<double>;
template <Index In, Index Out>
using Dense = Linear<In, Out, MeanFieldNormal, MeanFieldNormal, B>;

namespace {

const std::vector<double> inputs{1, 2, 3, 4, -1, 0, 1, 0.5, 2, 2, -2, 0};
const std::vector<std::int32_t> labels{0, 1, 1};

/// The error of the gradient of an objective with respect to all parameters. Central differences of
/// fourth order are exact to about 1e-11; kinks of ReLU are not nearby for these numbers.
template <Scores Wanted, class M, class Objective>
double gradient_error(M& model, const Objective& objective) {
    const auto report = testing::parameter_gradient_check(model, [&](auto& tape) {
        const auto x = tape.template input<shape<4>>(inputs.data(), 3);
        const auto result = forward<Wanted>(model, tape, x, {.samples = 3, .seed = Seed{4}});
        return objective(result, make_labels(tape, labels.data(), 3, 2)).total;
    });
    CHECK(report.elements > 0);
    return report.error;
}
template <class M>
void check_gradients(M& model) {
    const DatasetSize size{30};
    // Closed-form and Monte Carlo divergences.
    CHECK(gradient_error<Scores::divergence>(model, Elbo{Categorical{}, {size}}) < 1e-7);
    CHECK(gradient_error<Scores::log_probs>(model, Elbo{Categorical{}, {size}}) < 1e-7);
}

/// The same child twice, around an activation.
struct Tied : Module<Tied, variables<>, MeanFieldNormal, MeanFieldNormal, B> {
    Dense<4, 4> inner;
    Dense<4, 2> head;
    using children = blue::children<&Tied::inner, &Tied::head>;
    auto forward(auto& pass, auto x) const { return head(pass, inner(pass, tanh(inner(pass, x)))); }
};

/// A variable that is drawn in a product and used as a value, in both orders.
template <bool ProductFirst>
struct TwoUses
    : Module<TwoUses<ProductFirst>, variables<variable<"weight", 4, 4>, variable<"bias", 4>>,
             MeanFieldNormal, MeanFieldNormal, B> {
    Dense<4, 2> head;
    using children = blue::children<&TwoUses::head>;
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        const auto bias = pass.sample(*this, "bias"_v);
        if constexpr (ProductFirst) {
            const auto y = linear(x, weight, bias);
            return head(pass, y * sigmoid(as_var(bias)));
        } else {
            const auto scale = sigmoid(as_var(bias));
            return head(pass, linear(x, weight, bias) * scale);
        }
    }
};

}  // namespace

TEST_CASE("gradients of nested layers with their own variables are exact") {
    Sequential<Dense<4, 5>, Tanh, blue_test::Block<5, 3, B>, Dense<5, 2>> net{Seed{3}};
    check_gradients(net);
    Sequential<Dense<4, 4>, Residual<Dense<4, 4>, Tanh, Dense<4, 4>>, Tanh, Dense<4, 2>> deep{
        Seed{2}};
    check_gradients(deep);
}

TEST_CASE("gradients of weights that are used twice are exact") {
    auto tied = make<Tied>(Seed{1});
    check_gradients(tied);
    auto first = make<TwoUses<true>>(Seed{1});
    check_gradients(first);
    auto second = make<TwoUses<false>>(Seed{1});
    check_gradients(second);
}

TEST_CASE("gradients beside point estimates are exact") {
    using Half = Linear<4, 5, per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal, B>;
    Sequential<Half, Tanh, Linear<5, 2, without_bias, NonBayesian, UniformPrior, B>> net{Seed{1}};
    check_gradients(net);
}

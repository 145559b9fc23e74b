// SPDX-License-Identifier: BSD-3-Clause
// Training gives the same parameters, to the last bit, with any number of threads.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <vector>

namespace {

template <class Q>
using Net = blue::Sequential<blue::Linear<100, 300, Q>, blue::ReLU, blue::Linear<300, 300, Q>,
                             blue::Tanh, blue::Linear<300, 5, Q>>;

template <class Q = blue::MeanFieldNormal, class Objective, class Rule = blue::Adam>
std::vector<float> train(int threads, Objective objective, const Rule& rule = {}) {
    blue::set_num_threads(threads);
    blue::Dataset<std::int32_t> data{blue::Array<float>({100, 100}),
                                     blue::Array<std::int32_t>({100})};
    for (blue::Index i = 0; i < data.inputs.size(); ++i)
        data.inputs[i] = blue::random::uniform<float>({3}, i);
    for (blue::Index i = 0; i < 100; ++i) data.targets[i] = static_cast<std::int32_t>(i % 5);
    Net<Q> net{blue::Seed{1}};
    blue::fit(net, objective, data,
              {.epochs = 2,
               .batch_size = 32,
               .samples = 5,
               .averaging = blue::Averaging::exponential(0.5),
               .progress = blue::Progress::none},
              rule);
    std::vector<float> parameters;
    blue::detail::visit_variables(net, [&](const auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            parameters.insert(parameters.end(), state.parameter(k),
                              state.parameter(k) + state.size);
    });
    return parameters;
}

}  // namespace

TEST_CASE("1, 2, 3 and 7 threads train to the same bits") {
    const int before = blue::num_threads();
    const blue::Elbo closed_form{blue::Categorical{}};
    const blue::KullbackLeiblerLoss monte_carlo{blue::Categorical{}};
    const auto first = train(1, closed_form), second = train(1, monte_carlo);
    const auto third = train(1, closed_form, blue::Ivon{});
    CHECK(first != second);
    CHECK(first != third);
    for (int threads : {2, 3, 7}) {
        CHECK(train(threads, closed_form) == first);
        CHECK(train(threads, monte_carlo) == second);
        CHECK(train(threads, closed_form, blue::Ivon{}) == third);
    }
    blue::set_num_threads(before);
}

TEST_CASE("any number of threads trains to the same bits with estimators") {
    using Outputs = blue::LocalReparameterization<blue::MeanFieldNormal>;
    using Flipped = blue::Antithetic<blue::Flipout<blue::MeanFieldNormal>>;
    const int before = blue::num_threads();
    const blue::Elbo objective{blue::Categorical{}};
    const auto outputs = train<Outputs>(1, objective), flipped = train<Flipped>(1, objective);
    CHECK(outputs != flipped);
    for (int threads : {2, 7}) {
        CHECK(train<Outputs>(threads, objective) == outputs);
        CHECK(train<Flipped>(threads, objective) == flipped);
    }
    blue::set_num_threads(before);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/configure.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// The predictive distribution of given samples: its log prob, the mean over the batch, and the
/// derivative of that with respect to the samples.
template <class B, class Likelihood, class Shape>
Failures run(const std::string& name, std::set<std::string>& left) {
    using T = typename B::scalar;
    const golden::Case c(name);
    left.erase(name);
    Likelihood likelihood;
    golden::configure(likelihood, c.description.at("predictive_distribution"),
                      c.description.at("norm_constants"));
    const Index samples = c.description.at("samples");
    const Index batch = c.description.at("batch_shape").at(0);
    Tape<B> tape;
    const auto x = tape.template leaf<Shape>(c.as<T>("samples").data(), batch, samples);
    const auto target = c.as<
        std::conditional_t<std::is_integral_v<typename Likelihood::target_type>, std::int32_t, T>>(
        "target");
    const auto log_prob = [&] {
        if constexpr (std::is_integral_v<typename Likelihood::target_type>)
            return likelihood.mixture_log_prob(
                x, make_labels(tape, target.data(), static_cast<Index>(target.size()),
                               last_extent<Shape>));
        else
            return likelihood.mixture_log_prob(x, tape.template input<Shape>(target.data(), batch));
    }();
    const auto reduced = sum(log_prob) * (1.0 / static_cast<double>(log_prob.batch()));
    tape.backward(reduced);
    Failures failures;
    const auto check = [&](const char* tensor, const std::vector<T>& given) {
        const std::string sentence = golden::difference<T>(c, "", tensor, given);
        if (!sentence.empty()) failures.push_back(name + ": " + sentence);
    };
    check("log_prob", log_prob.to_host());
    check("log_prob_reduced", reduced.to_host());
    check("grad.samples", tape.gradient_of(x.node));
    if constexpr (std::is_same_v<Likelihood, Categorical>)
        check("parameter.probs", mean_samples(likelihood.probabilities(x)).to_host());
    else
        check("parameter.mean", mean_samples(x).to_host());
    if constexpr (std::is_same_v<Likelihood, SampleNormal>)
        check("parameter.std", std_samples(x).to_host());
    return failures;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("predictive distributions agree with the reference", "[golden]",
                        golden::Backends) {
    auto left = golden::case_names("predictive");
    const auto categorical = [&](const char* name) {
        return run<TestType, Categorical, shape<4>>(name, left);
    };
    CHECK(categorical("predictive_categorical_logits") == Failures{});
    CHECK(categorical("predictive_categorical_probs") == Failures{});
    CHECK(categorical("predictive_categorical_eps") == Failures{});
    CHECK(categorical("predictive_categorical_one_sample") == Failures{});
    CHECK(run<TestType, Categorical, shape<5, 4>>("predictive_categorical_logits_seq", left) ==
          Failures{});
    const auto normal = [&](const char* name) {
        return run<TestType, SampleNormal, shape<3>>(name, left);
    };
    CHECK(normal("predictive_normal") == Failures{});
    CHECK(normal("predictive_normal_norm") == Failures{});
    CHECK(normal("predictive_normal_eps") == Failures{});
    const auto point = [&](const char* name) {
        return run<TestType, PointEstimate, shape<3>>(name, left);
    };
    CHECK(point("predictive_nonbayesian_mse") == Failures{});
    CHECK(point("predictive_nonbayesian_l1") == Failures{});
    CHECK(left == std::set<std::string>{});
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/backend.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/sequential.hpp>
#include <blue/train/diagnosis.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <limits>
#include <string>
#include <vector>

using blue_test::message_of;

namespace {

using B = blue::Cpu<float>;
using Net = blue::Sequential<blue::Linear<2, 3>, blue::Linear<3, 1>>;
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// A step whose loss is NaN, with divergences and gradient norms of the four variables.
struct Example {
    Net net{blue::Seed{1}};
    std::vector<double> divergences{1, 2, 3, 4}, norms{1, 1, 1, 1};

    std::string message() const {
        return message_of<blue::NumericalError>([&] {
            blue::throw_not_finite<B>(blue::variable_views(net), blue::random_variable_names<Net>,
                                      blue::variational_parameter_names<Net>,
                                      {3, 17, undefined, infinity, 2.5, divergences, norms});
        });
    }
    /// The part that says what it is.
    std::string what() const {
        const std::string text = message();
        const auto begin = text.find("step 17: ") + 9;
        return text.substr(begin, text.find(" (loss") - begin);
    }
};

}  // namespace

TEST_CASE("the message has epoch, step, the parts of the loss, and what to do") {
    Example example;
    example.divergences[2] = undefined;
    CHECK(
        example.message() ==
        "fit: epoch 3, step 17: the divergence of 1.weight is nan (loss nan = data inf + prior 2.5 "
        "nats); the parameters are those before this step. Lower the learning rate, set clip_norm, "
        "or scale inputs and targets to a standard deviation of about 1");
}

TEST_CASE("a parameter that is not finite is named first, whatever follows from it") {
    Example example;
    example.divergences = {undefined, undefined, undefined, undefined};
    example.norms = {undefined, undefined, undefined, undefined};
    float* const log_std = blue::layer<1>(example.net).state<"bias">().parameter(1);
    log_std[0] = -std::numeric_limits<float>::infinity();
    CHECK(example.what() == "the parameter 1._bias_log_std is -inf");
    // The padding behind the elements is nobody's parameter.
    log_std[0] = 0;
    log_std[1] = std::numeric_limits<float>::infinity();
    CHECK(example.what() == "the divergence of 0.weight is nan, and those of 3 other variables");
}

TEST_CASE("divergences come before gradients") {
    Example example;
    example.divergences = {1, infinity, 3, undefined};
    example.norms = {undefined, undefined, undefined, undefined};
    CHECK(example.what() == "the divergence of 0.bias is inf, and that of 1 other variable");
}

TEST_CASE("the gradient nearest to the output is named: it spreads from there") {
    Example example;
    example.norms = {undefined, undefined, infinity, 1};
    CHECK(example.what() == "the gradient of 1.weight is inf, and those of 2 other variables");
    example.norms = {1, undefined, 1, 1};
    CHECK(example.what() == "the gradient of 0.bias is nan");
}

TEST_CASE("without another sign the largest parameter is named") {
    Example example;
    blue::layer<0>(example.net).state<"weight">().parameter(0)[5] = -3e20f;
    const std::string largest =
        "the model's output or the data term is not finite; the largest parameter is in "
        "0._weight_mean, -3e+20";
    CHECK(example.what() == largest);
    example.norms = {};  // before backward
    CHECK(example.what() == largest);
}

TEST_CASE("all finite means all") {
    CHECK(blue::all_finite({}));
    CHECK(blue::all_finite(std::vector<double>{1, -1e308, 0}));
    CHECK_FALSE(blue::all_finite(std::vector<double>{1, undefined}));
    CHECK_FALSE(blue::all_finite(std::vector<double>{-infinity, 1}));
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/backend.hpp>
#include <blue/distributions/bernoulli.hpp>
#include <blue/distributions/categorical.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/layers/flatten.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/sequential.hpp>
#include <blue/train/dataset.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <limits>
#include <set>
#include <vector>

using blue::Array;
using blue::Dataset;
using blue::Index;
using blue::NumericalError;
using blue::ShapeError;
using blue::ValueError;
using blue_test::message_of;

namespace {

using Classifier = blue::Sequential<blue::Linear<2, 3>>;
using Images = blue::Sequential<blue::Flatten<2, 2>, blue::Linear<4, 3>>;
using Regressor = blue::Sequential<blue::Linear<2, 4>, blue::Linear<4, 2>>;
using Bits = blue::Categorical;

template <class Model, class Likelihood, class Target>
std::string shape_error(const Dataset<Target>& data) {
    return message_of<ShapeError>([&] { blue::check_examples<Model, Likelihood>(data, "fit"); });
}

}  // namespace

TEST_CASE("an epoch is a permutation of all examples") {
    for (Index n : {1, 2, 10, 1000}) {
        const std::vector<Index> order = blue::shuffled(n, 1, 1);
        CHECK(order.size() == static_cast<std::size_t>(n));
        const std::set<Index> seen(order.begin(), order.end());
        CHECK(seen.size() == order.size());
        CHECK(*seen.begin() == 0);
        CHECK(*seen.rbegin() == n - 1);
    }
}

TEST_CASE("the order follows from seed and epoch") {
    // Two random orders of 100 examples are equal with probability 1 in 100! = 1e158.
    const auto order = blue::shuffled(100, 1, 1);
    CHECK(blue::shuffled(100, 1, 1) == order);
    CHECK(blue::shuffled(100, 1, 2) != order);
    CHECK(blue::shuffled(100, 2, 1) != order);
    // More than 32 bits of the seed count.
    CHECK(blue::shuffled(100, 1 + (std::uint64_t{1} << 40), 1) != order);
}

TEST_CASE("rows are gathered in the given order and converted") {
    const Array<std::uint8_t> from({4, 1, 2}, {0, 1, 10, 11, 20, 21, 30, 255});
    blue::BatchBuffer<double> buffer;
    const std::vector<Index> rows{3, 0, 3};
    const double* batch = buffer.gather(from, rows);
    CHECK(std::vector<double>(batch, batch + 6) == std::vector<double>{30, 255, 0, 1, 30, 255});
    const double* smaller = buffer.gather(from, std::vector<Index>{2});
    CHECK(std::vector<double>(smaller, smaller + 2) == std::vector<double>{20, 21});
    CHECK(smaller == batch);  // the same memory
}

TEST_CASE("shapes of inputs and outputs come from the model") {
    CHECK(std::is_same_v<blue::input_shape_of<Classifier>, blue::shape<2>>);
    CHECK(std::is_same_v<blue::input_shape_of<Images>, blue::shape<2, 2>>);
    CHECK(std::is_same_v<blue::input_shape_of<blue::Sequential<Images>>, blue::shape<2, 2>>);
    CHECK(std::is_same_v<blue::output_shape_of<Classifier>, blue::shape<3>>);
    CHECK(std::is_same_v<blue::output_shape_of<Regressor>, blue::shape<2>>);
}

TEST_CASE("data that fit are accepted") {
    const Array<float> inputs({2, 2}, {0, 1, 2, 3});
    const Array<float> images({2, 2, 2}), flat({2, 4});
    const Array<std::int32_t> labels({2}, {0, 2});
    const Array<std::int64_t> long_labels({2, 1}, {0, 2});
    CHECK_NOTHROW(
        blue::check_examples<Classifier, Bits>(Dataset<std::int32_t>{inputs, labels}, ""));
    CHECK_NOTHROW(
        blue::check_examples<Classifier, Bits>(Dataset<std::int64_t>{inputs, long_labels}, ""));
    CHECK_NOTHROW(blue::check_examples<Images, Bits>(Dataset<std::int32_t>{images, labels}, ""));
    CHECK_NOTHROW(blue::check_examples<Images, Bits>(Dataset<std::int32_t>{flat, labels}, ""));
    CHECK_NOTHROW(
        blue::check_examples<Regressor, blue::Gaussian>(Dataset<float>{inputs, inputs}, ""));
}

TEST_CASE("data that do not fit are errors that say what was expected") {
    const Array<float> inputs({2, 2}, {0, 1, 2, 3});
    const Array<std::int32_t> labels({2}, {0, 2});
    CHECK(shape_error<Classifier, Bits>(Dataset<std::int32_t>{}) ==
          "fit: expected examples, got an empty data set");
    CHECK(shape_error<Images, Bits>(Dataset<std::int32_t>{inputs, labels}) ==
          "fit: the model expects 4 numbers per input, but the inputs have shape (2, 2)");
    CHECK(
        shape_error<Classifier, Bits>(Dataset<std::int32_t>{inputs, Array<std::int32_t>({3})}) ==
        "fit: expected one target per input, got inputs of shape (2, 2) and targets of shape (3)");
    CHECK(
        shape_error<Classifier, Bits>(Dataset<std::int32_t>{inputs, Array<std::int32_t>({2, 3})}) ==
        "fit: the model needs 1 target per example, but the targets have shape (2, 3)");
    CHECK(shape_error<Regressor, blue::Gaussian>(Dataset<float>{inputs, Array<float>({2})}) ==
          "fit: the model needs 2 targets per example, but the targets have shape (2)");
}

TEST_CASE("labels that are no class are errors, wherever they stand") {
    const auto error = [](std::int32_t label) {
        const Dataset<std::int32_t> data{Array<float>({3, 2}),
                                         Array<std::int32_t>({3}, {0, 2, label})};
        return message_of<ValueError>([&] { blue::check_examples<Classifier, Bits>(data, "fit"); });
    };
    CHECK(error(3) == "fit: expected labels in [0, 3), got 3 for example 2 (counted from 0)");
    CHECK(error(-1) == "fit: expected labels in [0, 3), got -1 for example 2 (counted from 0)");
    CHECK(error(2).empty());
}

TEST_CASE("numbers that are not finite are errors with their place") {
    for (float bad :
         {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
        const std::string name = bad < 0 ? "-inf" : "nan";
        Dataset<float> data{Array<float>({3, 2}), Array<float>({3, 2})};
        const auto error = [&] {
            return message_of<NumericalError>(
                [&] { blue::check_examples<Regressor, blue::Gaussian>(data, "evaluate"); });
        };
        CHECK(error().empty());
        data.inputs[5] = bad;
        CHECK(error() == "evaluate: expected finite inputs, got " + name +
                             " in example 2 at position 1 (counted from 0)");
        data.inputs[5] = 0;
        data.targets[2] = bad;
        CHECK(error() == "evaluate: expected finite targets, got " + name +
                             " in example 1 at position 0 (counted from 0)");
    }
}

TEST_CASE("targets outside the support of a likelihood are errors with their place") {
    Dataset<float> data{Array<float>({3, 2}), Array<float>({3, 2}, {0, 1, 1, 0, 0, 0})};
    const auto error = [&] {
        return message_of<ValueError>(
            [&] { blue::check_examples<Regressor, blue::Bernoulli>(data, "fit"); });
    };
    CHECK(error().empty());
    for (float wrong : {-1.f, 0.5f, 2.f}) {
        data.targets[3] = wrong;
        CHECK(error() == "fit: expected targets of 0 or 1, got " +
                             std::string(wrong < 0   ? "-1"
                                         : wrong < 1 ? "0.5"
                                                     : "2") +
                             " in example 1 at position 1 (counted from 0)");
    }
    data.targets[3] = 1;
    CHECK(error().empty());
    // Whole numbers are numbers.
    CHECK_NOTHROW(blue::check_examples<Regressor, blue::Bernoulli>(
        Dataset<std::int32_t>{data.inputs, Array<std::int32_t>({3, 2}, {0, 1, 1, 0, 0, 0})}, ""));
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/tensor/dataset.hpp>

#include "support/catch.hpp"

using blue::Array;

TEST_CASE("a data set that fits passes, and others are named with their shapes") {
    const blue::Dataset<int> good{Array<float>({3, 2, 2}), Array<int>({3})};
    CHECK(good.size() == 3);
    CHECK_NOTHROW(check_dataset(good, 4, "fit"));
    CHECK_THROWS_WITH(
        check_dataset(good, 5, "fit"),
        "fit: the model expects 5 numbers per input, but the inputs have shape (3, 2, 2)");
    CHECK_THROWS_WITH(check_dataset(blue::Dataset<int>{}, 4, "fit"),
                      "fit: expected examples, got an empty data set");
    const blue::Dataset<int> short_of_one{Array<float>({3, 4}), Array<int>({2})};
    CHECK_THROWS_AS(check_dataset(short_of_one, 4, "fit"), blue::ShapeError);
    CHECK_THROWS_WITH(
        check_dataset(short_of_one, 4, "fit"),
        "fit: expected one target per input, got inputs of shape (3, 4) and targets of "
        "shape (2)");
}

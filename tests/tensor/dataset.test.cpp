// SPDX-License-Identifier: BSD-3-Clause
#include <blue/tensor/dataset.hpp>

#include "support/catch.hpp"

using blue::Array;
using blue::dynamic;
using blue::shape;

TEST_CASE("a data set that fits passes, and others are named with their shapes") {
    const blue::Dataset<int> good{Array<float>({3, 2, 2}), Array<int>({3})};
    CHECK(good.size() == 3);
    CHECK_NOTHROW(check_dataset<shape<4>>(good, "fit"));
    CHECK_THROWS_WITH(
        check_dataset<shape<5>>(good, "fit"),
        "fit: the model expects 5 numbers per input, but the inputs have shape (3, 2, 2)");
    CHECK_THROWS_WITH(check_dataset<shape<4>>(blue::Dataset<int>{}, "fit"),
                      "fit: expected examples, got an empty data set");
    const blue::Dataset<int> short_of_one{Array<float>({3, 4}), Array<int>({2})};
    CHECK_THROWS_AS(check_dataset<shape<4>>(short_of_one, "fit"), blue::ShapeError);
    CHECK_THROWS_WITH(
        check_dataset<shape<4>>(short_of_one, "fit"),
        "fit: expected one target per input, got inputs of shape (3, 4) and targets of "
        "shape (2)");
}

TEST_CASE("dynamic extents of a model come from the axes of its inputs") {
    const Array<float> sequences({5, 7, 3}), flat({5, 21});
    CHECK(blue::extents_of_inputs<shape<dynamic, 3>>(sequences, "fit").values[0] == 7);
    const auto both = blue::extents_of_inputs<shape<dynamic, dynamic>>(sequences, "fit");
    CHECK(both.values == std::array<blue::Index, 2>{7, 3});
    CHECK(blue::extents_of_inputs<shape<7, 3>>(flat, "fit").values.empty());
    CHECK_THROWS_WITH((blue::extents_of_inputs<shape<dynamic, 4>>(sequences, "fit")),
                      "fit: the model expects inputs of shape<dynamic, 4> behind the axis of "
                      "examples, but they have shape (5, 7, 3)");
    CHECK_THROWS_AS((blue::extents_of_inputs<shape<dynamic, 3>>(flat, "fit")), blue::ShapeError);
    CHECK_THROWS_AS((blue::extents_of_inputs<shape<dynamic, 3>>(Array<float>{}, "fit")),
                    blue::ShapeError);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/tensor/dataset.hpp>
#include <blue/tensor/eigen.hpp>

#include "support/catch.hpp"

#include <type_traits>
#include <vector>

TEST_CASE("a matrix lies in the memory of its array") {
    blue::Array<float> array({2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    auto matrix = blue::as_matrix(array);
    REQUIRE(matrix.rows() == 2);
    REQUIRE(matrix.cols() == 6);
    CHECK(matrix(1, 0) == 7);
    matrix(0, 5) = -1;
    CHECK(array[5] == -1);

    const auto& constant = array;
    CHECK(blue::as_matrix(constant).sum() == 71);
    static_assert(
        std::is_const_v<std::remove_pointer_t<decltype(blue::as_matrix(constant).data())>>);
}

TEST_CASE("an array takes the numbers of a matrix, whatever its order") {
    Eigen::MatrixXd matrix(2, 3);  // column-major
    matrix << 1, 2, 3, 4, 5, 6;
    const auto array = blue::to_array(matrix);
    CHECK(array.shape() == std::vector<blue::Index>{2, 3});
    CHECK(std::vector<double>(array.begin(), array.end()) == std::vector<double>{1, 2, 3, 4, 5, 6});
    CHECK(blue::to_array(2 * matrix.transpose()).shape() == std::vector<blue::Index>{3, 2});
}

TEST_CASE("a data set is made of matrices") {
    const Eigen::MatrixXf inputs = Eigen::MatrixXf::Random(5, 3);
    const Eigen::VectorXf targets = inputs.rowwise().sum();
    const blue::Dataset<float> data{blue::to_array(inputs), blue::to_array(targets)};
    const double mean = blue::as_matrix(data.targets).mean();
    CHECK(mean == targets.mean());
    CHECK(data.size() == 5);
    CHECK_NOTHROW(blue::check_dataset<blue::shape<3>>(data, "here"));
}

TEST_CASE("an empty array is an empty matrix") {
    const blue::Array<float> array({0, 4});
    CHECK(blue::as_matrix(array).size() == 0);
}

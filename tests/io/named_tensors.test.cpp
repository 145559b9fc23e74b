// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/named_tensors.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using blue::Array;
using blue::Index;
using namespace blue::io;
using blue_test::message_of;

namespace {

template <class T>
RawTensor raw(DType dtype, const std::vector<T>& values) {
    RawTensor tensor{dtype, {static_cast<Index>(values.size())}, {}};
    tensor.bytes.resize(values.size() * sizeof(T));
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
}

template <class T>
std::vector<T> list(const Array<T>& array) {
    return {array.begin(), array.end()};
}

}  // namespace

TEST_CASE("arrays go in and come out") {
    NamedTensors tensors;
    tensors.add("b", Array<float>({2, 2}, {1, 2, 3, 4}));
    tensors.add("a", Array<std::int64_t>({}, {-5}));
    CHECK(tensors.size() == 2);
    CHECK(tensors.names() == std::vector<std::string>{"b", "a"});
    CHECK(tensors.contains("a"));
    CHECK_FALSE(tensors.contains("c"));
    CHECK(tensors.at("b").dtype == DType::F32);
    CHECK(tensors.as<float>("b").shape() == std::vector<Index>{2, 2});
    CHECK(list(tensors.as<float>("b")) == std::vector<float>{1, 2, 3, 4});
    CHECK(tensors.as<std::int64_t>("a").shape().empty());
    CHECK(tensors.as<std::int64_t>("a")[0] == -5);
}

TEST_CASE("values are widened when nothing is lost") {
    NamedTensors tensors("m.safetensors");
    tensors.add("half", raw<std::uint16_t>(DType::F16, {0x3c00, 0xc000}));
    tensors.add("bfloat", raw<std::uint16_t>(DType::BF16, {0x3f80, 0xc000}));
    tensors.add("bool", raw<std::uint8_t>(DType::BOOL, {0, 1}));
    tensors.add("small", raw<std::int8_t>(DType::I8, {-1, 2}));
    tensors.add("double", Array<double>({1}, {0.1}));
    CHECK(list(tensors.as<float>("half")) == std::vector<float>{1, -2});
    CHECK(list(tensors.as<double>("bfloat")) == std::vector<double>{1, -2});
    CHECK(list(tensors.as<std::uint8_t>("bool")) == std::vector<std::uint8_t>{0, 1});
    CHECK(list(tensors.as<float>("small")) == std::vector<float>{-1, 2});
    CHECK(list(tensors.as<std::int64_t>("small")) == std::vector<std::int64_t>{-1, 2});
    CHECK(message_of<blue::FileError>([&] { tensors.as<float>("double"); }) ==
          "m.safetensors: tensor \"double\": expected a type whose values F32 can hold, got F64");
    CHECK_THROWS_AS(tensors.as<std::uint8_t>("small"), blue::FileError);
    CHECK_THROWS_AS(tensors.as<std::int32_t>("half"), blue::FileError);
}

TEST_CASE("rounding is asked for by name") {
    NamedTensors tensors("m");
    const double infinity = std::numeric_limits<double>::infinity();
    tensors.add("double", Array<double>({3}, {0.1, -infinity, 1e-60}));
    tensors.add("big", Array<double>({1}, {1e39}));
    tensors.add("long", Array<std::int64_t>({1}, {(1 << 24) + 1}));
    const auto rounded = tensors.as_rounded<float>("double");
    CHECK(rounded[0] == 0.1f);
    CHECK(rounded[1] == -std::numeric_limits<float>::infinity());
    CHECK(rounded[2] == 0.0f);
    CHECK(tensors.as_rounded<float>("long")[0] == 16777216.0f);
    CHECK(message_of<blue::FileError>([&] {
              tensors.as_rounded<float>("big");
          }).find("m: tensor \"big\": expected values in the range of F32, got 1") == 0);
}

TEST_CASE("a name that is not there is an error with names that are") {
    NamedTensors tensors("m");
    CHECK(message_of<blue::FileError>([&] { tensors.at("x"); }) ==
          "m: expected a tensor \"x\", got 0 other tensors");
    tensors.add("0._weight_mean", Array<float>({1}));
    tensors.add("0._bias_mean", Array<float>({1}));
    CHECK(message_of<blue::FileError>([&] { tensors.as<float>("x"); }) ==
          "m: expected a tensor \"x\", got 2 other tensors: 0._weight_mean, 0._bias_mean");
    for (int i = 0; i < 20; ++i) tensors.add(std::to_string(i), Array<float>({1}));
    const std::string message = message_of<blue::FileError>([&] { tensors.at("x"); });
    CHECK(message.substr(message.size() - 14) == ", 3, 4, 5, ...");
}

TEST_CASE("what does not fit is not added") {
    NamedTensors tensors("m");
    tensors.add("a", Array<float>({1}));
    CHECK(message_of<blue::ValueError>([&] { tensors.add("a", Array<float>({2})); }) ==
          "m: expected a new name, got a second tensor \"a\"");
    CHECK(tensors.at("a").shape == std::vector<Index>{1});
    RawTensor tensor{DType::F32, {2}, std::vector<std::byte>(7)};
    CHECK(message_of<blue::ShapeError>([&] { tensors.add("b", tensor); }) ==
          "m: tensor \"b\" of shape (2) and type F32 does not have 7 bytes");
    tensor = {DType::F32, {-1, -2}, std::vector<std::byte>(8)};
    CHECK_THROWS_AS(tensors.add("b", tensor), blue::ShapeError);
    CHECK(tensors.names() == std::vector<std::string>{"a"});
}

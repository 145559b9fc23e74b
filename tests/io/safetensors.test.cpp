// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/safetensors.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using blue::Array;
using blue::Index;
using namespace blue::io;
using blue_test::message_of;
using blue_test::TemporaryFolder;

namespace {

/// A file from the text of its header and the number of bytes behind it.
std::string file_of(const std::string& header, std::size_t data) {
    const std::uint64_t length = header.size();
    std::string text(8, '\0');
    std::memcpy(text.data(), &length, 8);
    return text + header + std::string(data, '\1');
}

std::string error_of(const TemporaryFolder& folder, const std::string& content) {
    return blue_test::file_error(folder.file("bad", content),
                                 [](const auto& path) { read_safetensors(path); });
}

bool starts_with(const std::string& text, const std::string& prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

NamedTensors example() {
    NamedTensors tensors;
    tensors.add("1._weight_mean", Array<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    tensors.add("0.mask", Array<std::uint8_t>({3}, {1, 0, 1}));
    tensors.add("0._weight_mean", Array<float>({}, {-1.5f}));
    tensors.add("steps", Array<std::int64_t>({1}, {1234567890123}));
    tensors.add("nothing", Array<double>({0, 4}));
    tensors.metadata = {{"format", "pt"}, {"title", "a \"name\" \xc3\xa4"}};
    return tensors;
}

}  // namespace

TEST_CASE("what is written is read again") {
    TemporaryFolder folder;
    const auto path = folder / "a.safetensors";
    write_safetensors(path, example());
    CHECK(folder.names().size() == 1);
    const NamedTensors tensors = read_safetensors(path);
    // The order of the data: wide types first, then by name.
    CHECK(tensors.names() == std::vector<std::string>{"steps", "nothing", "0._weight_mean",
                                                      "1._weight_mean", "0.mask"});
    const NamedTensors expected = example();
    CHECK(tensors.metadata == expected.metadata);
    for (const auto& name : expected.names()) {
        CHECK(tensors.at(name).dtype == expected.at(name).dtype);
        CHECK(tensors.at(name).shape == expected.at(name).shape);
        CHECK(tensors.at(name).bytes == expected.at(name).bytes);
    }
}

TEST_CASE("the bytes are those that the Python library writes") {
    // safetensors 0.8.0: save({"b": [1, 2] int16, "a": [0.5] float32, "c": [7] uint8},
    //                         metadata={"k": "v"})
    const std::string header =
        R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
        R"("b":{"dtype":"I16","shape":[2],"data_offsets":[4,8]},)"
        R"("c":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}})";
    std::string expected = file_of(header + std::string((8 - header.size() % 8) % 8, ' '), 0);
    expected += std::string("\x00\x00\x00\x3f\x01\x00\x02\x00\x07", 9);

    NamedTensors tensors;
    tensors.metadata = {{"k", "v"}};
    tensors.add("c", Array<std::uint8_t>({1}, {7}));
    tensors.add("b", Array<std::int16_t>({2}, {1, 2}));
    tensors.add("a", Array<float>({1}, {0.5f}));
    TemporaryFolder folder;
    write_safetensors(folder / "a", tensors);
    CHECK(read_file(folder / "a") == expected);
}

TEST_CASE("an empty collection is a file too") {
    TemporaryFolder folder;
    write_safetensors(folder / "a", NamedTensors());
    CHECK(read_file(folder / "a") == file_of("{}      ", 0));
    CHECK(read_safetensors(folder / "a").size() == 0);
}

TEST_CASE("the header may list the tensors in any order") {
    TemporaryFolder folder;
    const auto path =
        folder.file("a", file_of(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},)"
                                 R"("z":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}})",
                                 3));
    const NamedTensors tensors = read_safetensors(path);
    CHECK(tensors.names() == std::vector<std::string>{"z", "b"});
    CHECK(tensors.as<std::uint8_t>("b").shape() == std::vector<Index>{2});
}

TEST_CASE("errors carry the path") {
    TemporaryFolder folder;
    CHECK(blue_test::file_error(folder / "missing", [](const auto& path) {
              read_safetensors(path);
          }) == "expected a file, but there is none");
    const auto path = folder / "a";
    write_safetensors(path, example());
    const NamedTensors tensors = read_safetensors(path);
    CHECK(starts_with(message_of<blue::FileError>([&] { tensors.at("x"); }), path.string() + ": "));
}

TEST_CASE("a wrong length of the header is an error") {
    TemporaryFolder folder;
    CHECK(error_of(folder, "1234567") ==
          "at byte 0: expected the length of the header in 8 bytes, but the file has only 7");
    CHECK(error_of(folder, std::string(8, '\0') + "{}") ==
          "at byte 0: expected a header of 2 to 2 bytes, got the length 0; is it a safetensors "
          "file, and all of it?");
    CHECK(error_of(folder, std::string(8, '\xff') + "{}") ==
          "at byte 0: expected a header of 2 to 2 bytes, got the length 18446744073709551615; is "
          "it a safetensors file, and all of it?");
    CHECK(error_of(folder, file_of("{}", 0).substr(0, 9)) ==
          "at byte 0: expected a header of 2 to 1 bytes, got the length 2; is it a safetensors "
          "file, and all of it?");
}

TEST_CASE("a header that is not the JSON of tensors is an error") {
    TemporaryFolder folder;
    const auto error = [&](const std::string& header, std::size_t data = 0) {
        return error_of(folder, file_of(header, data));
    };
    CHECK(error(" {}") == "at byte 8: expected a JSON object, which starts with '{'");
    CHECK(error("[]") == "at byte 8: expected a JSON object, which starts with '{'");
    CHECK(error(std::string("{}\0x", 4)) == "at byte 10: expected JSON, got a zero byte");
    CHECK(starts_with(error(R"({"a":})"), "at byte 13: the header is not valid JSON"));
    CHECK(starts_with(error("{} {}"), "at byte 11: the header is not valid JSON"));
    CHECK(starts_with(error("{\"\xff\":1}"), "at byte 10: the header is not valid JSON"));
    CHECK(starts_with(error(R"({"a":1e999})"), "at byte 8: the header is not valid"));
    CHECK(error(R"({"a":[[[[[]]]]]})") ==
          "at byte 8: expected JSON of tensors, got deeper nesting");
    CHECK(starts_with(error("{\"a\":" + std::string(100000, '[')), "at byte 8: expected JSON of"));
    CHECK(error(R"({"a":5})") ==
          "tensor \"a\": expected an object with dtype, shape and data_offsets, got 5");
    CHECK(error(R"({"__metadata__":5})") == "expected __metadata__ to be an object");
    CHECK(error(R"({"__metadata__":{"a":5}})") == "expected __metadata__ of strings, got number");
}

TEST_CASE("the same name twice is an error") {
    TemporaryFolder folder;
    const std::string tensor = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
    CHECK(error_of(folder, file_of(R"({"a":)" + tensor + R"(,"a":)" + tensor + "}", 1)) ==
          "at byte 8: the header has the key \"a\" twice");
    CHECK(error_of(folder, file_of(R"({"a":{"dtype":"U8","dtype":"U8"}})", 1)) ==
          "at byte 8: the header has the key \"dtype\" twice");
    CHECK(error_of(folder, file_of(R"({"__metadata__":{"a":"","a":""}})", 0)) ==
          "at byte 8: the header has the key \"a\" twice");
}

TEST_CASE("a tensor with wrong fields is an error") {
    TemporaryFolder folder;
    const auto error = [&](const std::string& dtype, const std::string& shape,
                           const std::string& offsets) {
        return error_of(folder, file_of(R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape +
                                            R"(,"data_offsets":)" + offsets + "}}",
                                        8));
    };
    REQUIRE(error("\"F32\"", "[2]", "[0,8]").empty());
    CHECK(error("\"F33\"", "[2]", "[0,8]") ==
          "tensor \"a\": expected a dtype out of BOOL U8 I8 I16 U16 F16 BF16 I32 U32 F32 F64 I64 "
          "U64, got \"F33\"");
    CHECK(starts_with(error("5", "[2]", "[0,8]"), "tensor \"a\": expected a dtype out of"));
    for (const char* shape : {"2", "[-2]", "[2.0]", "[\"2\"]", "[9223372036854775808]", "[null]"})
        CHECK(error("\"F32\"", shape, "[0,8]") ==
              std::string("tensor \"a\": expected a shape of whole numbers, got ") + shape);
    for (const char* offsets : {"8", "[8]", "[0,8,8]", "[-8,0]", "[0,8.0]"})
        CHECK(error("\"F32\"", "[2]", offsets) ==
              std::string("tensor \"a\": expected two data_offsets, got ") + offsets);
    CHECK(error("\"F32\"", "[2]", "[0,7]") ==
          "tensor \"a\": expected data_offsets that span the 8 bytes of the shape (2) in F32, got "
          "[0,7]");
    CHECK(
        starts_with(error("\"F32\"", "[2]", "[8,0]"), "tensor \"a\": expected data_offsets that"));
    CHECK(starts_with(error("\"F32\"", "[4294967296,4294967296,4294967296]", "[0,8]"),
                      "tensor \"a\": expected data_offsets that span the countless bytes"));
    CHECK(starts_with(error("\"F32\"", "[4294967296,4294967296,0]", "[0,0]"),
                      "tensor \"a\": expected data_offsets that span the countless bytes"));
    CHECK(error_of(folder, file_of(R"({"a":{"dtype":"F32","shape":[2]}})", 8)) ==
          "tensor \"a\": expected a field data_offsets, got {\"dtype\":\"F32\",\"shape\":[2]}");
}

TEST_CASE("the tensors have to fill the file without gaps and overlaps") {
    TemporaryFolder folder;
    const auto two = [](const std::string& first, const std::string& second) {
        return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
               R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
    };
    REQUIRE(error_of(folder, file_of(two("[0,4]", "[4,8]"), 8)).empty());
    CHECK(error_of(folder, file_of(two("[0,4]", "[5,9]"), 9)) ==
          "tensor \"b\": expected its data at offset 4, behind the data before it, got offset 5");
    CHECK(error_of(folder, file_of(two("[0,4]", "[3,7]"), 7)) ==
          "tensor \"b\": expected its data at offset 4, behind the data before it, got offset 3");
    CHECK(error_of(folder, file_of(two("[1,5]", "[5,9]"), 9)) ==
          "tensor \"a\": expected its data at offset 0, behind the data before it, got offset 1");
    const std::string header = two("[0,4]", "[4,8]");
    const std::string where = "at byte " + std::to_string(8 + header.size());
    CHECK(error_of(folder, file_of(header, 7)) ==
          where + ": expected 8 bytes of tensors, but 7 bytes follow");
    CHECK(error_of(folder, file_of(header, 9)) ==
          where + ": expected 8 bytes of tensors, but 9 bytes follow");
}

TEST_CASE("what the format does not allow is not written") {
    TemporaryFolder folder;
    NamedTensors reserved;
    reserved.add("__metadata__", Array<float>({1}));
    CHECK_THROWS_AS(write_safetensors(folder / "a", reserved), blue::ValueError);
    NamedTensors no_text;
    no_text.add("\xff", Array<float>({1}));
    CHECK_THROWS_AS(write_safetensors(folder / "a", no_text), blue::ValueError);
    CHECK(folder.names().empty());
    CHECK_THROWS_AS(write_safetensors(folder / "missing/a", example()), blue::FileError);
}

TEST_CASE("no prefix and no flipped bit does worse than a FileError") {
    TemporaryFolder folder;
    write_safetensors(folder / "a", example());
    const std::string content = read_file(folder / "a");
    for (std::size_t n = 0; n < content.size(); ++n)
        CHECK_THROWS_AS(read_safetensors(folder.file("b", content.substr(0, n))), blue::FileError);
    int read = 0, refused = 0;
    for (std::size_t bit = 0; bit < 8 * content.size(); ++bit) {
        std::string flipped = content;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        try {
            read_safetensors(folder.file("b", flipped));
            ++read;
        } catch (const blue::FileError&) {
            ++refused;
        }
    }
    CHECK(read + refused == static_cast<int>(8 * content.size()));
    CHECK(read > 0);  // bits of the data and of names
    CHECK(refused > 0);
}

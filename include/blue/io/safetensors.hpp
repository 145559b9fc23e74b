// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reads and writes safetensors files. Needs nlohmann/json.
///
/// Format (https://github.com/huggingface/safetensors): the length of the header in eight bytes;
/// the header in JSON, {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...},
/// with an optional "__metadata__" of strings; the elements, row-major. Everything is
/// little-endian.
#pragma once

#include <blue/io/atomic_file.hpp>
#include <blue/io/dtype.hpp>
#include <blue/io/file.hpp>
#include <blue/io/named_tensors.hpp>
#include <blue/tensor/array.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace blue::io {

namespace detail {

inline constexpr std::uint64_t safetensors_header_cap = 100'000'000;  // of the reference library
inline constexpr const char* safetensors_metadata_key = "__metadata__";

/// Parses the JSON text of a header. nlohmann/json keeps the last of several equal keys and stops
/// at a zero byte, the format allows neither.
inline nlohmann::json parse_safetensors_header(const InputFile& file, const std::string& text) {
    using Json = nlohmann::json;
    constexpr std::uint64_t start = 8;
    if (text[0] != '{') file.fail_at(start, "expected a JSON object, which starts with '{'");
    if (const auto zero = text.find('\0'); zero != text.npos)
        file.fail_at(start + zero, "expected JSON, got a zero byte");
    std::vector<std::set<std::string>> keys;
    const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
        if (depth > 3) file.fail_at(start, "expected JSON of tensors, got deeper nesting");
        keys.resize(static_cast<std::size_t>(depth) + 1);
        if (event == Json::parse_event_t::key &&
            !keys[static_cast<std::size_t>(depth)].insert(value.get<std::string>()).second)
            file.fail_at(start, "the header has the key ", value.dump(), " twice");
        return true;
    };
    try {
        return Json::parse(text, check);
    } catch (const Json::parse_error& error) {
        file.fail_at(start + (error.byte > 0 ? error.byte - 1 : 0),
                     "the header is not valid JSON: ", error.what());
    } catch (const Json::exception& error) {  // a number that no type holds
        file.fail_at(start, "the header is not valid: ", error.what());
    }
}

/// What the header says about one tensor.
struct SafetensorsEntry {
    std::string name;
    DType dtype = DType::F32;
    std::vector<Index> shape;
    std::uint64_t begin = 0, end = 0;

    SafetensorsEntry(const InputFile& file, std::string key, const nlohmann::json& json)
        : name(std::move(key)) {
        const auto fail = [&](const nlohmann::json& got, const auto&... expected) {
            constexpr std::size_t most = 200;
            file.fail("tensor \"", name, "\": expected ", expected..., ", got ",
                      got.dump().substr(0, most));
        };
        if (!json.is_object()) fail(json, "an object with dtype, shape and data_offsets");
        for (const char* field : {"dtype", "shape", "data_offsets"})
            if (!json.contains(field)) fail(json, "a field ", field);

        const auto& type = json.at("dtype");
        const auto known =
            type.is_string() ? dtype_from_name(type.get<std::string>()) : std::nullopt;
        if (!known) {
            std::string names;
            for (const auto& info : dtypes) names.append(" ").append(info.name);
            fail(type, "a dtype out of", names);
        }
        dtype = *known;

        const auto are_sizes = [](const nlohmann::json& list) {
            return list.is_array() && std::all_of(list.begin(), list.end(), [](const auto& n) {
                       return n.is_number_unsigned() &&
                              n.template get<std::uint64_t>() <=
                                  static_cast<std::uint64_t>(std::numeric_limits<Index>::max());
                   });
        };
        if (!are_sizes(json.at("shape"))) fail(json.at("shape"), "a shape of whole numbers");
        for (const auto& extent : json.at("shape")) shape.push_back(extent.get<Index>());
        const auto& offsets = json.at("data_offsets");
        if (!are_sizes(offsets) || offsets.size() != 2) fail(offsets, "two data_offsets");
        begin = offsets[0].get<std::uint64_t>();
        end = offsets[1].get<std::uint64_t>();
        const auto bytes = checked_bytes(shape, size_of(dtype));
        if (!bytes || end < begin || end - begin != static_cast<std::uint64_t>(*bytes))
            fail(offsets, "data_offsets that span the ",
                 bytes ? std::to_string(*bytes) : "countless", " bytes of the shape ",
                 to_string(shape), " in ", name_of(dtype));
    }
};

/// Reads the header and checks it against the size of the file. Fills the metadata.
inline std::vector<SafetensorsEntry> read_safetensors_header(InputFile& file,
                                                             NamedTensors& content) {
    std::uint64_t length = 0;
    if (file.read(&length, sizeof length) != sizeof length)
        file.fail_at(0, "expected the length of the header in 8 bytes, but the file has only ",
                     file.size());
    if (length < 2 || length > safetensors_header_cap || length > file.size() - sizeof length)
        file.fail_at(0, "expected a header of 2 to ",
                     std::min(safetensors_header_cap, file.size() - 8), " bytes, got the length ",
                     length, "; is it a safetensors file, and all of it?");
    std::string text(static_cast<std::size_t>(length), '\0');
    if (file.read(text.data(), text.size()) != text.size())
        file.fail_here("the file became shorter while it was read");

    std::vector<SafetensorsEntry> entries;
    const auto header = parse_safetensors_header(file, text);
    for (const auto& [key, value] : header.items()) {
        if (key != safetensors_metadata_key) {
            entries.emplace_back(file, key, value);
            continue;
        }
        if (!value.is_object()) file.fail("expected __metadata__ to be an object");
        for (const auto& [name, entry] : value.items()) {
            if (!entry.is_string())
                file.fail("expected __metadata__ of strings, got ", entry.type_name());
            content.metadata[name] = entry.template get<std::string>();
        }
    }
    return entries;
}

/// Puts the entries in the order of their bytes, which must follow each other without a gap up to
/// the end of the file.
inline void sort_by_offset(const InputFile& file, std::vector<SafetensorsEntry>& entries) {
    // Not stable_sort: with libstdc++ 12 it uses what C++17 deprecates, and clang 19 says so.
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    std::uint64_t end = 0;
    for (const auto& entry : entries) {
        if (entry.begin != end)
            file.fail("tensor \"", entry.name, "\": expected its data at offset ", end,
                      ", behind the data before it, got offset ", entry.begin);
        end = entry.end;
    }
    if (end != file.size() - file.offset())
        file.fail_here("expected ", end, " bytes of tensors, but ", file.size() - file.offset(),
                       " bytes follow");
}

}  // namespace detail

/// Reads a file; names() has the order of the data. Throws FileError saying what was expected and
/// what came, whatever the file is: every length and offset is checked before it is used.
inline NamedTensors read_safetensors(const std::filesystem::path& path) {
    InputFile file(path);
    NamedTensors content(path.string());
    auto entries = detail::read_safetensors_header(file, content);
    detail::sort_by_offset(file, entries);
    for (auto& entry : entries) {
        RawTensor tensor{entry.dtype, std::move(entry.shape), {}};
        tensor.bytes.resize(static_cast<std::size_t>(entry.end - entry.begin));
        if (file.read(tensor.bytes.data(), tensor.bytes.size()) != tensor.bytes.size())
            file.fail_here("the file became shorter while it was read");
        content.add(entry.name, std::move(tensor));
    }
    return content;
}

/// Writes a file, completely or not at all, with the bytes that the Python library writes: tensors
/// ordered by type (wide types first, which aligns them all) and then by name, metadata by key, the
/// header filled up with blanks to a multiple of 8 bytes. Throws FileError when the file cannot be
/// written and ValueError for a reserved name or text that is not UTF-8.
inline void write_safetensors(const std::filesystem::path& path, const NamedTensors& content) {
    std::vector<std::string> names = content.names();
    std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
        const DType left = content.at(a).dtype, right = content.at(b).dtype;
        return left != right ? left > right : a < b;
    });
    std::string text = "{";
    try {
        const auto json = [](const auto& value) { return nlohmann::json(value).dump(); };
        if (!content.metadata.empty())
            text += json(detail::safetensors_metadata_key) + ':' + json(content.metadata) + ',';
        std::size_t offset = 0;
        for (const auto& name : names) {
            if (name == detail::safetensors_metadata_key)
                throw ValueError(path.string(), ": the tensor name \"", name, "\" is reserved");
            const RawTensor& tensor = content.at(name);
            const std::size_t end = offset + tensor.bytes.size();
            text += json(name) + ":{\"dtype\":" + json(name_of(tensor.dtype)) +
                    ",\"shape\":" + json(tensor.shape) +
                    ",\"data_offsets\":" + json(std::array{offset, end}) + "},";
            offset = end;
        }
    } catch (const nlohmann::json::type_error& error) {
        throw ValueError(path.string(), ": names and metadata must be UTF-8: ", error.what());
    }
    if (text.back() == ',') text.pop_back();
    text += '}';
    text.resize((text.size() + 7) / 8 * 8, ' ');
    if (text.size() > detail::safetensors_header_cap)
        throw ValueError(path.string(), ": the header would have ", text.size(),
                         " bytes, the format allows ", detail::safetensors_header_cap);
    const std::uint64_t length = text.size();
    AtomicFile file(path);
    file.write(&length, sizeof length);
    file.write(text);
    for (const auto& name : names)
        file.write(content.at(name).bytes.data(), content.at(name).bytes.size());
    file.commit();
}

}  // namespace blue::io

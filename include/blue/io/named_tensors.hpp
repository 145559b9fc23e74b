// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Named tensors as bytes with typed access: what stands between a model and a file.
#pragma once

#include <blue/io/dtype.hpp>
#include <blue/io/file.hpp>
#include <blue/tensor/array.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace blue::io {

static_assert(std::endian::native == std::endian::little,
              "blue/io/named_tensors.hpp: bytes are copied as they are; this needs a little-endian "
              "machine");

/// A tensor as it is in a file: row-major, little-endian.
struct RawTensor {
    DType dtype = DType::F32;
    std::vector<Index> shape;
    std::vector<std::byte> bytes;
};

/// Tensors with names in a fixed order, and free text: the content of a file, a state dict.
class NamedTensors {
public:
    /// The text stands in front of error messages: the path of the file it comes from.
    explicit NamedTensors(std::string source = "tensors") : source_(std::move(source)) {}

    /// Free text: who wrote this, with which options.
    std::map<std::string, std::string> metadata;

    Index size() const { return static_cast<Index>(names_.size()); }
    /// In the order of insertion.
    const std::vector<std::string>& names() const { return names_; }
    bool contains(const std::string& name) const { return tensors_.count(name) != 0; }

    /// Throws FileError with names that there are.
    const RawTensor& at(const std::string& name) const {
        const auto found = tensors_.find(name);
        if (found != tensors_.end()) return found->second;
        std::string message = "expected a tensor " + quoted(name) + ", got " +
                              std::to_string(names_.size()) + " other tensors";
        constexpr std::size_t most = 8;
        for (std::size_t i = 0; i < std::min(names_.size(), most); ++i)
            message += (i ? ", " : ": ") + names_[i];
        fail(message, (names_.size() > most ? ", ..." : ""));
    }

    /// The tensor converted to T, if every value of its type is a value of T (float takes F32, F16,
    /// BF16 and small integers; double all of these, F64 and I32). Else throws FileError.
    template <class T>
    Array<T> as(const std::string& name) const {
        return convert<T, false>(name);
    }

    /// Like as(), but T may be less precise: rounds to nearest. Throws FileError for a finite value
    /// that is out of range.
    template <class T>
    Array<T> as_rounded(const std::string& name) const {
        static_assert(std::is_floating_point_v<T>, "as_rounded: expected float or double");
        return convert<T, true>(name);
    }

    /// Adds a tensor. Throws ValueError for a name that is taken and ShapeError when shape and
    /// bytes do not fit.
    void add(const std::string& name, RawTensor tensor) {
        if (contains(name))
            throw ValueError(source_, ": expected a new name, got a second tensor ", quoted(name));
        const auto bytes = detail::checked_bytes(tensor.shape, size_of(tensor.dtype));
        if (!bytes || *bytes != static_cast<Index>(tensor.bytes.size()))
            throw ShapeError(source_, ": tensor ", quoted(name), " of shape ",
                             to_string(tensor.shape), " and type ", name_of(tensor.dtype),
                             " does not have ", tensor.bytes.size(), " bytes");
        tensors_.emplace(name, std::move(tensor));
        names_.push_back(name);
    }
    template <class T>
    void add(const std::string& name, const Array<T>& array) {
        const auto* bytes = reinterpret_cast<const std::byte*>(array.data());
        const auto count = static_cast<std::size_t>(array.size()) * sizeof(T);
        add(name, RawTensor{dtype_of<T>(), array.shape(), {bytes, bytes + count}});
    }

private:
    static std::string quoted(const std::string& name) { return '"' + name + '"'; }
    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        throw FileError(source_, ": ", parts...);
    }

    template <class T, bool round>
    Array<T> convert(const std::string& name) const {
        const RawTensor& tensor = at(name);
        Array<T> array(tensor.shape);
        detail::visit_dtype(tensor.dtype, [&]<class From>(From stored) {
            if constexpr (round || detail::is_lossless<From, T>) {
                const std::byte* next = tensor.bytes.data();
                for (T& element : array) {
                    std::memcpy(&stored, next, sizeof stored);
                    next += sizeof stored;
                    if constexpr (!detail::is_lossless<From, T>) check_range<T>(name, stored);
                    element = detail::to_number<T>(stored);
                }
            } else {
                fail("tensor ", quoted(name), ": expected a type whose values ",
                     name_of(dtype_of<T>()), " can hold, got ", name_of(tensor.dtype));
            }
        });
        return array;
    }

    template <class T, class From>
    void check_range(const std::string& name, From value) const {
        if constexpr (std::is_same_v<From, double>)
            if (std::isfinite(value) && std::abs(value) > std::numeric_limits<T>::max())
                fail("tensor ", quoted(name), ": expected values in the range of ",
                     name_of(dtype_of<T>()), ", got ", value);
    }

    std::string source_;
    std::vector<std::string> names_;
    std::map<std::string, RawTensor> tensors_;
};

}  // namespace blue::io

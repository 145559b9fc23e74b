// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which keys a query of an attention sees.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/error.hpp>
#include <blue/tensor/tape.hpp>

#include <iterator>
#include <limits>
#include <type_traits>

namespace blue {

namespace requirement {
/// The numbers of a mask.
template <bool Ok, class Given>
struct mask_numbers : check {
    static_assert(
        Ok,
        "blue: a mask holds bool or unsigned char, 1 for what is ignored, or float or double that "
        "is added to the scores, see given in mask_numbers<...>: use another type");
};
}  // namespace requirement

/// A mask on the host: bool or unsigned char, where 1 means that a key is ignored, or floating
/// point numbers that are added to the scores (minus infinity: ignored). It refers to numbers of an
/// array, a vector (not of bool) or a span, which have to live until the operation has run.
class AttentionMask {
public:
    AttentionMask() = default;
    template <class Numbers>
    requires requires(const Numbers& numbers) {
        std::data(numbers);
        std::size(numbers);
    }
    AttentionMask(const Numbers& numbers)
        : data_(std::data(numbers)), size_(static_cast<Index>(std::size(numbers))) {
        using T = std::remove_cvref_t<decltype(*std::data(numbers))>;
        constexpr bool is_flag = std::is_same_v<T, bool> || std::is_same_v<T, unsigned char>;
        constexpr bool is_number = std::is_same_v<T, float> || std::is_same_v<T, double>;
        static_assert(requirement::mask_numbers<(is_flag || is_number), requirement::given<T>>{});
        kind_ = is_flag                     ? Kind::ignored
                : std::is_same_v<T, double> ? Kind::added_double
                                            : Kind::added_float;
    }

    bool empty() const { return data_ == nullptr; }
    Index size() const { return size_; }

    /// What is added to the scores.
    template <class T>
    void copy_to(T* added) const {
        for (Index i = 0; i < size_; ++i) added[i] = static_cast<T>((*this)[i]);
    }

private:
    enum class Kind { ignored, added_float, added_double };

    double operator[](Index i) const {
        switch (kind_) {
            case Kind::added_float:
                return static_cast<double>(static_cast<const float*>(data_)[i]);
            case Kind::added_double:
                return static_cast<const double*>(data_)[i];
            default:
                return static_cast<const unsigned char*>(data_)[i] != 0
                           ? -std::numeric_limits<double>::infinity()
                           : 0;
        }
    }

    const void* data_ = nullptr;
    Index size_ = 0;
    Kind kind_ = Kind::ignored;
};

/// Which keys a query sees; masks that are left out hide nothing. A query that sees no key at all
/// gets zeros, and leaves no gradient.
struct AttentionOptions {
    /// Query i sees the keys 0, ..., i.
    bool causal = false;
    /// length of the queries x length of the keys, or batch x heads times as many.
    AttentionMask mask{};
    /// batch x length of the keys: what is padding.
    AttentionMask key_padding_mask{};
};

namespace detail {

/// What a mask adds to the scores, in the backend's memory; nullptr without one.
template <class B>
const typename B::scalar* put_mask(Tape<B>& tape, const AttentionMask& mask) {
    if (mask.empty()) return nullptr;
    auto* const added = tape.template host_memory<typename B::scalar>(mask.size());
    mask.copy_to(added);
    return B::to_device(tape, added, mask.size());
}

}  // namespace detail

}  // namespace blue

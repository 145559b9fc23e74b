// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Exceptions. Each message says what was expected and what came.
#pragma once

#include <charconv>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace blue {
namespace detail {

/// A part of a message: text, or a number with the digits that it needs.
class MessagePart {
public:
    MessagePart(std::string_view text) : text_(text) {}
    MessagePart(const std::string& text) : text_(text) {}
    MessagePart(const char* text) : text_(text) {}
    MessagePart(char letter) : digits_{letter}, text_(digits_, 1) {}
    MessagePart(double number) { set(number); }
    MessagePart(float number) { set(number); }
    template <std::signed_integral T>
    MessagePart(T number) {
        set(static_cast<long long>(number));
    }
    template <std::unsigned_integral T>
    MessagePart(T number) {
        set(static_cast<unsigned long long>(number));
    }
    MessagePart(const MessagePart&) = delete;
    MessagePart& operator=(const MessagePart&) = delete;

    std::string_view text() const { return text_; }

private:
    template <class T>
    [[gnu::noinline]] void set(T number) {
        const char* const end = std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
        text_ = {digits_, static_cast<std::size_t>(end - digits_)};
    }

    char digits_[32];
    std::string_view text_;
};

/// Not inlined: what a message is made of does not burden the functions that throw it.
[[gnu::noinline]] inline std::string joined(std::initializer_list<MessagePart> parts) {
    std::string message;
    for (const MessagePart& part : parts) message += part.text();
    return message;
}

}  // namespace detail

/// Base of everything that the library throws.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;

    /// The message is the parts, texts and numbers, one behind the other.
    template <class... Parts>
    requires(sizeof...(Parts) > 1) explicit Error(const Parts&... parts)
        : runtime_error(detail::joined({parts...})) {}
};

/// A run-time size or shape does not fit; the message gives both shapes.
struct ShapeError : Error {
    using Error::Error;
};

/// An option or argument has a value that makes no sense.
struct ValueError : Error {
    using Error::Error;
};

/// Throws ValueError unless an option is positive and finite.
[[gnu::noinline]] inline void require_positive(const char* what, const char* name, double value) {
    if (!(value > 0 && value <= std::numeric_limits<double>::max()))
        throw ValueError(what, ": expected a positive, finite ", name, ", got ", value);
}

/// Throws ValueError unless an option is at least 0 and finite.
[[gnu::noinline]] inline void require_not_negative(const char* what, const char* name,
                                                   double value) {
    if (!(value >= 0 && value <= std::numeric_limits<double>::max()))
        throw ValueError(what, ": expected a finite ", name, " of at least 0, got ", value);
}

/// Throws ValueError unless an option is finite.
[[gnu::noinline]] inline void require_finite(const char* what, const char* name, double value) {
    if (!(value - value == 0))
        throw ValueError(what, ": expected a finite ", name, ", got ", value);
}

/// Throws ValueError unless an option is in (0, 1).
[[gnu::noinline]] inline void require_fraction(const char* what, const char* name, double value) {
    if (!(value > 0 && value < 1))
        throw ValueError(what, ": expected a ", name, " above 0 and below 1, got ", value);
}

/// Throws ValueError unless an option is in [0, 1).
[[gnu::noinline]] inline void require_share(const char* what, const char* name, double value) {
    if (!(value >= 0 && value < 1))
        throw ValueError(what, ": expected a ", name, " of at least 0 and below 1, got ", value);
}

/// A file cannot be read or written; the message gives the file and the offset or line.
struct FileError : Error {
    using Error::Error;
};

/// A loss, gradient or input is not finite; the message names the layer and variable.
struct NumericalError : Error {
    using Error::Error;
};

}  // namespace blue

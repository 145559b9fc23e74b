// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reads tables of numbers: comma-separated files and columns separated by white space.
#pragma once

#include <blue/io/file.hpp>
#include <blue/tensor/array.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace blue::io {

/// How a table is written.
struct CsvOptions {
    /// Between two fields. ' ' stands for any run of blanks and tabs, also at the ends of a line.
    char separator = ',';
    /// The first line holds the names of the columns.
    bool header = false;
    /// Lines that start with this character are skipped; '\0' for none.
    char comment = '\0';
    /// Accept nan, inf and infinity.
    bool allow_non_finite = false;
};

/// What `read_csv` gives.
struct Table {
    Array<double> values;              ///< shape (rows, columns)
    std::vector<std::string> columns;  ///< names from the header, empty without one
};

namespace detail {

/// Splits one text into lines and fields and knows where it is.
class CsvParser {
public:
    CsvParser(const std::filesystem::path& path, std::string_view text, CsvOptions options)
        : path_(path), rest_(text), options_(options) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (rest_.substr(0, 3) == byte_order_mark) rest_.remove_prefix(3);
    }

    Table parse() {
        Table table;
        std::vector<double> values;
        if (options_.header) {
            if (!next_line()) fail(start_, "expected a line with the names of the columns");
            while (next_field()) table.columns.push_back(field_);
        }
        std::size_t columns = table.columns.size();
        Index rows = 0;
        for (; next_line(); ++rows) {
            std::size_t count = 0;
            for (; next_field(); ++count) {
                if (columns != 0 && count == columns)
                    fail(start_, "expected ", columns, " columns, got more: ", quoted());
                values.push_back(number());
            }
            if (columns == 0) columns = count;
            if (count < columns)
                fail(line_.size() + 1, "expected ", columns, " columns, got ", count);
        }
        table.values = Array<double>({rows, static_cast<Index>(columns)}, std::move(values));
        return table;
    }

private:
    bool separator_is_space() const { return options_.separator == ' '; }
    bool is_blank(char c) const { return c == ' ' || (c == '\t' && options_.separator != '\t'); }

    /// Moves to the next line that is neither blank nor a comment.
    bool next_line() {
        while (!rest_.empty()) {
            const auto end = rest_.find('\n');
            line_ = rest_.substr(0, end);
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            ++line_number_;
            if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
            position_ = 0;
            const bool comment =
                options_.comment != '\0' && !line_.empty() && line_.front() == options_.comment;
            if (!comment &&
                !std::all_of(line_.begin(), line_.end(), [&](char c) { return is_blank(c); })) {
                more_ = true;
                return true;
            }
        }
        return false;
    }

    void skip_blanks() {
        while (position_ < line_.size() && is_blank(line_[position_])) ++position_;
    }

    /// Moves to the next field of the line: its text without the blanks and quotes around it.
    bool next_field() {
        skip_blanks();
        if (!more_ || (separator_is_space() && position_ == line_.size())) return false;
        start_ = position_ + 1;
        field_.clear();
        if (position_ < line_.size() && line_[position_] == '"')
            quoted_field();
        else
            plain_field();
        skip_blanks();
        more_ = separator_is_space();
        if (position_ < line_.size() && !separator_is_space()) {
            if (line_[position_] != options_.separator)
                fail(position_ + 1, "expected '", options_.separator,
                     "' or the end of the line behind ", quoted());
            ++position_;
            more_ = true;
        }
        return true;
    }

    void plain_field() {
        while (position_ < line_.size() && line_[position_] != options_.separator &&
               !(separator_is_space() && is_blank(line_[position_])))
            field_ += line_[position_++];
        while (!field_.empty() && is_blank(field_.back())) field_.pop_back();
    }

    /// RFC 4180: "" inside quotes is one quote.
    void quoted_field() {
        for (++position_; position_ < line_.size(); field_ += line_[position_++])
            if (line_[position_] == '"') {
                ++position_;
                if (position_ == line_.size() || line_[position_] != '"') return;
            }
        fail(start_, "expected a closing quote on the same line");
    }

    double number() const {
        std::string_view text = field_;
        if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
        double value = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (code == std::errc::result_out_of_range)
            fail(start_, "expected a number in the range of a double, got ", quoted());
        if (code != std::errc() || end != text.data() + text.size())
            fail(start_, "expected a number, got ", quoted());
        if (!std::isfinite(value) && !options_.allow_non_finite)
            fail(start_, "expected a finite number, got ", quoted());
        return value;
    }

    std::string quoted() const { return '"' + field_ + '"'; }

    template <class... Parts>
    [[noreturn]] void fail(std::size_t column, const Parts&... parts) const {
        throw FileError(path_.string(), ":", line_number_, ":", column, ": ", parts...);
    }

    const std::filesystem::path& path_;
    std::string_view rest_;
    CsvOptions options_;
    std::string_view line_;
    std::string field_;
    std::size_t line_number_ = 0;  ///< counted from 1
    std::size_t position_ = 0;     ///< in the line
    std::size_t start_ = 1;        ///< of the field, counted from 1
    bool more_ = false;            ///< another field follows
};

}  // namespace detail

/// Reads a table of numbers. Blank lines are skipped; lines end with \n or \r\n; fields may stand
/// in double quotes; numbers have a decimal point in every locale. A file without rows gives shape
/// (0, columns). Throws FileError "file:line:column: expected ..., got ..." (the column counts
/// characters from 1) for a field that is no number, a number that is not finite or not in the
/// range of a double, and a line with another number of columns than the first.
inline Table read_csv(const std::filesystem::path& path, const CsvOptions& options = {}) {
    const std::string text = read_file(path);
    return detail::CsvParser(path, text, options).parse();
}

}  // namespace blue::io

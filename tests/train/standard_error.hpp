// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a program writes to standard error: to a file, or to a terminal.
#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace blue_test {

/// Standard error goes to a file while this lives.
class CapturedErrors {
public:
    CapturedErrors() : file_(std::tmpfile()), saved_(dup(2)) {
        if (!file_ || saved_ < 0 || dup2(fileno(file_), 2) < 0)
            throw std::runtime_error("cannot redirect standard error");
    }
    CapturedErrors(const CapturedErrors&) = delete;
    CapturedErrors& operator=(const CapturedErrors&) = delete;
    ~CapturedErrors() {
        dup2(saved_, 2);
        close(saved_);
        std::fclose(file_);
    }
    std::string text() const {
        std::string all(static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)), '\0');
        const auto size = pread(fileno(file_), all.data(), all.size(), 0);
        all.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return all;
    }

private:
    std::FILE* file_;
    int saved_;
};

/// Standard error is a terminal of that width while this lives. Write less than 4 KiB: nobody reads
/// before the end.
class TerminalErrors {
public:
    explicit TerminalErrors(unsigned short columns)
        : terminal_(posix_openpt(O_RDWR | O_NOCTTY)), saved_(dup(2)) {
        if (terminal_ < 0 || grantpt(terminal_) != 0 || unlockpt(terminal_) != 0) return;
        const int end = open(ptsname(terminal_), O_RDWR | O_NOCTTY);
        winsize size{};
        size.ws_col = columns;
        size.ws_row = 24;
        works_ = end >= 0 && ioctl(end, TIOCSWINSZ, &size) == 0 && dup2(end, 2) == 2;
        if (end >= 0) close(end);
        fcntl(terminal_, F_SETFL, O_NONBLOCK);
    }
    TerminalErrors(const TerminalErrors&) = delete;
    TerminalErrors& operator=(const TerminalErrors&) = delete;
    ~TerminalErrors() {
        dup2(saved_, 2);
        close(saved_);
        close(terminal_);
    }
    /// Whether this machine has pseudo terminals.
    bool works() const { return works_; }
    /// What was written since the last call, with the terminal's line ends, "\r\n".
    std::string text() const {
        std::string all;
        char part[512];
        for (ssize_t n; (n = read(terminal_, part, sizeof part)) > 0;)
            all.append(part, static_cast<std::size_t>(n));
        return all;
    }

private:
    int terminal_, saved_;
    bool works_ = false;
};

}  // namespace blue_test

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/atomic_file.hpp>
#include <blue/io/file.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>

using namespace blue::io;
using blue_test::message_of;
using blue_test::TemporaryFolder;

TEST_CASE("a file appears with its commit") {
    TemporaryFolder folder;
    const auto path = folder / "a";
    AtomicFile file(path);
    file.write("one ");
    file.write("two");
    CHECK_FALSE(std::filesystem::exists(path));
    file.commit();
    CHECK(read_file(path) == "one two");
    CHECK(folder.names().size() == 1);
    CHECK_THROWS_AS(file.write("more"), blue::FileError);
    CHECK_THROWS_AS(file.commit(), blue::FileError);
    CHECK(read_file(path) == "one two");
}

TEST_CASE("without a commit the old file stays and nothing else remains") {
    TemporaryFolder folder;
    const auto path = folder.file("a", "old");
    try {
        AtomicFile file(path);
        file.write("new");
        CHECK(folder.names().size() == 2);
        throw std::runtime_error("in the middle");
    } catch (const std::runtime_error&) {
    }
    CHECK(read_file(path) == "old");
    CHECK(folder.names().size() == 1);
}

TEST_CASE("an existing file is replaced") {
    TemporaryFolder folder;
    const auto path = folder.file("a", "a longer old text");
    write_file(path, "new");
    CHECK(read_file(path) == "new");
    CHECK(folder.names().size() == 1);
}

TEST_CASE("two writers of one file do not disturb each other") {
    TemporaryFolder folder;
    const auto path = folder / "a";
    AtomicFile first(path), second(path);
    first.write("first");
    second.write("second");
    first.commit();
    CHECK(read_file(path) == "first");
    second.commit();
    CHECK(read_file(path) == "second");
    CHECK(folder.names().size() == 1);
}

TEST_CASE("a new file has the usual permissions") {
    TemporaryFolder folder;
    const auto plain = std::filesystem::status(folder.file("plain", "")).permissions();
    write_file(folder / "a", "");
    CHECK(std::filesystem::status(folder / "a").permissions() == plain);
}

TEST_CASE("a symbolic link stays a link") {
    TemporaryFolder folder;
    const auto target = folder.file("target", "old");
    std::filesystem::create_symlink("target", folder / "link");
    write_file(folder / "link", "new");
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(read_file(target) == "new");

    std::filesystem::remove(target);
    CHECK_THROWS_AS(write_file(folder / "link", "newer"), blue::FileError);
    CHECK(std::filesystem::is_symlink(folder / "link"));
}

TEST_CASE("what cannot be written is an error with the path") {
    TemporaryFolder folder;
    const auto nowhere = folder / "missing/a";
    const std::string message = message_of<blue::FileError>([&] { write_file(nowhere, "x"); });
    CHECK(message == nowhere.string() +
                         ": cannot create a temporary file beside it: No such file or directory");

    std::filesystem::create_directory(folder / "b");
    CHECK(message_of<blue::FileError>([&] { write_file(folder / "b", "x"); }) ==
          (folder / "b").string() + ": cannot be written: it exists and is not a regular file");
    CHECK(folder.names().size() == 1);
    // A device or a pipe would be replaced by the new file.
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_AS(write_file(folder / "pipe", "x"), blue::FileError);
    CHECK(std::filesystem::is_fifo(folder / "pipe"));
}

TEST_CASE("a write that fails in the middle leaves the old file alone") {
    TemporaryFolder folder;
    const auto path = folder.file("a", "old");
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string message =
        message_of<blue::FileError>([&] { write_file(path, std::string(5000, 'x')); });
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(message == path.string() + ": cannot be written: File too large");
    CHECK(read_file(path) == "old");
    CHECK(folder.names().size() == 1);
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Memory of the CUDA backend through its interface, with the host executor behind it.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/concepts/backend.hpp>
#include <blue/tensor/buffer.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <type_traits>

using namespace blue;
using namespace blue_test;

static_assert(Backend<Emulated<float>> && Backend<Emulated<double>>);
static_assert(std::is_same_v<Cuda<float>, Cuda<float, cuda::Device>>);

TEST_CASE("cuda memory: copies there, within and back", "[cuda]") {
    using B = Emulated<double>;
    const std::vector<double> host = numbers<double>(100);
    Buffer<B> a(100);
    std::vector<double> back(100, 1.0);
    B::memory::copy_to_host(back.data(), a.data(), 100);
    CHECK(back == std::vector<double>(100, 0.0));  // buffers begin with zeros
    B::memory::copy_from_host(a.data(), host.data(), 100);
    const Buffer<B> b = a;
    B::memory::fill_zero(a.data(), 100);
    B::memory::copy_to_host(back.data(), b.data(), 100);
    CHECK(back == host);
    const double one = 42;  // a single number goes another way
    B::memory::copy_from_host(a.data() + 3, &one, 1);
    B::memory::copy_to_host(back.data(), a.data(), 5);
    CHECK(std::vector<double>(back.begin(), back.begin() + 5) ==
          std::vector<double>{0, 0, 0, 42, 0});
}

TEST_CASE("cuda tape: inputs are copied to the device", "[cuda]") {
    Tape<Emulated<float>> tape;
    std::vector<float> host = numbers<float>(12);
    const std::vector<float> original = host;
    const auto x = tape.input<shape<3>>(host.data(), 4);
    host.assign(12, 0.0f);  // may be reused at once
    CHECK(x.to_host() == original);
}

TEST_CASE("cuda tape: a pass that repeats allocates nothing", "[cuda]") {
    Tape<Emulated<float>> tape;
    const std::vector<float> host = numbers<float>(1000);
    std::size_t capacity = 0;
    for (int pass = 0; pass < 3; ++pass) {
        tape.reset();
        const auto x = tape.leaf<shape<10>>(host.data(), 100);
        tape.backward(sum(x * x + 1.0));
        if (pass > 0) CHECK(tape.capacity() == capacity);
        capacity = tape.capacity();
    }
}

TEST_CASE("host executor: host code cannot touch device memory", "[cuda]") {
    // What all the other tests with this executor rely on.
    Buffer<Emulated<double>> data(1);
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGSEGV, SIG_DFL);  // Catch2 has its own
        _exit(*static_cast<volatile double*>(data.data()) == 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
}

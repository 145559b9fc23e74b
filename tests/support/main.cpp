// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// main() of every test program, compiled once: Catch2's runner is the expensive part.
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "support/skip.hpp"

#if defined(BLUE_TEST_ON_DEVICE)
#include <cuda_runtime.h>

/// Every case of such a program needs a device.
static bool can_run() {
    int devices = 0;
    return cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
}
#else
static bool can_run() {
    return true;
}
#endif

int main(int argc, char** argv) {
    constexpr int failed = 1;    // not Catch2's number of failures, which could be any code
    constexpr int skipped = 77;  // SKIP_RETURN_CODE in tests/CMakeLists.txt
    if (!can_run()) {
        blue_test::skip("no CUDA device");
        return skipped;
    }
    if (Catch::Session().run(argc, argv) != 0) return failed;
    return blue_test::skip_count > 0 ? skipped : 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The other translation unit, with the macros that C and POSIX headers define under short names.
/// What the library includes comes first, so that only its own names are tested.
#include <boost/mp11.hpp>
#ifdef BLUE_HAS_IO
#include <zlib.h>

#include <nlohmann/json.hpp>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <concepts>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

// <complex.h>, <termios.h>, rpcndr.h
#define I "poisoned"
#define B0 "poisoned"
#define small "poisoned"

#include "all_blue.hpp"
#ifdef BLUE_HAS_IO
#include "all_blue_io.hpp"
#endif

int version_seen_by_second();

int version_seen_by_second() {
    return blue::version_minor;
}

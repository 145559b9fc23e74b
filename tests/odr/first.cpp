// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One of two translation units with every header: a function that is not inline fails to link.
#include "all_blue.hpp"
#ifdef BLUE_HAS_IO
#include "all_blue_io.hpp"
#endif

int version_seen_by_second();

int main() {
    return version_seen_by_second() == blue::version_minor ? 0 : 1;
}

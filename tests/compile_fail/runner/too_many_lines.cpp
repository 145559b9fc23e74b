// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{expected at most 1 lines}}
// expected-error {{too long}}
// expected-lines g++ 1 clang 1
#if BLUE_EXPECT_FAIL
static_assert(false, "too long");
#endif

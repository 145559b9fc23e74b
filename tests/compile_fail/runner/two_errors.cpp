// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{expected exactly one error, found 2}}
// expected-error {{first}}
#if BLUE_EXPECT_FAIL
static_assert(false, "first");
static_assert(false, "second");
#endif

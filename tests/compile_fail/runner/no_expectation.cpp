// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{a case needs a line}}
#if BLUE_EXPECT_FAIL
static_assert(false, "no text was expected");
#endif

// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{the corrected twin does not compile}}
// expected-error {{always}}
#if BLUE_EXPECT_FAIL
#endif
static_assert(false, "always");

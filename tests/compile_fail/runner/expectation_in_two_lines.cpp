// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{each expectation needs a line of its own}}
// expected-error {{not this}}
// expected-error {{a text that goes on
// in the next line}}
#if BLUE_EXPECT_FAIL
static_assert(false, "not this");
#endif

// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{expected the text}}
// expected-error {{at least one output}}
// expected-error {{at least one input}}
#if BLUE_EXPECT_FAIL
static_assert(false, "at least one output");
#endif

// SPDX-License-Identifier: BSD-3-Clause
// expected-complaint {{the wrong variant compiles}}
// expected-error {{anything}}
#if BLUE_EXPECT_FAIL
#endif

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{a layer needs [one] output; got none}}
// expected-error {{positive<0>}}
// expected-lines g++ 20 clang 20
template <int Size>
struct positive {
    static_assert(Size > 0, "a layer needs [one] output; got none");
};
#if BLUE_EXPECT_FAIL
positive<0> layer;
#else
positive<1> layer;
#endif

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sine, cosine and arctangent of packs.
#pragma once

#include <blue/math/elementary.hpp>

#include <cmath>

namespace blue::math {
inline namespace BLUE_ISA {

namespace detail {

/// sin(x) for |x| <= pi/4, relatively accurate.
template <class T, int N>
BLUE_INLINE Pack<T, N> sin_kernel(Pack<T, N> x) {
    const Pack<T, N> z = x * x;
    Pack<T, N> p;
    if constexpr (std::is_same_v<T, float>) {
        p = polynomial(z, -0x1.9953fep-13f, 0x1.110778p-7f, -0x1.555546p-3f);
    } else {
        p = polynomial(z, 0x1.5d8e3511cda67p-33, -0x1.ae5e5471f55p-26, 0x1.71de355f05599p-19,
                       -0x1.a01a019bf222ep-13, 0x1.111111110f75dp-7, -0x1.5555555555548p-3);
    }
    return fma(p * z, x, x);
}

/// cos(x) for |x| <= pi/4.
template <class T, int N>
BLUE_INLINE Pack<T, N> cos_kernel(Pack<T, N> x) {
    const Pack<T, N> z = x * x;
    if constexpr (std::is_same_v<T, float>) {
        return polynomial(z, 0x1.99e91p-16f, -0x1.6c0c2ap-10f, 0x1.55554ap-5f, -0.5f, 1);
    } else {
        // 1 - z/2 loses the low bits of z/2: they are added back.
        const Pack<T, N> p =
            polynomial(z, -0x1.8fa681e385241p-37, 0x1.1ee9dbd0d86a6p-29, -0x1.27e4f7f19d4b2p-22,
                       0x1.a01a019c8f3eep-16, -0x1.6c16c16c15016p-10, 0x1.555555555554bp-5);
        const Pack<T, N> w = fma(z, -0.5, 1);
        return w + fma(z * z, p, fma(z, -0.5, 1 - w));
    }
}

/// Up to here the reduction by multiples of pi/2 is exact enough.
template <class T>
inline constexpr T trigonometric_limit = sizeof(T) == 4 ? T(8192) : T(1e6);

/// sin(x + quarter_turns pi/2).
template <int QuarterTurns, class T, int N>
BLUE_INLINE Pack<T, N> sin_shifted(Pack<T, N> x) {
    using P = Pack<T, N>;
    using B = Bits<T, N>;
    using F = format<T>;
    const P t = fma(x, T(0x1.45f306dc9c883p-1), F::magic);
    const P k = t - F::magic;
    P r;  // the products with the first two parts are exact without fma
    if constexpr (std::is_same_v<T, float>) {
        r = fma(k, -0x1.92p+0f, x);
        r = fma(k, -0x1.fb4p-12f, r);
        r = fma(k, -0x1.4442d2p-24f, r);
        r = fma(k, 0x1.ee59dap-50f, r);
    } else {
        r = fma(k, -0x1.921fb544p+0, x);
        r = fma(k, -0x1.0b4611a6p-34, r);
        r = fma(k, -0x1.3198a2e037073p-69, r);
    }
    const B quadrant = B(t) + QuarterTurns;
    const P y = where((quadrant & 1) == B(0), sin_kernel(r), cos_kernel(r));
    return (B(y) ^ ((quadrant & 2) << (8 * static_cast<int>(sizeof(T)) - 2))).pack();
}

}  // namespace detail

/// Sine. Large arguments (8192 in float, 1e6 in double) go lane by lane through the standard
/// library. Errors 1.5 and 2.2 ulp; in float without fused multiply-add more next to multiples of
/// pi (8 ulp at 3 pi, 50 ulp at 2200 pi).
template <class T, int N>
BLUE_INLINE Pack<T, N> sin(Pack<T, N> x) {
    Pack<T, N> y = detail::sin_shifted<0>(x);
    if (any(!(abs(x) <= detail::trigonometric_limit<T>))) [[unlikely]]
        y = detail::lane_by_lane(x, [](T a) { return std::sin(a); });
    return y;
}

/// Cosine, as the sine.
template <class T, int N>
BLUE_INLINE Pack<T, N> cos(Pack<T, N> x) {
    Pack<T, N> y = detail::sin_shifted<1>(x);
    if (any(!(abs(x) <= detail::trigonometric_limit<T>))) [[unlikely]]
        y = detail::lane_by_lane(x, [](T a) { return std::cos(a); });
    return y;
}

/// Arctangent. Errors 2.8 and 2.4 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> atan(Pack<T, N> x) {
    using P = Pack<T, N>;
    // atan(a) = pi/2 - atan(1/a), and with the angle pi/8 in between, atan(a) = pi/4 + atan((a - 1)
    // / (a + 1)): what remains is below tan(pi/8).
    const P a = abs(x);
    const auto large = a > T(2.414213562373095), middle = a > T(0.4142135623730950);
    const P numerator = where(large, -1, where(middle, a - 1, a));
    const P t = numerator / where(large, a, where(middle, a + 1, 1));
    const P z = t * t;
    P p;
    if constexpr (std::is_same_v<T, float>) {
        p = detail::polynomial(z, 0x1.49e716p-4f, -0x1.1c3808p-3f, 0x1.9924dap-3f, -0x1.555454p-2f);
    } else {
        p = detail::polynomial(z, -0x1.256ae1c819cccp-6, 0x1.37d5d6ce4a661p-5,
                               -0x1.9cd2cc3bca9b5p-5, 0x1.df0f4dc533861p-5, -0x1.10ebb86a779eap-4,
                               0x1.3b11191f75b4cp-4, -0x1.745cf8dcacc2cp-4, 0x1.c71c70e613401p-4,
                               -0x1.24924922ad6edp-3, 0x1.999999999586dp-3, -0x1.555555555553dp-2);
    }
    constexpr T quarter = T(0x1.921fb54442d18p-1);
    const P y = fma(p * z, t, t) + where(large, 2 * quarter, where(middle, quarter, 0));
    return detail::copysign(y, x);
}

}  // namespace BLUE_ISA
}  // namespace blue::math

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A stand-in for vector registers while nvcc compiles for the device.
///
/// In that pass nvcc rejects vector types in any function marked `__host__ __device__`, although
/// nothing of what it parses there for the host is ever executed. The stand-in has the size, the
/// alignment and the operators of a register, so that host code in a .cu file still means
/// something.
#pragma once

#include <blue/config.hpp>

#if defined(__CUDA_ARCH__)

#include <cstdint>
#include <type_traits>

namespace blue::math {
inline namespace BLUE_ISA {
namespace detail {

template <class T, int N>
struct alignas(BLUE_REGISTER_BYTES) DeviceRegister {
    T lane[N];

    BLUE_INLINE T operator[](int i) const { return lane[i]; }
    BLUE_INLINE T& operator[](int i) { return lane[i]; }

    template <class F>
    BLUE_INLINE auto map(const DeviceRegister& b, F f) const {
        DeviceRegister<decltype(f(lane[0], b.lane[0])), N> y;
        for (int i = 0; i < N; ++i) y.lane[i] = f(lane[i], b.lane[i]);
        return y;
    }
    static BLUE_INLINE DeviceRegister broadcast(T a) {
        DeviceRegister y;
        for (int i = 0; i < N; ++i) y.lane[i] = a;
        return y;
    }
    using R = DeviceRegister;
    using Truth = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    static BLUE_INLINE Truth yes(bool a) { return a ? -1 : 0; }
    // clang-format off
    friend BLUE_INLINE R operator+(R a, R b) { return a.map(b, [](T x, T y) { return T(x + y); }); }
    friend BLUE_INLINE R operator-(R a, R b) { return a.map(b, [](T x, T y) { return T(x - y); }); }
    friend BLUE_INLINE R operator*(R a, R b) { return a.map(b, [](T x, T y) { return T(x * y); }); }
    friend BLUE_INLINE R operator/(R a, R b) { return a.map(b, [](T x, T y) { return T(x / y); }); }
    friend BLUE_INLINE R operator&(R a, R b) { return a.map(b, [](T x, T y) { return T(x & y); }); }
    friend BLUE_INLINE R operator|(R a, R b) { return a.map(b, [](T x, T y) { return T(x | y); }); }
    friend BLUE_INLINE R operator^(R a, R b) { return a.map(b, [](T x, T y) { return T(x ^ y); }); }
    BLUE_INLINE R operator<<(int s) const { return map(*this, [s](T x, T) { return T(x << s); }); }
    BLUE_INLINE R operator>>(int s) const { return map(*this, [s](T x, T) { return T(x >> s); }); }
    BLUE_INLINE R operator~() const { return map(*this, [](T x, T) { return T(~x); }); }
    BLUE_INLINE R operator-() const { return broadcast(0) - *this; }
    BLUE_INLINE R& operator+=(R b) { return *this = *this + b; }
    BLUE_INLINE R& operator+=(T b) { return *this = *this + broadcast(b); }
    BLUE_INLINE R& operator^=(R b) { return *this = *this ^ b; }
    friend BLUE_INLINE R operator-(T a, R b) { return broadcast(a) - b; }
    BLUE_INLINE auto operator<(R b) const { return map(b, [](T x, T y) { return yes(x < y); }); }
    BLUE_INLINE auto operator<=(R b) const { return map(b, [](T x, T y) { return yes(x <= y); }); }
    BLUE_INLINE auto operator==(R b) const { return map(b, [](T x, T y) { return yes(x == y); }); }
    // clang-format on
};

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math

#endif

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Nanoseconds per number for functions on native packs and for formulas on duals, one core, the
/// least of many repeats in the cache: the numbers in docs/rationale/004-packs-and-duals.md.
///
///     g++ -std=c++20 -O3 -march=native -Iinclude tests/math/speed.cpp -o speed && ./speed

#include <blue/math/math.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

namespace {

using namespace blue::math;

constexpr int n = 2048;
using P = NativePack<float>;
alignas(64) float noise[n], weight[n], mean[n], scale[n], log_scale[n], inverse[n], gradient[n],
    by_mean[n], by_scale[n];

template <class F>
double nanoseconds(F f) {
    double best = 1e9;
    for (int repeat = 0; repeat < 4000; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        f();
        __asm__ volatile("" : : "r"(by_mean), "r"(by_scale), "r"(weight) : "memory");
        const std::chrono::duration<double, std::nano> time =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, time.count() / n);
    }
    return best;
}

template <class T, class F>
BLUE_FLATTEN double function_time(F f, double low, double high) {
    using P = NativePack<T>;
    static T x[n], y[n];
    for (int i = 0; i < n; ++i) x[i] = static_cast<T>(low + (high - low) * i / n);
    return nanoseconds([&]() __attribute__((flatten)) {
        for (int i = 0; i < n; i += P::lanes) f(P::load(x + i)).store(y + i);
        __asm__ volatile("" : : "r"(y) : "memory");  // y counts as used
    });
}

#define PRINT(f, low, high)                                                   \
    std::printf("%-10s %6.3f %6.3f\n", #f,                                    \
                function_time<float>([](auto x) { return f(x); }, low, high), \
                function_time<double>([](auto x) { return f(x); }, low, high))

struct Normal {
    template <class T>
    static T sample(T noise, T mean, T std) {
        return mean + std * noise;
    }
    template <class T>
    static T log_prob(T w, T mean, T std) {
        T z = (w - mean) / std;
        return -0.91893853320467274 - log(std) - 0.5 * square(z);
    }
};
struct Logistic {
    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        T z = (w - loc) / scale;
        return -z - log(scale) - 2 * softplus(-z);
    }
};

/// Draws weights and adds up log probabilities.
template <class Q, bool Known>
BLUE_FLATTEN float forward() {
    using D = Dual<P, 0>;
    P total = 0;
    for (int i = 0; i < n; i += P::lanes) {
        const D m = P::load(mean + i);
        const D s =
            Known ? D::positive(P::load(scale + i), P::load(log_scale + i), P::load(inverse + i))
                  : exp(D(P::load(log_scale + i)));
        const D w = Q::sample(D(P::load(noise + i)), m, s);
        w.value.store(weight + i);
        total += Q::log_prob(w, m, s).value;
    }
    return sum(total);
}

/// Gradients of log q(w) and of w by both parameters.
template <class Q, bool Known>
BLUE_FLATTEN void backward() {
    using D = Dual<P, 2>;
    for (int i = 0; i < n; i += P::lanes) {
        const D m = D::variable(P::load(mean + i), 0);
        const D s =
            Known ? D::positive(P::load(scale + i), P::load(log_scale + i), P::load(inverse + i), 1)
                  : exp(D::variable(P::load(log_scale + i), 1));
        const D w = Q::sample(D(P::load(noise + i)), m, s);
        const D q = Q::log_prob(w, m, s);
        const P g = P::load(gradient + i);
        fma(g, w.derivative(0), P::load(by_mean + i) + q.derivative(0)).store(by_mean + i);
        fma(g, w.derivative(1), P::load(by_scale + i) + q.derivative(1)).store(by_scale + i);
    }
}

/// The same for the normal by hand.
BLUE_FLATTEN float forward_by_hand() {
    P total = 0;
    for (int i = 0; i < n; i += P::lanes) {
        const P z = P::load(noise + i);
        fma(P::load(scale + i), z, P::load(mean + i)).store(weight + i);
        total += fma(-0.5 * z, z, -0.91893853320467274 - P::load(log_scale + i));
    }
    return sum(total);
}
BLUE_FLATTEN void backward_by_hand() {
    for (int i = 0; i < n; i += P::lanes) {
        const P g = P::load(gradient + i);
        (P::load(by_mean + i) + g).store(by_mean + i);
        fma(g, P::load(noise + i), P::load(by_scale + i) - P::load(inverse + i))
            .store(by_scale + i);
    }
}

}  // namespace

int main() {
    std::puts("function    float double");
    PRINT(exp, -80, 80);
    PRINT(expm1, -5, 5);
    PRINT(log, 1e-6, 100);
    PRINT(log1p, -0.5, 4);
    PRINT(sqrt, 0, 100);
    PRINT(tanh, -5, 5);
    PRINT(sigmoid, -10, 10);
    PRINT(softplus, -10, 10);
    PRINT(erf, -3, 3);
    PRINT(sin, -10, 10);
    PRINT(atan, -10, 10);
    PRINT(lgamma, 0.1, 50);
    PRINT(digamma, 0.1, 50);

    for (int i = 0; i < n; ++i) {
        noise[i] = std::sin(float(i)), mean[i] = std::cos(float(i));
        log_scale[i] = -2 + std::sin(0.1f * float(i)), scale[i] = std::exp(log_scale[i]);
        inverse[i] = 1 / scale[i], gradient[i] = 0.1f;
    }
    volatile float sink = 0;
    std::puts("\nformulas on duals           forward backward");
    std::printf("normal by hand               %6.3f %6.3f\n",
                nanoseconds([&] { sink = forward_by_hand(); }),
                nanoseconds([] { backward_by_hand(); }));
    std::printf("normal, known logarithm      %6.3f %6.3f\n",
                nanoseconds([&] { sink = forward<Normal, true>(); }),
                nanoseconds([] { backward<Normal, true>(); }));
    std::printf("normal, exp in the formula   %6.3f %6.3f\n",
                nanoseconds([&] { sink = forward<Normal, false>(); }),
                nanoseconds([] { backward<Normal, false>(); }));
    std::printf("logistic, known logarithm    %6.3f %6.3f\n",
                nanoseconds([&] { sink = forward<Logistic, true>(); }),
                nanoseconds([] { backward<Logistic, true>(); }));
    std::printf("logistic, exp in the formula %6.3f %6.3f\n",
                nanoseconds([&] { sink = forward<Logistic, false>(); }),
                nanoseconds([] { backward<Logistic, false>(); }));
}

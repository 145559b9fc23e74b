// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise functions: activations, logarithm, exponential.
#pragma once

#include <blue/math/math.hpp>
#include <blue/ops/elementwise.hpp>

namespace blue {

namespace ops {

struct Relu {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return max(x, T(0));
    }
};
struct LeakyRelu {
    double slope = 0.01;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(x > T(0), x, slope * x);
    }
};
struct Elu {
    double alpha = 1;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(x > T(0), x, alpha * expm1(min(x, T(0))));
    }
};
struct Tanh {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return tanh(x);
    }
};
struct Sigmoid {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return sigmoid(x);
    }
};
struct Softplus {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return softplus(x);
    }
};
/// x sigmoid(x), also known as swish.
struct Silu {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return x * sigmoid(x);
    }
};
/// x Phi(x) (Hendrycks and Gimpel 2016), the form with erf.
struct Gelu {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return 0.5 * x * (1 + erf(x * 0.70710678118654752440));
    }
};
/// x between two bounds; its slope at a bound is 0.
struct Hardtanh {
    double low = -1, high = 1;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(x <= T(low), T(low), where(x >= T(high), T(high), x));
    }
};
/// x / 6 + 1 / 2 between 0 and 1.
struct Hardsigmoid {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return Hardtanh{0, 1}.apply(x * (1.0 / 6) + 0.5);
    }
};
struct Hardswish {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return where(x < T(-3), T(0), where(x <= T(3), x * (x + 3) * (1.0 / 6), x));
    }
};
/// scale ELU(x) with the constants of Klambauer et al. 2017.
struct Selu {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return 1.0507009873554804934193 * Elu{1.6732632423543772848170}.apply(x);
    }
};
/// max(x, 0) + min(alpha (exp(x / alpha) - 1), 0) (Barron 2017).
struct Celu {
    double alpha = 1;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(x > T(0), x, alpha * expm1(min(x, T(0)) * (1 / alpha)));
    }
};
/// x tanh(softplus(x)) (Misra 2019).
struct Mish {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return x * tanh(softplus(x));
    }
};
struct LogSigmoid {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return -softplus(-x);
    }
};
struct Softsign {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return x / (1 + abs(x));
    }
};
struct Tanhshrink {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return x - tanh(x);
    }
};
struct Hardshrink {
    double lambda = 0.5;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(abs(x) <= T(lambda), T(0), x);
    }
};
struct Softshrink {
    double lambda = 0.5;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(abs(x) <= T(lambda), T(0), where(x > T(0), x - lambda, x + lambda));
    }
};
struct Threshold {
    double threshold, value;
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return where(x <= T(threshold), T(value), x);
    }
};
/// x Phi(x) with Phi by tanh: another function, off by up to 5e-4.
struct GeluTanh {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return 0.5 * x * (1 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
    }
};
struct Log {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return log(x);
    }
};
struct Exp {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return exp(x);
    }
};
struct Square {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return square(x);
    }
};
struct Abs {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T x) {
        return abs(x);
    }
};

}  // namespace ops

// Element by element, (S, B, ...) to the same shape: the layers of the same names say what.

template <detail::TapeValue X>
auto relu(X x) {
    return elementwise(ops::Relu{}, x);
}
template <detail::TapeValue X>
auto tanh(X x) {
    return elementwise(ops::Tanh{}, x);
}
template <detail::TapeValue X>
auto sigmoid(X x) {
    return elementwise(ops::Sigmoid{}, x);
}
template <detail::TapeValue X>
auto softplus(X x) {
    return elementwise(ops::Softplus{}, x);
}
template <detail::TapeValue X>
auto silu(X x) {
    return elementwise(ops::Silu{}, x);
}
template <detail::TapeValue X>
auto gelu(X x) {
    return elementwise(ops::Gelu{}, x);
}
template <detail::TapeValue X>
auto log(X x) {
    return elementwise(ops::Log{}, x);
}
template <detail::TapeValue X>
auto exp(X x) {
    return elementwise(ops::Exp{}, x);
}
template <detail::TapeValue X>
auto square(X x) {
    return elementwise(ops::Square{}, x);
}
template <detail::TapeValue X>
auto abs(X x) {
    return elementwise(ops::Abs{}, x);
}
template <detail::TapeValue X>
auto leaky_relu(X x, double slope = 0.01) {
    return elementwise(ops::LeakyRelu{slope}, x);
}
template <detail::TapeValue X>
auto elu(X x, double alpha = 1) {
    return elementwise(ops::Elu{alpha}, x);
}
template <detail::TapeValue X>
auto hardtanh(X x, double low = -1, double high = 1) {
    return elementwise(ops::Hardtanh{low, high}, x);
}
template <detail::TapeValue X>
auto relu6(X x) {
    return hardtanh(x, 0, 6);
}
template <detail::TapeValue X>
auto hardsigmoid(X x) {
    return elementwise(ops::Hardsigmoid{}, x);
}
template <detail::TapeValue X>
auto hardswish(X x) {
    return elementwise(ops::Hardswish{}, x);
}
template <detail::TapeValue X>
auto selu(X x) {
    return elementwise(ops::Selu{}, x);
}
template <detail::TapeValue X>
auto celu(X x, double alpha = 1) {
    return elementwise(ops::Celu{alpha}, x);
}
template <detail::TapeValue X>
auto mish(X x) {
    return elementwise(ops::Mish{}, x);
}
template <detail::TapeValue X>
auto log_sigmoid(X x) {
    return elementwise(ops::LogSigmoid{}, x);
}
template <detail::TapeValue X>
auto softsign(X x) {
    return elementwise(ops::Softsign{}, x);
}
template <detail::TapeValue X>
auto tanhshrink(X x) {
    return elementwise(ops::Tanhshrink{}, x);
}
template <detail::TapeValue X>
auto hardshrink(X x, double lambda = 0.5) {
    return elementwise(ops::Hardshrink{lambda}, x);
}
template <detail::TapeValue X>
auto softshrink(X x, double lambda = 0.5) {
    return elementwise(ops::Softshrink{lambda}, x);
}
template <detail::TapeValue X>
auto threshold(X x, double threshold, double value) {
    return elementwise(ops::Threshold{threshold, value}, x);
}
template <detail::TapeValue X>
auto gelu_tanh(X x) {
    return elementwise(ops::GeluTanh{}, x);
}

}  // namespace blue

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

}  // namespace blue

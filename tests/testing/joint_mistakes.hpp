// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions with a mistake that several laws should notice.
#pragma once

#include <blue/distributions/matrix_normal.hpp>

namespace blue_test {

using blue::Index, blue::JointGradient, blue::JointVariable, blue::MatrixNormal;

struct Correlated : MatrixNormal {
    template <class T>
    static double total_correlation(const JointVariable<T>&) {
        return 0.2;
    }
};
struct WithoutLogProbGradient : MatrixNormal {
    template <class T>
    static void backward(const JointVariable<T>& variable, const T* noise, const T* slopes, T,
                         const JointGradient<T>& gradient) {
        MatrixNormal::backward(variable, noise, slopes, T(0), gradient);
    }
};
struct WithoutPreparedGradient : MatrixNormal {
    template <class T>
    static void prepare_backward(const JointVariable<T>&, const T*, T, const JointGradient<T>&) {}
};

}  // namespace blue_test

// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the backend has no kernels for this joint distribution}}
// expected-error {{joint_draws<false, RowNormal, Elsewhere>}}
// expected-error {{or for Cuda let a team share its loops}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

/// As the CUDA backend.
struct Elsewhere {
    using scalar = float;
    using memory = blue::Cpu<float>::memory;
    static constexpr bool draws_in_teams = true;
};

/// A joint distribution for the processor, whose `deviate` alone takes no team.
struct RowNormal : blue::MatrixNormal {
#if BLUE_EXPECT_FAIL
    template <class T>
    static void deviate(const blue::JointVariable<T>& variable, const T* noise, T* deviation) {
        blue::MatrixNormal::deviate(variable, noise, deviation);
    }
#endif
};

int main() {
    const blue::Linear<4, 3, RowNormal, blue::MeanFieldNormal, Elsewhere> layer;
    return layer.state<"weight">().size > 100;
}

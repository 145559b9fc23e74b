// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A factor of several matrix products.
#pragma once

#include <blue/backends/cpu/gemm.hpp>

namespace blue::cpu {

/// op(B) of several products, such as the steps of a recurrence: its panels are laid out once and
/// not for each product.
template <class T, class Factors = FullPrecision>
class PackedFactor {
    static constexpr Index width = math::NativePack<T>::lanes;
    using Factor = detail::SecondFactor<Factors, T>;

public:
    /// Numbers of memory for k x n.
    static Index numbers(Index k, Index n) {
        return (k + k % 2) * ((n + width - 1) / width * width);
    }

    PackedFactor(Index k, Index n, T* memory)
        : k_(k),
          n_(n),
          memory_(memory),
          factor_{Factor::Form::laid_out, memory, (n + width - 1) / width * width, 0, nullptr} {}

    /// The columns [from, to). \param from a multiple of 32
    PackedFactor columns(Index from, Index to) const {
        PackedFactor part = *this;
        part.factor_.first += from;
        part.n_ = to - from;
        return part;
    }

    /// Lays out B, or its transposition.
    void fill(bool transposed, const T* b, Index ldb) const {
        const Index most = detail::terms_of_part<T>(k_);
        for (Index l = 0; l < k_; l += most) {
            const Index terms = std::min(most, k_ - l);
            for (Index j = 0; j < n_; j += width)
                Factors::template lay_out<int{width}>(transposed, terms, std::min(width, n_ - j),
                                                      b + (transposed ? j * ldb + l : l * ldb + j),
                                                      ldb, memory_ + factor_.place(l, j, terms));
        }
    }

    /// C (m x n) = or += A op(B); `bias` and `relu` as in `gemm`. \param workspace as there, needed
    /// only for factors that are converted
    void multiply(Index m, const T* a, Index lda, T* c, Index ldc, bool add,
                  const T* bias = nullptr, bool relu = false, T* workspace = nullptr) const {
        detail::multiply_factor(factor_, m, n_, k_, false, a, lda, c, ldc, add, workspace, bias,
                                relu);
    }

private:
    Index k_, n_;
    T* memory_;
    Factor factor_;
};

}  // namespace blue::cpu

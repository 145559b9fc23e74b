// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products on the CPU: one thread each, no allocation.
#pragma once

#include <blue/backends/cpu/packs.hpp>
#include <blue/math/detail/transpose.hpp>

#include <algorithm>
#include <type_traits>

namespace blue::cpu {

/// How a product takes its factors: as they are. What converts them instead leaves `steps(terms)`
/// numbers of each row of op(A) (`convert_rows`, perhaps in place) and each column of a panel of
/// op(B) (`convert_columns`, in place); see bfloat16.hpp.
struct FullPrecision {
    static constexpr bool converts = false;
    static constexpr Index steps(Index terms) { return terms; }
    template <class S, class T>
    BLUE_HOST_INLINE static S multiply_add(T a, S b, S sum) {
        return fma(S(a), b, sum);
    }
};
/// That of the linear maps of a backend.
template <class B>
struct factors_of {
    using type = FullPrecision;
};

namespace detail {

/// Terms of a product that are summed up before C is touched.
inline constexpr Index gemm_terms = 256;

/// Rows of C that are computed at once: as many sums as hide the latency of a multiply-add and
/// leave registers for the factors.
inline constexpr int gemm_rows = BLUE_REGISTER_BYTES == 64 ? 8 : 6;

/// Rows of op(A) that are converted at a time: what the second-level cache holds of them.
inline constexpr Index converted_rows = 128;

/// Copies the transposed matrix, in which rows become columns. The last one is repeated up to
/// `width` columns, a multiple of the lanes of a register: numbers that nobody uses, but whose
/// products are no slower than others.
template <class T>
void copy_transposed(Index rows, Index columns, const T* from, Index from_stride, T* to,
                     Index to_stride, Index width) {
    constexpr Index block = math::detail::register_lanes<T>;
    const Index whole = columns / block * block;
    for (Index i = 0; i < width; i += block) {
        for (Index j = 0; j < whole; j += block)
            math::detail::transpose(from + j, from_stride, i, rows - 1, to + j * to_stride + i,
                                    to_stride);
        for (Index j = whole; j < columns; ++j)
            for (Index l = i; l < i + block; ++l)
                to[j * to_stride + l] = from[std::min(l, rows - 1) * from_stride + j];
    }
}

/// Some terms of as many columns of a product as a pack has lanes. Its part of op(B), one row
/// behind the other, stays in the first-level cache while all rows of A pass by.
template <class T, class S = math::NativePack<T>, class Factors = FullPrecision>
struct GemmPanel {
    static constexpr Index width = S::lanes;

    T* numbers;
    Index terms, columns;

    template <bool Trans>
    void fill(const T* b, Index ldb) const {
        if constexpr (Trans)
            copy_transposed(columns, terms, b, ldb, numbers, width, width);
        else if (columns == width)
            for (Index l = 0; l < terms; ++l) S::load(b + l * ldb).store(numbers + l * width);
        else
            for (Index l = 0; l < terms; ++l)
                std::fill(std::copy_n(b + l * ldb, columns, numbers + l * width),
                          numbers + (l + 1) * width, T(0));
        if constexpr (Factors::converts) Factors::convert_columns(numbers, terms, width);
    }

    /// C = or += A times the panel for m rows, or a row for all of them plus that; max(C, 0) of it
    /// when `relu`.
    template <int Rows = gemm_rows>
    void multiply(Index m, const T* a, Index lda, T* c, Index ldc, bool add, const T* bias,
                  bool relu) const {
        for (; m >= Rows; m -= Rows, a += Rows * lda, c += Rows * ldc)
            multiply_rows<Rows>(a, lda, c, ldc, add, bias, relu);
        if constexpr (Rows > 1) multiply<Rows / 2>(m, a, lda, c, ldc, add, bias, relu);
    }

private:
    template <int Rows>
    void multiply_rows(const T* a, Index lda, T* c, Index ldc, bool add, const T* bias,
                       bool relu) const {
        S sums[Rows];
        BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] = S(0);
        for (Index l = 0; l < Factors::steps(terms); ++l) {
            const S b = S::load(numbers + l * width);
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] =
                Factors::multiply_add(a[i * lda + l], b, sums[i]);
        }
        const Count<S> n{columns};
        BLUE_UNROLL for (int i = 0; i < Rows; ++i) {
            T* const row = c + i * ldc;
            const T* const summand = add ? row : bias;
            const S value = summand ? load<S>(summand, n) + sums[i] : sums[i];
            store(relu ? max(value, S(0)) : value, row, n);
        }
    }
};

/// The products of the columns of a panel.
template <class Panel, bool TransB, class T>
void multiply_panel(Index m, Index columns, Index terms, const T* a, Index lda, const T* b,
                    Index ldb, T* c, Index ldc, bool add, const T* bias, bool relu, T* workspace) {
    const Panel panel{workspace, terms, columns};
    panel.template fill<TransB>(b, ldb);
    panel.multiply(m, a, lda, c, ldc, add, bias, relu);
}

/// Rows of a product for which laying out panels takes longer than the product.
inline constexpr Index few_rows = 2;

/// C = or += A B^T, each number as the product of two rows.
template <class T>
void multiply_few_rows(Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb,
                       T* c, Index ldc, bool add, const T* bias, bool relu) {
    using S = math::Pack<T, math::detail::register_lanes<T>>;
    constexpr int at_once = 8;  // sums, as many as hide the latency of a multiply-add
    for (Index j = 0; j < n; j += at_once)
        for (Index i = 0; i < m; ++i) {
            S sums[at_once];
            BLUE_UNROLL for (int l = 0; l < at_once; ++l) sums[l] = S(0);
            for_each_pack<S>(0, k, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
                const S x = load<S>(a + i * lda + e, count);
                BLUE_UNROLL for (int l = 0; l < at_once; ++l) {
                    const T* const row = b + std::min(j + l, n - 1) * ldb;
                    sums[l] = fma(x, load<S>(row + e, count), sums[l]);
                }
            });
            T* const to = c + i * ldc + j;
            for (Index l = 0; l < std::min<Index>(at_once, n - j); ++l) {
                const T summand = add ? to[l] : bias ? bias[j + l] : T(0);
                const T value = sum(sums[l]) + summand;
                to[l] = relu && value < 0 ? T(0) : value;
            }
        }
}

}  // namespace detail

/// Numbers of workspace that a product needs. \param m the rows of the result when A is transposed
template <class T, class Factors = FullPrecision>
Index gemm_workspace(Index m = 0) {
    const Index rows = Factors::converts ? detail::converted_rows : m;
    return detail::gemm_terms * (detail::GemmPanel<T>::width + rows);
}

/// C (m x n, row-major, stride ldc) = or += op(A) op(B) with k terms. A and B are row-major;
/// op is the transposition when `TransA` / `TransB`. `workspace` has `gemm_workspace<T>()` numbers,
/// or `gemm_workspace<T>(m)` when A is transposed. `bias`, n numbers unless nullptr, is added to
/// all rows when C is assigned. With `relu` C is max(C, 0) in the end.
template <bool TransA, bool TransB, class Factors = FullPrecision, class T>
void gemm(Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, T* c, Index ldc,
          bool add, T* workspace, const T* bias = nullptr, bool relu = false) {
    using Panel = detail::GemmPanel<T, math::NativePack<T>, Factors>;
    constexpr Index block = math::detail::register_lanes<T>;
    // Of few columns, such as those of a head of an attention: nothing is computed for the others.
    // (Registers of four lanes gain little, and all programs compile faster without.)
    using Narrow =
        std::conditional_t<(block > 4), detail::GemmPanel<T, math::Pack<T, block>, Factors>, Panel>;
    if constexpr (!TransA && TransB && !Factors::converts)
        if (m <= detail::few_rows)
            return detail::multiply_few_rows(m, n, k, a, lda, b, ldb, c, ldc, add, bias, relu);
    if constexpr (Factors::converts)
        for (; m > detail::converted_rows; m -= detail::converted_rows) {
            gemm<TransA, TransB, Factors>(detail::converted_rows, n, k, a, lda, b, ldb, c, ldc, add,
                                          workspace, bias, relu);
            a += detail::converted_rows * (TransA ? 1 : lda);
            c += detail::converted_rows * ldc;
        }
    const Index parts = std::max<Index>(1, (k + detail::gemm_terms - 1) / detail::gemm_terms);
    const Index most = ((k + parts - 1) / parts + block - 1) / block * block;
    for (Index l = 0, part = 0; part < parts; ++part, l += most, add = true) {
        const Index terms = std::min(most, k - l);
        const T* rows = a + l;
        Index stride = lda;
        if constexpr (TransA || Factors::converts) {
            T* const copy = workspace + detail::gemm_terms * Panel::width;
            stride = (terms + block - 1) / block * block;
            if constexpr (TransA)
                detail::copy_transposed(terms, m, a + l * lda, lda, copy, stride, stride);
            if constexpr (Factors::converts)
                Factors::convert_rows(m, terms, TransA ? copy : rows, TransA ? stride : lda, copy,
                                      stride);
            rows = copy;
        }
        for (Index j = 0; j < n; j += Panel::width) {
            const Index columns = std::min(Panel::width, n - j);
            const auto multiply = columns <= Narrow::width
                                      ? detail::multiply_panel<Narrow, TransB, T>
                                      : detail::multiply_panel<Panel, TransB, T>;
            multiply(m, columns, terms, rows, stride, b + (TransB ? j * ldb + l : l * ldb + j), ldb,
                     c + j, ldc, add, bias ? bias + j : nullptr, relu && part + 1 == parts,
                     workspace);
        }
    }
}

/// op(B) of products with few rows each, such as the steps of a recurrence: its panels are laid out
/// once and not for each product.
template <class T>
class PackedFactor {
    using Panel = detail::GemmPanel<T>;

public:
    /// Numbers of memory for k x n.
    static Index numbers(Index k, Index n) { return k * panels(n) * Panel::width; }

    PackedFactor(Index k, Index n, T* memory) : k_(k), n_(n), memory_(memory) {}

    /// Lays out op(B), the transposition when `Trans`.
    template <bool Trans>
    void fill(const T* b, Index ldb) const {
        for_each_panel([&](const Panel& panel, Index l, Index j) {
            panel.template fill<Trans>(b + (Trans ? j * ldb + l : l * ldb + j), ldb);
        });
    }

    /// C (m x n) = or += A op(B); `bias` as in `gemm`.
    void multiply(Index m, const T* a, Index lda, T* c, Index ldc, bool add,
                  const T* bias = nullptr) const {
        for_each_panel([&](const Panel& panel, Index l, Index j) {
            panel.multiply(m, a + l, lda, c + j, ldc, add || l > 0, bias ? bias + j : nullptr,
                           false);
        });
    }

private:
    static Index panels(Index n) { return (n + Panel::width - 1) / Panel::width; }

    /// Calls body(panel, first term, first column).
    template <class Body>
    void for_each_panel(Body body) const {
        T* numbers = memory_;
        for (Index l = 0; l < k_; l += detail::gemm_terms) {
            const Index terms = std::min(detail::gemm_terms, k_ - l);
            for (Index j = 0; j < n_; j += Panel::width, numbers += terms * Panel::width)
                body(Panel{numbers, terms, std::min(Panel::width, n_ - j)}, l, j);
        }
    }

    Index k_, n_;
    T* memory_;
};

}  // namespace blue::cpu

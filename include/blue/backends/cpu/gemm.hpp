// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products on the CPU: one thread each, no allocation.
#pragma once

#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/row_products.hpp>
#include <blue/math/detail/transpose.hpp>

#include <algorithm>
#include <type_traits>

namespace blue::cpu {

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

/// A row of the next panel, for the second-level cache: rows are too far apart for the processor to
/// see what comes.
template <int Width, class T>
BLUE_HOST_INLINE void prefetch_panel_row(const T* row) {
    constexpr int line = 64 / static_cast<int>(sizeof(T));
    for (int i = 0; i < Width; i += line) __builtin_prefetch(row + i, 0, 2);
}

}  // namespace detail

/// How a product takes its factors: as they are. What converts them instead leaves `steps(terms)`
/// numbers of each row of op(A) (`convert_rows`, perhaps in place) and each column of a panel of
/// op(B) (`lay_out`); see bfloat16.hpp.
struct FullPrecision {
    static constexpr bool converts = false;
    static constexpr Index steps(Index terms) { return terms; }

    /// Lays out a panel of op(B), rows of Width numbers one behind the other.
    template <int Width, class T>
    static void lay_out(bool transposed, Index terms, Index columns, const T* b, Index ldb, T* to) {
        if (transposed)
            detail::copy_transposed(columns, terms, b, ldb, to, Width, Width);
        else if (columns == Width)
            for (Index l = 0; l < terms; ++l) {
                math::Pack<T, Width>::load(b + l * ldb).store(to + l * Width);
                detail::prefetch_panel_row<Width>(b + l * ldb + Width);
            }
        else
            for (Index l = 0; l < terms; ++l)
                std::fill(std::copy_n(b + l * ldb, columns, to + l * Width), to + (l + 1) * Width,
                          T(0));
    }

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

/// Some terms of as many columns of op(B) as a pack has lanes, rows of a product.
template <class T, class S = math::NativePack<T>, class Factors = FullPrecision>
struct GemmPanel {
    static constexpr Index width = S::lanes;

    const T* numbers;
    Index stride;  ///< of its rows
    Index terms, columns;

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
    /// Not inlined: with what surrounds it, 16 registers do not hold the sums.
    template <int Rows>
    [[gnu::noinline]] void multiply_rows(const T* a, Index lda, T* c, Index ldc, bool add,
                                         const T* bias, bool relu) const {
        S sums[Rows];
        BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] = S(0);
        for (Index l = 0; l < Factors::steps(terms); ++l) {
            const S b = S::load(numbers + l * stride);
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

/// op(B), of which a product takes one panel after the other.
template <class Factors, class T>
struct SecondFactor {
    enum class Form { as_it_is, transposed, laid_out };

    Form form;
    const T* b;   ///< B, or all panels when they are laid out
    Index ldb;    ///< or the columns of all panels
    Index first;  ///< of those columns
    T* workspace;

    /// A panel that is laid out stays in the first-level cache while all rows of A pass by. For so
    /// few rows that each number is read once it is left where it is.
    template <class Panel>
    Panel panel(Index m, Index l, Index terms, Index j, Index columns) const {
        if (form == Form::laid_out)
            return {b + place(l, j, terms), math::NativePack<T>::lanes, terms, columns};
        const bool transposed = form == Form::transposed;
        const T* const numbers = b + (transposed ? j * ldb + l : l * ldb + j);
        if (!Factors::converts && !transposed && m <= gemm_rows && columns == Panel::width)
            return {numbers, ldb, terms, columns};
        Factors::template lay_out<int{Panel::width}>(transposed, terms, columns, numbers, ldb,
                                                     workspace);
        return {workspace, Panel::width, terms, columns};
    }

    /// The place of a panel among others. Converted terms lie in pairs.
    Index place(Index l, Index j, Index terms) const {
        return l * ldb + (terms + terms % 2) * (first + j);
    }
};

/// The products of the columns of a panel.
template <class Panel, class Factors, class T>
void multiply_panel(const SecondFactor<Factors, T>& b, Index m, Index l, Index terms, Index j,
                    Index columns, const T* a, Index lda, T* c, Index ldc, bool add, const T* bias,
                    bool relu) {
    b.template panel<Panel>(m, l, terms, j, columns)
        .multiply(m, a, lda, c + j, ldc, add, bias ? bias + j : nullptr, relu);
}

/// The most terms that each of the parts of a product has: as equal ones as registers allow.
template <class T>
Index terms_of_part(Index k) {
    constexpr Index block = math::detail::register_lanes<T>;
    const Index parts = std::max<Index>(1, (k + gemm_terms - 1) / gemm_terms);
    return ((k + parts - 1) / parts + block - 1) / block * block;
}

/// `gemm` for a factor B that hands out its panels. \param rows_memory for rows of op(A) that are
/// converted or transposed
template <class Factors, class T>
void multiply_factor(const SecondFactor<Factors, T>& b, Index m, Index n, Index k, bool trans_a,
                     const T* a, Index lda, T* c, Index ldc, bool add, T* rows_memory,
                     const T* bias, bool relu) {
    using Panel = GemmPanel<T, math::NativePack<T>, Factors>;
    constexpr Index block = math::detail::register_lanes<T>;
    // Of few columns, such as those of a head of an attention: nothing is computed for the others.
    // (Registers of four lanes gain little, and all programs compile faster without.)
    using Narrow =
        std::conditional_t<(block > 4), GemmPanel<T, math::Pack<T, block>, Factors>, Panel>;
    if constexpr (Factors::converts)
        for (; m > converted_rows; m -= converted_rows) {
            multiply_factor(b, converted_rows, n, k, trans_a, a, lda, c, ldc, add, rows_memory,
                            bias, relu);
            a += converted_rows * (trans_a ? 1 : lda);
            c += converted_rows * ldc;
        }
    const Index most = terms_of_part<T>(k);
    Index l = 0;
    do {
        const Index terms = std::min(most, k - l);
        const T* rows = a + l;
        Index stride = lda;
        if (trans_a || Factors::converts) {
            stride = (terms + block - 1) / block * block;
            if (trans_a) copy_transposed(terms, m, a + l * lda, lda, rows_memory, stride, stride);
            if constexpr (Factors::converts)
                Factors::convert_rows(m, terms, trans_a ? rows_memory : rows,
                                      trans_a ? stride : lda, rows_memory, stride);
            rows = rows_memory;
        }
        for (Index j = 0; j < n; j += Panel::width) {
            const Index columns = std::min(Panel::width, n - j);
            const auto multiply = columns <= Narrow::width ? multiply_panel<Narrow, Factors, T>
                                                           : multiply_panel<Panel, Factors, T>;
            multiply(b, m, l, terms, j, columns, rows, stride, c, ldc, add, bias,
                     relu && l + terms == k);
        }
        l += terms;
        add = true;
    } while (l < k);
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
    if constexpr (!TransA && TransB && !Factors::converts)
        if (detail::prefers_rows(m, n, k))
            return detail::multiply_by_rows(m, n, k, a, lda, b, ldb, c, ldc, add, bias, relu);
    using Factor = detail::SecondFactor<Factors, T>;
    constexpr auto form = TransB ? Factor::Form::transposed : Factor::Form::as_it_is;
    T* const rows = workspace + detail::gemm_terms * detail::GemmPanel<T>::width;
    detail::multiply_factor(Factor{form, b, ldb, 0, workspace}, m, n, k, TransA, a, lda, c, ldc,
                            add, rows, bias, relu);
}

}  // namespace blue::cpu

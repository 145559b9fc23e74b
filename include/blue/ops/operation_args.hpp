// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a user's operation gets: parts of its arguments, of its result, and of their gradients.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/tensor/tape.hpp>

#include <array>
#include <utility>

namespace blue {

namespace requirement {
/// How a user's operation leaves a gradient.
template <bool Added, class Number>
struct added_gradient : check {
    static_assert(Added,
                  "blue: backward of an operation adds to the gradients of its arguments, where "
                  "other uses have left theirs, see the number type in added_gradient<...>: write "
                  "dx[i] += slope in place of dx[i] = slope");
};
}  // namespace requirement

/// The most axes of a part: those of an item, and one for the batch.
inline constexpr int part_axes = 8;

/// A row, an item or a batch of a value, as the operations of `rowwise`, `itemwise` and `batchwise`
/// see it: numbers one after the other, row-major. Made for each call; keep no copies.
/// \tparam T the number type, const for what is read only.
template <class T>
class Part {
public:
    BLUE_HOST_DEVICE Part(T* data, Index size, const Index* extents)
        : data_(data), size_(size), extents_(extents) {}

    BLUE_HOST_DEVICE T* data() const { return data_; }
    BLUE_HOST_DEVICE Index size() const { return size_; }
    /// The extent of an axis: of an item, in `batchwise` behind the batch, which is axis 0.
    BLUE_HOST_DEVICE Index extent(int axis) const { return extents_[axis]; }
    BLUE_HOST_DEVICE T* begin() const { return data_; }
    BLUE_HOST_DEVICE T* end() const { return data_ + size_; }

    BLUE_HOST_DEVICE T& operator[](Index i) const { return data_[i]; }
    /// By one position per axis.
    template <class... Positions>
    BLUE_HOST_DEVICE T& operator()(Positions... at) const {
        return data_[offset(at...)];
    }

protected:
    template <class... Positions>
    BLUE_HOST_DEVICE Index offset(Positions... at) const {
        Index total = 0;
        int axis = 0;
        ((total = total * extents_[axis++] + static_cast<Index>(at)), ...);
        return total;
    }

private:
    T* data_;
    Index size_;
    const Index* extents_;
};

/// An element of a gradient: to be added to.
template <class T>
class GradientElement {
public:
    BLUE_HOST_DEVICE explicit GradientElement(T& number) : number_(number) {}
    BLUE_HOST_DEVICE void operator+=(T slope) const { number_ += slope; }
    BLUE_HOST_DEVICE void operator-=(T slope) const { number_ -= slope; }
    template <class Number>
    void operator=(Number) const {
        static_assert(requirement::added_gradient<!sizeof(Number), T>{});
    }

private:
    T& number_;
};

/// The gradient with respect to a part of an argument. It holds what others have left there, or
/// zeros: `dx[i] += slope`.
template <class T>
class PartGradient : Part<T> {
public:
    using Part<T>::Part, Part<T>::data, Part<T>::size, Part<T>::extent;

    BLUE_HOST_DEVICE GradientElement<T> operator[](Index i) const {
        return GradientElement<T>(data()[i]);
    }
    template <class... Positions>
    BLUE_HOST_DEVICE GradientElement<T> operator()(Positions... at) const {
        return GradientElement<T>(data()[this->offset(at...)]);
    }
};

namespace detail {

struct nothing_kept {};
/// The type of the numbers that an operation keeps from forward for backward.
template <class F>
struct kept_numbers {
    using type = nothing_kept;
};
template <class F>
requires requires {
    typename F::kept;
}
struct kept_numbers<F> {
    using type = typename F::kept;
};

/// Where the parts of a value lie.
struct PartLayout {
    Index size = 1;  ///< numbers of a part
    Index extents[part_axes] = {};
    Index sample_step = 0, batch_step = 0, row_step = 0;  ///< 0 along what shares the parts
};

/// Which part of the result.
struct Unit {
    Index sample, batch, row;
};

/// A user's operation with the addresses of all that it works on. Kernels get a copy.
template <class F, class T, int N>
struct BoundOperation {
    using Kept = typename kept_numbers<F>::type;
    static constexpr bool keeps = !std::is_same_v<Kept, nothing_kept>;
    F operation;
    const T* x[N];
    T* y;
    Kept* kept;
    PartLayout inputs[N];
    PartLayout result;
    Index kept_extent;           ///< kept numbers of a part
    Index samples, batch, rows;  ///< a part of the result for each of these

    BLUE_HOST_DEVICE Index units() const { return samples * batch * rows; }
    BLUE_HOST_DEVICE Index index(Unit u) const {
        return (u.sample * batch + u.batch) * rows + u.row;
    }
    /// Where the part of an input lies that a part of the result is made of.
    BLUE_HOST_DEVICE Index offset(int k, Unit u) const {
        const PartLayout& in = inputs[k];
        return u.sample * in.sample_step + u.batch * in.batch_step + u.row * in.row_step;
    }
    /// Whether several parts of the result are made of the same part of an input.
    BLUE_HOST_DEVICE bool shares_samples(int k) const {
        return samples > 1 && inputs[k].sample_step == 0;
    }
    BLUE_HOST_DEVICE bool shares_batch(int k) const {
        return batch > 1 && inputs[k].batch_step == 0;
    }
    BLUE_HOST_DEVICE bool shares_rows(int k) const { return rows > 1 && inputs[k].row_step == 0; }
    BLUE_HOST_DEVICE bool shares(int k) const {
        return shares_samples(k) || shares_batch(k) || shares_rows(k);
    }

    BLUE_HOST_DEVICE void forward(Unit u) const {
        forward(u, std::make_integer_sequence<int, N>{});
    }
    /// \param dx the gradients of the parts of the inputs: added to.
    BLUE_HOST_DEVICE void backward(Unit u, const T* dy, T* const* dx) const {
        backward(u, dy, dx, std::make_integer_sequence<int, N>{});
    }

private:
    BLUE_HOST_DEVICE Part<const T> input(int k, Unit u) const {
        return {x[k] + offset(k, u), inputs[k].size, inputs[k].extents};
    }
    template <int... K>
    BLUE_HOST_DEVICE void forward(Unit u, std::integer_sequence<int, K...>) const {
        const Part<T> to(y + index(u) * result.size, result.size, result.extents);
        if constexpr (keeps)
            operation.forward(input(K, u)..., to,
                              Part<Kept>(kept + index(u) * kept_extent, kept_extent, &kept_extent));
        else
            operation.forward(input(K, u)..., to);
    }
    template <int... K>
    BLUE_HOST_DEVICE void backward(Unit u, const T* dy, T* const* dx,
                                   std::integer_sequence<int, K...>) const {
        const Index at = index(u) * result.size;
        const Part<const T> from(y + at, result.size, result.extents);
        const Part<const T> slopes(dy + at, result.size, result.extents);
        if constexpr (keeps)
            operation.backward(
                input(K, u)..., from,
                Part<const Kept>(kept + index(u) * kept_extent, kept_extent, &kept_extent), slopes,
                PartGradient<T>(dx[K], inputs[K].size, inputs[K].extents)...);
        else
            operation.backward(input(K, u)..., from, slopes,
                               PartGradient<T>(dx[K], inputs[K].size, inputs[K].extents)...);
    }
};

}  // namespace detail

/// What the kernels of a user's operation get.
template <class B, class F, int N>
struct OperationArgs {
    detail::BoundOperation<F, typename B::scalar, N> bound;
    std::array<Node<B>*, static_cast<std::size_t>(N)> x;
    Node<B>* y;
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Batches on the device: gathered there from a copy of all rows, or copied beside the computation.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/train/batches.hpp>

#include <cstddef>
#include <optional>

namespace blue {
namespace cuda {

/// Memory of an executor for numbers of any type.
template <class E, class T>
class DeviceNumbers {
public:
    DeviceNumbers() = default;
    DeviceNumbers(const DeviceNumbers&) = delete;
    DeviceNumbers& operator=(const DeviceNumbers&) = delete;
    ~DeviceNumbers() { release(); }

    /// Room for that many numbers, uninitialised unless there was enough before.
    T* reserve(Index count) {
        if (count > size_) {
            release();
            data_ = static_cast<T*>(E::allocate(static_cast<std::size_t>(count) * sizeof(T)));
            size_ = count;
        }
        return data_;
    }
    /// The same with these numbers. Returns when they have been read.
    T* assign(const T* from, Index count) {
        T* const to = reserve(count);
        E::copy_from_host(to, from, static_cast<std::size_t>(count) * sizeof(T));
        return to;
    }
    T* data() const { return data_; }

private:
    void release() {
        if (data_) E::deallocate(data_);
        data_ = nullptr;
        size_ = 0;
    }
    T* data_ = nullptr;
    Index size_ = 0;
};

/// Brings numbers to the device without waiting for it: through host memory that the device reads
/// by itself, beside what it computes.
template <class E>
class Upload {
public:
    Upload() = default;
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    ~Upload() { release(); }

    /// Host memory for the next copy. Waits until the last one has been made.
    void* host(std::size_t bytes) {
        E::wait(copied_);
        if (bytes > size_) {
            release();
            host_ = E::allocate_pinned(bytes);
            device_ = E::allocate(bytes);
            size_ = bytes;
        }
        return host_;
    }
    /// Starts the copy, behind everything that was started before `done`.
    void start(std::size_t bytes) { E::copy_beside(device_, host_, bytes, done_, copied_); }
    /// The copy, for what is started from now on.
    const void* take() {
        E::follow(copied_);
        return device_;
    }
    /// Nothing that is started from now on uses the copy.
    void done() { E::mark(done_); }

private:
    void release() {
        if (device_) E::deallocate(device_);  // waits for what uses it, as the copy does
        if (host_) E::deallocate_pinned(host_);
        host_ = device_ = nullptr;
        size_ = 0;
    }
    void *host_ = nullptr, *device_ = nullptr;
    std::size_t size_ = 0;
    typename E::Event copied_, done_;
};

/// to = rows in an order, from the first one that is wanted, as numbers of another type.
template <class U, class T>
struct GatherRows {
    const U* from;
    const Index* order;  ///< or nullptr for their own
    Index first, row_size;
    T* to;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, position] = divide(i, row_size);
        const Index at = order ? order[first + row] : first + row;
        to[i] = static_cast<T>(from[at * row_size + position]);
    }
};

}  // namespace cuda

namespace detail {

template <class S, class E, class U, class T>
class Batches<Cuda<S, E>, U, T> {
public:
    void keep(const Array<U>& from) {
        kept_.assign(from.data(), from.size());
        is_kept_ = true;
    }
    void begin(const Array<U>& from, std::span<const Index> order = {}) {
        rows_ = {&from, order};
        if (is_kept_) order_.assign(order.data(), static_cast<Index>(order.size()));
        next_.reset();
    }
    const T* take(Index first, Index count) {
        const Index row_size = rows_.array->row_size();
        if (is_kept_) {
            T* const batch = batch_.reserve(count * row_size);
            E::for_each(
                count * row_size,
                cuda::GatherRows<U, T>{kept_.data(), rows_.order.empty() ? nullptr : order_.data(),
                                       first, row_size, batch});
            return batch;
        }
        if (next_ != Part{first, count}) prepare(first, count);
        next_.reset();
        uploads_[present_].done();
        present_ = 1 - present_;
        return static_cast<const T*>(uploads_[present_].take());
    }
    void prepare(Index first, Index count) {
        if (is_kept_) return;
        cuda::Upload<E>& upload = uploads_[1 - present_];
        const auto bytes = static_cast<std::size_t>(count * rows_.array->row_size()) * sizeof(T);
        rows_.copy(first, count, static_cast<T*>(upload.host(bytes)));
        upload.start(bytes);
        next_ = Part{first, count};
    }

private:
    struct Part {
        Index first, count;
        friend bool operator==(const Part&, const Part&) = default;
    };

    OrderedRows<U> rows_;
    bool is_kept_ = false;
    cuda::DeviceNumbers<E, U> kept_;       ///< all rows
    cuda::DeviceNumbers<E, Index> order_;  ///< that they come in
    cuda::DeviceNumbers<E, T> batch_;
    cuda::Upload<E> uploads_[2];  ///< of the present batch, and of the one after it
    int present_ = 0;
    std::optional<Part> next_;  ///< on its way in the other upload
};

}  // namespace detail

}  // namespace blue

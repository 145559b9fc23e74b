// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Owning array of numbers in a backend's memory: parameters, optimiser state.
#pragma once

#include <blue/config.hpp>

#include <utility>

namespace blue {

/// Numbers of type `B::scalar` in the memory of backend `B`, zero at first. Copies are deep.
template <class B>
class Buffer {
public:
    using backend = B;
    using T = typename B::scalar;

    Buffer() = default;
    explicit Buffer(Index size) : Buffer() {  // so that memory is given back when zeros fail
        if (size == 0) return;
        data_ = static_cast<T*>(B::memory::allocate(static_cast<std::size_t>(size) * sizeof(T)));
        size_ = size;
        B::memory::fill_zero(data_, size);
    }
    Buffer(const Buffer& other) : Buffer(other.size_) {
        if (size_ > 0) B::memory::copy(data_, other.data_, size_);
    }
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Buffer() {
        if (data_) B::memory::deallocate(data_);
    }

    T* data() { return data_; }
    const T* data() const { return data_; }
    Index size() const { return size_; }

private:
    T* data_ = nullptr;
    Index size_ = 0;
};

}  // namespace blue

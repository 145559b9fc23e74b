// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a backend must offer, and the sentences when a model mixes backends.
#pragma once

#include <blue/concepts/requirement.hpp>

#include <concepts>

namespace blue {

/// Where models compute: `Cpu<float>`. A backend has a number type, memory, and the kernels of the
/// operations as functions that take the backend's arguments (found by argument-dependent lookup,
/// so they are not listed here).
template <class B>
concept Backend = std::floating_point<typename B::scalar> &&
    requires(typename B::scalar* to, const typename B::scalar* from, Index n, void* data) {
    { B::memory::allocate(std::size_t{}) } -> std::same_as<void*>;
    B::memory::deallocate(data);
    B::memory::copy(to, from, n);
    B::memory::copy_to_host(to, from, n);
    B::memory::copy_from_host(to, from, n);
    B::memory::fill_zero(to, n);
};

/// Whether a backend computes an operation that not every backend has. The header with the kernels
/// of such an operation says so: `inline constexpr bool has_kernel<operation::convolution,
/// Cpu<T, Isa>> = true`.
template <class Operation, class B>
inline constexpr bool has_kernel = false;

namespace requirement {

/// An operation that not every backend has.
template <bool Ok, class Operation, class Backend>
struct kernel : check {
    static_assert(Ok,
                  "blue: the backend does not compute this operation, see operation and backend in "
                  "kernel<...>: use another backend, such as blue::Cpu<float>");
};

/// The last policy of a layer.
template <bool Ok, class Given>
struct backend : check {
    static_assert(
        Ok,
        "blue: not a backend such as blue::Cpu<float>, see given in backend<...>: policies come in "
        "the order variational distribution, prior, backend; and include the header of the "
        "backend");
};

/// All layers of a model compute in the same place.
template <bool Same, class Place, class Layer, class Expected, class Given>
struct same_backend : check {
    static_assert(
        Same,
        "blue: all layers of a model need one backend, see the place and type of the layer, and "
        "expected and given backend in same_backend<...>: change the last policy of the layer");
};

/// A model computes where its input is.
template <bool Same, class Expected, class Given>
struct input_backend : check {
    static_assert(
        Same,
        "blue: the tape and its inputs need the backend of the model, see expected and given in "
        "input_backend<...>: use a Tape of blue::backend_of<Model>");
};

}  // namespace requirement

}  // namespace blue

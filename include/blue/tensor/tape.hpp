// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The tape: the values of one pass, their memory, and the record of operations that backward
/// walks.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/error.hpp>
#include <blue/fwd.hpp>
#include <blue/meta/shape.hpp>
#include <blue/tensor/arena.hpp>
#include <blue/tensor/draw.hpp>
#include <blue/tensor/var.hpp>

#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace blue {

/// An operation on the tape. Each operation derives its own, trivially copyable record.
template <class B>
struct Record {
    Record* previous;
    void (*backward)(Record&, Tape<B>&);
    Node<B>* result;  ///< whose gradient nobody wants after this backward; may be nullptr
};

/// Where an operation leaves a gradient: adds to it when `add`, assigns otherwise.
template <class T>
struct GradientTarget {
    T* data;
    bool add;
};

namespace detail {

/// The shape of an input with N numbers for its dynamic extents; one that fits everywhere after the
/// error about another count.
template <class Shape, std::size_t N>
using input_shape =
    std::conditional_t<Shape::dynamic_extents == static_cast<int>(N), Shape, any_shape>;

/// Number of elements of an item.
template <class Shape, std::size_t N>
Index item_size(const Extents<N>& extents) {
    constexpr int given = static_cast<int>(N), expected = Shape::dynamic_extents;
    constexpr bool ok = given == expected;
    static_assert(
        requirement::dynamic_extents<ok, Shape, requirement::expected<requirement::count<expected>>,
                                     requirement::given<requirement::count<given>>>{});
    Index size = Shape::static_size;
    for (Index extent : extents.values) {
        if (extent < 1) throw ShapeError("input: expected extents of at least 1, got ", extent);
        size *= extent;
    }
    return size;
}

}  // namespace detail

/// Everything that belongs to one pass over a model: values, gradients, drawn weights and the
/// record of operations. After the first pass the memory is reused; a pass of the same sizes
/// allocates nothing. A tape serves one thread; several tapes may run the same model at the same
/// time.
template <class B>
class Tape {
public:
    using T = typename B::scalar;

    Tape() = default;
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    /// Forgets the last pass. All handles of that pass become invalid.
    void reset() {
        if constexpr (requires { B::begin_pass(); }) B::begin_pass();
        host_.reset();
        device_.reset();
        free_.clear();
        scratch_[0] = scratch_[1] = {};
        last_ = nullptr;
        draws_ = {};
        multiply_adds = 0;
        noises_ = 0;
        walked_ = false;
    }

    /// Whether operations are recorded for a backward pass.
    bool recording = true;
    /// Samples of this pass, and those of the whole pass of which it has a part: see
    /// `SampleChunks`.
    struct Chunk {
        Index samples = 1, all = 1;
    } chunk;
    /// Of the matrix products and convolutions since the last reset, forward: an operation that
    /// multiplies adds its own. For `describe`.
    std::int64_t multiply_adds = 0;

    /// A new value with uninitialised numbers. (Not inlined: every operation calls it.)
    [[gnu::noinline]] Node<B>* node(Index samples, Index batch, Index item, bool needs_grad) {
        return new (host_.template allocate<Node<B>>(1))
            Node<B>{device_.template allocate<T>(samples * batch * item),
                    nullptr,
                    samples,
                    batch,
                    item,
                    needs_grad && recording,
                    false};
    }
    /// A value whose numbers live elsewhere, in the backend's memory, and outlive the pass.
    Node<B>* view(const T* data, Index samples, Index batch, Index item) {
        return new (host_.template allocate<Node<B>>(1))
            Node<B>{const_cast<T*>(data), nullptr, samples, batch, item, false, false};
    }

    /// An input without gradient, the same for all samples unless `samples` is given. The numbers
    /// are samples x batch x item; they are not copied when the backend computes on the host.
    template <class Shape>
    auto input(const T* host_data, Index batch, Index samples = 1) {
        return input<Shape>(host_data, batch, Extents<0>{}, samples);
    }
    /// The same for a shape with dynamic extents: `input<shape<dynamic, 64>>(numbers, batch,
    /// Extents{length})`. Throws ShapeError for an extent that is not positive.
    template <class Shape, std::size_t N>
    Var<B, detail::input_shape<Shape, N>> input(const T* host_data, Index batch,
                                                const Extents<N>& extents, Index samples = 1) {
        // Not by input_in_place: clang 14 does not find item_size again after its error.
        const Index item = detail::item_size<Shape>(extents);
        const T* const data = B::to_device(*this, host_data, samples * batch * item);
        return {this, view(data, samples, batch, item)};
    }
    /// The same of numbers in the backend's memory, which outlive the pass and are not copied.
    template <class Shape, std::size_t N>
    Var<B, detail::input_shape<Shape, N>> input_in_place(const T* data, Index batch,
                                                         const Extents<N>& extents,
                                                         Index samples = 1) {
        return {this, view(data, samples, batch, detail::item_size<Shape>(extents))};
    }
    /// An input with the batch and the items of another value, whose extents may be dynamic.
    template <class Shape>
    Var<B, Shape> input_like(Var<B, Shape> other, const T* host_data, Index samples = 1) {
        const Index count = samples * other.node->per_sample();
        return {this, view(B::to_device(*this, host_data, count), samples, other.node->batch,
                           other.node->item)};
    }
    /// An input that receives a gradient, read afterwards with `gradient_of`.
    template <class Shape>
    auto leaf(const T* host_data, Index batch, Index samples = 1) {
        return leaf<Shape>(host_data, batch, Extents<0>{}, samples);
    }
    template <class Shape, std::size_t N>
    Var<B, detail::input_shape<Shape, N>> leaf(const T* host_data, Index batch,
                                               const Extents<N>& extents, Index samples = 1) {
        Node<B>* copy = node(samples, batch, detail::item_size<Shape>(extents), true);
        B::memory::copy_from_host(copy->value, host_data, copy->size());
        copy->keeps_grad = true;
        return {this, copy};
    }

    /// Memory of the backend until the next reset.
    template <class U>
    U* device_memory(Index count) {
        return device_.template allocate<U>(count);
    }
    /// Memory of the backend for one operation, or for a part of one: the next call gives it away
    /// again. For large intermediate results, which would add up over the operations of a pass.
    /// \param second of two such memories: for a part of an operation that holds the first one.
    template <class U>
    U* scratch(Index count, bool second = false) {
        Scratch& memory = scratch_[second];
        const Index bytes = count * static_cast<Index>(sizeof(U));
        if (bytes > memory.bytes) memory = {device_.template allocate<std::byte>(bytes), bytes};
        return reinterpret_cast<U*>(memory.data);
    }
    /// Memory of the host until the next reset.
    template <class U>
    U* host_memory(Index count) {
        return host_.template allocate<U>(count);
    }

    /// Appends an operation. `R` derives from `Record<B>` and has `void run(Tape&)`, its backward.
    /// \param result the value that the operation alone computes: once its backward has run, the
    ///   memory of that gradient serves others.
    template <class R>
    void record(R operation, Node<B>* result = nullptr) {
        if (!recording) return;
        auto* stored = new (host_.template allocate<R>(1)) R(operation);
        stored->previous = last_;
        stored->result = result;
        stored->backward = [](Record<B>& self, Tape& tape) { static_cast<R&>(self).run(tape); };
        last_ = stored;
    }

    /// Where to leave the gradient with respect to a value.
    GradientTarget<T> gradient(Node<B>* node) {
        if (!node->grad) node->grad = gradient_memory(node->size());
        return {node->grad, std::exchange(node->grad_live, true)};
    }

    /// The same for an operation that reads an element of the gradient of its result `from` for the
    /// last time when it writes that element: `to` takes over the memory if it can.
    GradientTarget<T> gradient_in_place(Node<B>* to, Node<B>* from) {
        if (!from->grad || from->keeps_grad || to->grad || to->size() != from->size())
            return gradient(to);
        to->grad = std::exchange(from->grad, nullptr);
        to->grad_live = true;
        return {to->grad, false};
    }

    /// Walks the operations in reverse order, from d root / d root = 1.
    /// Throws ShapeError unless the root is a single number, and Error when nothing was recorded,
    /// or backward went through this pass before: gradients would count twice.
    template <class Shape>
    void backward(Var<B, Shape> root) {
        if (root.node->size() != 1)
            throw ShapeError("backward: expected a single number, got ", root.node->samples,
                             " samples x ", root.node->batch, " x ", root.node->item);
        if (!root.node->needs_grad)
            throw Error("backward: the value does not depend on anything that has a gradient");
        require_not_walked();
        const T one = 1;
        B::memory::copy_from_host(gradient(root.node).data, &one, 1);
        walk_back();
    }
    /// The same from a value of any size whose gradient is known: numbers in the backend's memory,
    /// in whose place other gradients may come.
    void backward(Node<B>* root, T* known) {
        require_not_walked();
        root->grad = known;
        root->grad_live = true;
        walk_back();
    }

    /// Keeps the gradient of a result for `gradient_of`. Call it before `backward`; leaves keep
    /// theirs.
    template <class Shape>
    void keep_gradient(Var<B, Shape> x) {
        x.node->keeps_grad = true;
    }
    /// The gradient of a value after `backward`, on the host; zeros when nothing reached it. Throws
    /// Error for a result that did not keep it.
    std::vector<T> gradient_of(const Node<B>* node) const {
        if (node->grad_live && !node->grad)
            throw Error(
                "gradient_of: expected a leaf, or a value with keep_gradient before backward; the "
                "memory of other gradients is used again");
        std::vector<T> copy(static_cast<std::size_t>(node->size()));
        if (node->grad_live) B::memory::copy_to_host(copy.data(), node->grad, node->size());
        return copy;
    }

    /// The draws of this pass, one per random variable of the model, in the order of its slots.
    std::span<Draw<B>> draws() { return draws_; }
    std::span<const Draw<B>> draws() const { return draws_; }
    void set_draws(std::span<Draw<B>> draws) { draws_ = draws; }

    /// The number of the next noise of this pass that belongs to no random variable: 0, 1, ...
    std::uint32_t next_noise() { return noises_++; }

    /// Bytes that the tape holds, on the host and on the device.
    std::size_t capacity() const { return host_.capacity() + device_.capacity(); }

private:
    void require_not_walked() {
        if (std::exchange(walked_, true))
            throw Error(
                "backward: expected a pass without gradients, got one that backward went through; "
                "add losses up first, or reset the tape and begin another pass");
    }
    void walk_back() {
        for (Record<B>* record = last_; record; record = record->previous) {
            record->backward(*record, *this);
            Node<B>* const result = record->result;
            if (result && result->grad && !result->keeps_grad)
                free_.push_back({std::exchange(result->grad, nullptr), result->size()});
        }
    }
    /// Memory for n numbers: the smallest that is free, of these the one used last, or new.
    T* gradient_memory(Index n) {
        auto best = free_.end();
        for (auto free = free_.begin(); free != free_.end(); ++free)
            if (free->size >= n && (best == free_.end() || free->size <= best->size)) best = free;
        if (best == free_.end()) return device_.template allocate<T>(n);
        T* const data = best->data;
        free_.erase(best);
        return data;
    }

    struct Free {
        T* data;
        Index size;
    };
    struct Scratch {
        std::byte* data = nullptr;
        Index bytes = 0;
    };

    Arena<HostMemory> host_;
    Arena<typename B::memory> device_;
    std::vector<Free> free_;  ///< memory of gradients that backward is through with
    Scratch scratch_[2];
    Record<B>* last_ = nullptr;
    std::span<Draw<B>> draws_;
    std::uint32_t noises_ = 0;
    bool walked_ = false;  ///< by backward, since the last reset
};

}  // namespace blue

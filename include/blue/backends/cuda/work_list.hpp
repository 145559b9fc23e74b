// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Work of an executor as a list that can be kept, compared and done later, also by a graph.
#pragma once

#include <blue/backends/cuda/gemm.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

namespace blue::cuda {

/// What an executor is asked to do. The arguments of kernels may change from step to step in one
/// graph. Other work with other arguments needs another graph: it can be compared.
namespace work {

template <class Body>
struct Loop {
    Index n;
    Body body;
    template <class Executor>
    void start() const {
        Executor::for_each(n, body);
    }
};
template <int Lanes, class Body>
struct Reduction {
    Index groups;
    Body body;
    template <class Executor>
    void start() const {
        Executor::template reduce<Lanes>(groups, body);
    }
};
template <class Body>
struct Teams {
    Index groups;
    Body body;
    template <class Executor>
    void start() const {
        Executor::teams(groups, body);
    }
};
template <class T, class Factor>
struct Product {
    GemmArgs<T, Factor> args;
    template <class Executor>
    void start() const {
        Executor::gemm(args);
    }
    friend bool operator==(const Product&, const Product&) = default;
};
struct Copy {
    void* to;
    const void* from;
    std::size_t bytes;
    template <class Executor>
    void start() const {
        Executor::copy(to, from, bytes);
    }
    friend bool operator==(const Copy&, const Copy&) = default;
};
struct FillZero {
    void* data;
    std::size_t bytes;
    template <class Executor>
    void start() const {
        Executor::fill_zero(data, bytes);
    }
    friend bool operator==(const FillZero&, const FillZero&) = default;
};

}  // namespace work

/// Work in the order in which it was asked for.
template <class Executor>
class WorkList {
    using Graph = typename Executor::Graph;

public:
    template <class Work>
    void add(const Work& work) {
        static_assert(std::is_trivially_copyable_v<Work> && alignof(Work) <= alignment);
        const std::size_t at = bytes_.size();
        bytes_.resize(at + (sizeof(Work) + alignment - 1) / alignment * alignment);
        std::memcpy(bytes_.data() + at, &work, sizeof work);
        entries_.push_back({&kind<Work>, at});
    }
    void clear() {
        entries_.clear();
        bytes_.clear();
    }
    std::size_t size() const { return entries_.size(); }

    void start() const {
        for (const Entry& entry : entries_) entry.kind->start(data(entry));
    }
    void add_to(Graph& graph) const {
        for (const Entry& entry : entries_) entry.kind->add(graph, data(entry));
    }

    /// Whether a graph of the other work can do this: the same kernels in the same order, and all
    /// else with the same arguments.
    bool fits(const WorkList& other) const {
        const auto alike = [&](const Entry& a, const Entry& b) {
            return a.kind == b.kind && (a.kind->update || a.kind->equal(data(a), other.data(b)));
        };
        return std::equal(entries_.begin(), entries_.end(), other.entries_.begin(),
                          other.entries_.end(), alike);
    }
    /// Gives the kernels of a graph of the other work, which this fits, their arguments of now.
    /// Returns of how many kernels they had changed.
    Index update(Graph& graph, const WorkList& other) const {
        Index changed = 0;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const Entry& entry = entries_[i];
            // Padding may differ, too: an update too many.
            if (std::memcmp(data(entry), other.data(other.entries_[i]), entry.kind->size) == 0)
                continue;
            if (!entry.kind->update) continue;
            entry.kind->update(graph, i, data(entry));
            ++changed;
        }
        return changed;
    }

private:
    struct Kind {
        std::size_t size;
        void (*start)(const void*);
        void (*add)(Graph&, const void*);
        void (*update)(Graph&, std::size_t, const void*);  ///< nullptr for what is no kernel
        bool (*equal)(const void*, const void*);           ///< nullptr for kernels
    };
    struct Entry {
        const Kind* kind;
        std::size_t at;
    };
    static constexpr std::size_t alignment = alignof(std::max_align_t);

    template <class Work>
    static const Work& work(const void* data) {
        return *static_cast<const Work*>(data);
    }
    template <class Work>
    static constexpr Kind make_kind() {
        Kind kind{
            sizeof(Work), [](const void* data) { work<Work>(data).template start<Executor>(); },
            [](Graph& graph, const void* data) { graph.add(work<Work>(data)); }, nullptr, nullptr};
        if constexpr (std::equality_comparable<Work>)
            kind.equal = [](const void* a, const void* b) {
                return work<Work>(a) == work<Work>(b);
            };
        else
            kind.update = [](Graph& graph, std::size_t node, const void* data) {
                graph.update(node, work<Work>(data));
            };
        return kind;
    }
    template <class Work>
    static constexpr Kind kind = make_kind<Work>();

    const void* data(const Entry& entry) const { return bytes_.data() + entry.at; }

    std::vector<Entry> entries_;
    std::vector<std::byte> bytes_;
};

}  // namespace blue::cuda

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Collects work and starts what repeats as CUDA graphs. No CUDA here: graphs are the executor's.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/work_list.hpp>
#include <blue/error.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace blue::cuda {

/// What has become of the work of `Graphs`.
struct GraphCounts {
    Index work = 0;      ///< kernels, products, copies and fills that were asked for
    Index alone = 0;     ///< of these, those that were started one by one
    Index made = 0;      ///< graphs
    Index launched = 0;  ///< launches of graphs
    Index updated = 0;   ///< kernels in them that got other arguments than at the launch before
};

/// Work of all threads that has not been started, and graphs of what came before.
template <class Executor>
class WorkQueue {
public:
    /// A shorter list is started one by one.
    static constexpr std::size_t fewest = 8;
    /// How many lists are remembered: those of training and evaluation, for a few sizes of batches.
    static constexpr std::size_t most = 32;

    template <class Work>
    void add(const Work& work) {
        const std::lock_guard lock(mutex_);
        if (list_.size() == 0) Executor::before_all_else(&submit_quietly);
        list_.add(work);
        ++counts_.work;
    }
    /// Starts what is enough for a graph.
    void submit_long() {
        const std::lock_guard lock(mutex_);
        if (list_.size() >= fewest) submit();
    }
    /// Starts everything. Throws what `submit_quietly` kept.
    void submit() {
        const std::lock_guard lock(mutex_);
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
        if (starting_ || list_.size() == 0) return;
        const Starting until_the_end(*this);
        start();
    }
    GraphCounts counts() const {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

    /// The only one. Never destroyed: see `context`.
    static WorkQueue& instance() {
        static WorkQueue& queue = *new WorkQueue;
        return queue;
    }

private:
    /// A list that was started, and its graph since the second time.
    struct Known {
        WorkList<Executor> last;
        std::unique_ptr<typename Executor::Graph> graph;
        bool refused;  ///< no graph could be made
        Index used;
    };

    /// While work is started: that asks whether something is to be started before. Others wait
    /// until everything is.
    struct Starting {
        WorkQueue& queue;
        explicit Starting(WorkQueue& q) : queue(q) { queue.starting_ = true; }
        ~Starting() {
            queue.starting_ = false;
            if (queue.list_.size() == 0) Executor::before_all_else(nullptr);
        }
    };

    /// For those who cannot, or should not, get the errors of others.
    static void submit_quietly() noexcept {
        WorkQueue& queue = instance();
        const std::lock_guard lock(queue.mutex_);
        try {
            queue.submit();
        } catch (...) {
            queue.error_ = std::current_exception();
        }
    }

    void start() {
        if (list_.size() < fewest) {
            std::swap(list_, short_);
            list_.clear();
            return start_alone(short_);
        }
        const auto known = std::find_if(known_.begin(), known_.end(),
                                        [&](const Known& k) { return list_.fits(k.last); });
        if (known == known_.end()) return start_alone(remember());
        known->used = counts_.work;
        if (!known->refused) prepare_graph(*known);
        std::swap(known->last, list_);
        list_.clear();
        if (!known->graph) return start_alone(known->last);
        known->graph->launch();
        ++counts_.launched;
    }
    void start_alone(const WorkList<Executor>& list) {
        counts_.alone += static_cast<Index>(list.size());
        list.start();
    }
    /// Makes the graph of a list do what is to be done.
    void prepare_graph(Known& known) {
        try {
            if (known.graph) {
                counts_.updated += list_.update(*known.graph, known.last);
            } else {
                known.graph = std::make_unique<typename Executor::Graph>();
                list_.add_to(*known.graph);
                known.graph->finish();
                ++counts_.made;
            }
        } catch (const Error&) {  // the work goes on without
            known.graph.reset();
            known.refused = true;
        }
    }
    /// Takes the list in the place of the one that was not used for longest.
    const WorkList<Executor>& remember() {
        if (known_.size() < most) known_.push_back({});
        const auto oldest =
            std::min_element(known_.begin(), known_.end(),
                             [](const Known& a, const Known& b) { return a.used < b.used; });
        *oldest = Known{std::exchange(list_, {}), nullptr, false, counts_.work};
        return oldest->last;
    }

    mutable std::recursive_mutex mutex_;
    bool starting_ = false;
    WorkList<Executor> list_, short_;  ///< what is collected; the last short one
    std::vector<Known> known_;
    std::exception_ptr error_;
    GraphCounts counts_;
};

/// As an executor of the backend `Cuda`: that one, but kernels and products are collected. They are
/// started when something is copied to or from the host, when memory is given back, when a tape is
/// reset and they are enough for a graph, and before `stream()` gives its stream away. What is
/// started for the second time is made a CUDA graph, what is started again after that is one
/// launch. Before each launch every kernel gets its arguments of now, so that numbers are those
/// without graphs; what does not fit a graph is started as without.
///
/// `Cuda<float, cuda::Graphs<>>`; in bfloat16 `Cuda<float,
/// cuda::Bfloat16Products<cuda::Graphs<>>>`.
template <class Executor = Device>
struct Graphs : Executor {
    static_assert(
        !requires { Executor::rounds_factors; },
        "blue: write Bfloat16Products<Graphs<>>: one queue for the work of all types");

    static void copy(void* to, const void* from, std::size_t bytes) {
        if (bytes > 0) queue().add(work::Copy{to, from, bytes});
    }
    static void copy_to_host(void* to, const void* from, std::size_t bytes) {
        submit();
        Executor::copy_to_host(to, from, bytes);
    }
    static void copy_from_host(void* to, const void* from, std::size_t bytes) {
        submit();
        Executor::copy_from_host(to, from, bytes);
    }
    static void fill_zero(void* data, std::size_t bytes) {
        if (bytes > 0) queue().add(work::FillZero{data, bytes});
    }
    template <class Body>
    static void for_each(Index n, const Body& body) {
        if (n > 0) queue().add(work::Loop<Body>{n, body});
    }
    template <int Lanes, class Body>
    static void reduce(Index groups, const Body& body) {
        if (groups > 0) queue().add(work::Reduction<Lanes, Body>{groups, body});
    }
    template <class Body>
    static void teams(Index groups, const Body& body) {
        if (groups > 0) queue().add(work::Teams<Body>{groups, body});
    }
    template <class T, class Factor>
    static void gemm(const GemmArgs<T, Factor>& args) {
        queue().add(work::Product<T, Factor>{args});
    }

    /// Starts what has been collected.
    static void submit() { queue().submit(); }
    /// What a pass begins with.
    static void begin_pass() { queue().submit_long(); }
    static GraphCounts counts() { return queue().counts(); }

private:
    static WorkQueue<Executor>& queue() { return WorkQueue<Executor>::instance(); }
};

}  // namespace blue::cuda

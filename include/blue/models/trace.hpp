// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the layers of a model do in a pass.
#pragma once

#include <blue/layers/pass.hpp>
#include <blue/models/named.hpp>
#include <blue/ops/materialise.hpp>

#include <vector>

namespace blue {

/// A layer in a pass.
struct TracedLayer {
    bool has_output = false;   ///< whether it ran, and gave one value
    std::vector<Index> shape;  ///< of an item of its output
    /// Of its own products, without those of the layers inside.
    std::int64_t multiply_adds = 0;
};

/// The layers that took part in a pass, by where they are.
class Trace {
public:
    /// What a layer did; nothing when it did not run.
    template <class Layer>
    TracedLayer of(const Layer& layer) const {
        for (const Entry& entry : entries_)
            if (entry.address == &layer && entry.type == type_of<Layer>()) return entry.layer;
        return {};
    }

    /// Calls run() for a layer and keeps what it did. One that runs again adds its products.
    template <class B, class Layer, class Run>
    auto observe(Tape<B>& tape, const Layer& layer, Run run) {
        const std::int64_t before = tape.multiply_adds, inside_before = inside_;
        inside_ = 0;
        const auto output = run();
        const std::int64_t all = tape.multiply_adds - before;
        TracedLayer& traced = entry_of(&layer, type_of<Layer>());
        traced.multiply_adds += all - inside_;
        inside_ = inside_before + all;
        using Output = std::remove_const_t<decltype(output)>;
        traced.has_output = detail::is_value<Output>;
        if constexpr (detail::is_value<Output>)
            traced.shape.assign(Output::shape::extents.begin(), Output::shape::extents.end());
        return output;
    }

private:
    /// A model and its first layer are at one address, so that the type counts too.
    struct Entry {
        const void* address;
        const void* type;
        TracedLayer layer;
    };
    /// A layer with a name is the layer.
    template <class Layer>
    static const void* type_of() {
        return &tag<detail::unnamed<Layer>>;
    }
    template <class Layer>
    static constexpr char tag = 0;

    TracedLayer& entry_of(const void* address, const void* type) {
        for (Entry& entry : entries_)
            if (entry.address == address && entry.type == type) return entry.layer;
        entries_.push_back({address, type, {}});
        return entries_.back().layer;
    }

    std::vector<Entry> entries_;
    std::int64_t inside_ = 0;  ///< products of the layers that ran inside the present one
};

/// A pass that shows a trace what its layers do.
template <class B>
class TracingPass : public Pass<B> {
public:
    using observer = Trace;

    TracingPass(const Pass<B>& pass, Trace& trace) : Pass<B>(pass), trace_(&trace) {}

    template <class Layer, class Run>
    auto observe(const Layer& layer, Run run) const {
        return trace_->observe(this->tape(), layer, run);
    }
    TracingPass with_samples(Index samples) const {
        return {Pass<B>::with_samples(samples), *trace_};
    }

private:
    Trace* trace_;
};

}  // namespace blue

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences and masks of a reference case.
#pragma once

#include <blue/blue.hpp>

#include "golden/golden.hpp"

#include <deque>
#include <map>

namespace blue_test::golden {

/// Puts the inputs of a case on a tape, with the batch first, and reads its masks.
template <class B>
class Inputs {
    using Index = blue::Index;

public:
    using T = typename B::scalar;

    Inputs(const Case& c, blue::Tape<B>& tape)
        : case_(c), tape_(tape), batch_first_(find_flag(c.description.at("model"))) {}

    /// The input of that name as a value whose items are sequences of some length.
    template <Index Width>
    auto operator()(const std::string& name) {
        const std::vector<Index> shape =
            case_.description.at("batch_shape").at(name).get<std::vector<Index>>();
        const Index length = shape[shape.size() - (batch_first_ || shape.size() == 2 ? 2 : 3)];
        using Shape = blue::shape<blue::dynamic, Width>;
        blue::Node<B>*& node = nodes_[name];
        if (!node) {  // a tensor in several roles is one value
            batch_ = shape.size() == 2 ? 1 : shape[batch_first_ ? 0 : 1];
            const T* const numbers = numbers_.emplace_back(case_.as<T>(name)).data();
            const blue::Extents extents{length};
            node = batch_first_ ? tape_.template input<Shape>(numbers, batch_, extents).node
                                : blue::sequence_first<Shape>(tape_, numbers, batch_, extents).node;
        }
        return blue::Var<B, Shape>{&tape_, node};
    }

    /// The mask of that name; empty when the case has none.
    blue::AttentionMask mask(const std::string& name) {
        const std::string tensor = "mask." + name;
        if (!case_.has(tensor)) return {};
        const std::vector<double> all = case_[tensor];
        if (case_.tensors.at(tensor).dtype == blue::io::DType::U8)
            return flags_.emplace_back(all.begin(), all.end());
        return added_.emplace_back(all.begin(), all.end());
    }

    /// Numbers of an output's shape, as they are in the file, with the batch first.
    template <class Number>
    std::vector<Number> batch_first(const std::vector<Number>& numbers) const {
        if (batch_first_) return numbers;
        const Index length = case_.description.at("tensors").at("target").at("shape").at(0);
        std::vector<Number> swapped(numbers.size());
        blue::detail::swap_axes(numbers.data(), swapped.data(), length, batch_,
                                static_cast<Index>(numbers.size()) / length / batch_);
        return swapped;
    }
    /// An output in the order of the file.
    template <class Shape>
    std::vector<T> as_given(blue::Var<B, Shape> output) const {
        if constexpr (Shape::rank == 2)
            if (!batch_first_) return blue::to_sequence_first(output);
        return output.to_host();
    }

private:
    static bool find_flag(const Json& model) {
        if (model.contains("batch_first")) return model.at("batch_first");
        return !model.contains("layer") || model.at("layer").at("batch_first");
    }

    const Case& case_;
    blue::Tape<B>& tape_;
    bool batch_first_;
    Index batch_ = 1;
    std::map<std::string, blue::Node<B>*> nodes_;
    std::deque<std::vector<T>> numbers_;
    std::deque<std::vector<unsigned char>> flags_;
    std::deque<std::vector<double>> added_;
};

}  // namespace blue_test::golden

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Images side by side: the same number of 16 or more images in the lanes of a pack.
#pragma once

#include <blue/backends/cpu/packs.hpp>
#include <blue/math/detail/transpose.hpp>

#include <array>

namespace blue::cpu {

/// Numbers side by side.
template <class T>
inline constexpr Index lane_count = math::NativePack<T>::lanes;

/// One axis of the parts into which images are cut. Positions of all parts are numbered along the
/// axis; parts may overlap.
struct LaneAxis {
    Index extent = 1;                   ///< of an image
    Index part = 1;                     ///< positions of a part
    Index step = 0;                     ///< from the begin of a part to that of the next
    Index positions = 1;                ///< of all parts
    const std::int32_t* source = &one;  ///< the index in the image for a position; -1 is a zero
    Index run_begin = 0, run_end = 1;   ///< positions with the sources 0, 1, 2, ...

    /// Whether each part is all of the axis.
    bool is_whole() const {
        return step == 0 && part == extent && run_begin == 0 && run_end == extent;
    }

private:
    static constexpr std::int32_t one = 0;
};

/// Channels, depth, height, width.
using LaneAxes = std::array<LaneAxis, 4>;

/// Joins the inner axes that no part cuts, so that there are fewer and longer rows.
/// \param memory(n) gives room for n indices.
template <class Memory>
LaneAxes joined_axes(LaneAxes axes, Memory memory) {
    for (int turn = 0; turn < 3 && axes[3].is_whole(); ++turn) {
        const LaneAxis outer = axes[2];
        const Index inner = axes[3].extent;
        std::int32_t* const source = memory(outer.positions * inner);
        for (Index i = 0; i < outer.positions; ++i)
            for (Index j = 0; j < inner; ++j)
                source[i * inner + j] = outer.source[i] < 0
                                            ? -1
                                            : outer.source[i] * static_cast<std::int32_t>(inner) +
                                                  static_cast<std::int32_t>(j);
        LaneAxis& joined = axes[3];
        joined.extent = outer.extent * inner;
        joined.part = outer.part * inner;
        joined.step = outer.step * inner;
        joined.positions = outer.positions * inner;
        joined.source = source;
        joined.run_begin = outer.run_begin * inner;
        joined.run_end = outer.run_end * inner;
        axes[2] = axes[1];
        axes[1] = axes[0];
        axes[0] = LaneAxis{};
    }
    return axes;
}

/// What the lanes hold: `parts` parts of an image in neighbouring lanes, then those of the next
/// image. Lane i has part i % parts * steps + step of its image, so that all parts come by in
/// `steps` blocks. Lanes beyond the last image hold zeros.
struct LaneBlock {
    Index first_image, images;  ///< images: of the whole batch
    Index parts, steps, step;
    Index part(Index lane_part) const { return lane_part * steps + step; }
};

namespace detail {

/// The rows of the lanes: pointers to where position 0 of the inner axis would be, if it had a
/// source; nullptr for zeros.
template <class Number, class Body>
void for_each_lane_row(const LaneAxes& axes, const LaneBlock& block, Number* images, Body body) {
    constexpr Index lanes = lane_count<std::remove_const_t<Number>>;
    const Index item = axes[0].extent * axes[1].extent * axes[2].extent * axes[3].extent;
    Number* rows[lanes];
    Index at = 0;
    for (Index i = 0; i < axes[0].part; ++i)
        for (Index j = 0; j < axes[1].part; ++j)
            for (Index k = 0; k < axes[2].part; ++k, at += axes[3].part * lanes) {
                for (Index p = 0; p < block.parts; ++p) {
                    const Index part = block.part(p);
                    const auto source = [&](int axis, Index position) -> Index {
                        return axes[axis].source[position + part * axes[axis].step];
                    };
                    const Index a = source(0, i), b = source(1, j), c = source(2, k);
                    const bool is_zero = a < 0 || b < 0 || c < 0;
                    const Index row =
                        ((a * axes[1].extent + b) * axes[2].extent + c) * axes[3].extent;
                    Index image = block.first_image;
                    for (Index lane = p; lane < lanes; lane += block.parts, ++image)
                        rows[lane] = is_zero || image >= block.images ? nullptr
                                                                      : images + image * item + row;
                }
                body(rows, at);
            }
}

/// The inner axis of a block: for lane i, position p has the source p + shift[i] in the run that
/// all lanes share.
template <class T>
struct LaneRun {
    static constexpr Index lanes = lane_count<T>;
    Index begin, end;
    Index shift[lanes];

    LaneRun(const LaneAxis& axis, const LaneBlock& block) : begin(0), end(axis.part) {
        for (Index lane = 0, p = 0; lane < lanes; ++lane, p = p + 1 == block.parts ? 0 : p + 1) {
            shift[lane] = block.part(p) * axis.step - axis.run_begin;
            begin = std::max(begin, -shift[lane]);
            end = std::min(end, axis.run_end - axis.run_begin - shift[lane]);
        }
        if (end < begin) begin = end = axis.part;
    }
};

/// Calls body(lane, position, source) for all positions outside of the run that have a source.
template <class T, class Body>
void for_each_beyond(const LaneAxis& axis, const LaneRun<T>& run, Body body) {
    for (Index position = 0; position < axis.part; ++position) {
        if (position == run.begin) position = run.end;
        if (position >= axis.part) break;
        for (Index lane = 0; lane < run.lanes; ++lane)
            body(lane, position,
                 static_cast<Index>(axis.source[position + run.shift[lane] + axis.run_begin]));
    }
}

}  // namespace detail

/// Copies a block of the images: parts of all axes with the lanes innermost.
template <class T>
void pack_lanes(const LaneAxes& axes, const LaneBlock& block, const T* images, T* to) {
    constexpr Index lanes = lane_count<T>;
    constexpr Index square = math::detail::register_lanes<T>;
    static constexpr T zeros[square] = {};
    const detail::LaneRun<T> run(axes[3], block);
    detail::for_each_lane_row(axes, block, images, [&](const T* const* rows, Index at) {
        detail::for_each_beyond(axes[3], run, [&](Index lane, Index position, Index source) {
            to[at + position * lanes + lane] =
                rows[lane] && source >= 0 ? rows[lane][source] : T(0);
        });
        for (Index lane = 0; lane < lanes; lane += square) {
            const auto from = [&](Index i, Index position) BLUE_INLINE_LAMBDA {
                const T* const row = rows[lane + i];
                return row ? row + position + run.shift[lane + i] : zeros;
            };
            Index position = run.begin;
            for (; position + square <= run.end; position += square)
                math::detail::transpose_rows([&](Index i)
                                                 BLUE_INLINE_LAMBDA { return from(i, position); },
                                             to + at + position * lanes + lane, lanes);
            if (const Index rest = run.end - position; rest > 0) {
                T copy[square * square], transposed[square * square];
                for (Index i = 0; i < square; ++i)
                    std::copy_n(from(i, position), rest, copy + i * square);
                math::detail::transpose(copy, square, 0, square - 1, transposed, square);
                for (Index i = 0; i < rest; ++i)
                    std::copy_n(transposed + i * square, square,
                                to + at + (position + i) * lanes + lane);
            }
        }
    });
}

/// The way back: numbers of a block are assigned or added to those of the images that they were
/// copied from. Numbers without source are dropped.
template <bool Add, class T>
void unpack_lanes(const LaneAxes& axes, const LaneBlock& block, const T* from, T* images) {
    constexpr Index lanes = lane_count<T>;
    constexpr Index square = math::detail::register_lanes<T>;
    const detail::LaneRun<T> run(axes[3], block);
    const auto put = [](T number, T& to) BLUE_INLINE_LAMBDA {
        if constexpr (Add)
            to += number;
        else
            to = number;
    };
    detail::for_each_lane_row(axes, block, images, [&](T* const* rows, Index at) {
        detail::for_each_beyond(axes[3], run, [&](Index lane, Index position, Index source) {
            if (rows[lane] && source >= 0)
                put(from[at + position * lanes + lane], rows[lane][source]);
        });
        for (Index lane = 0; lane < lanes; lane += square)
            for (Index position = run.begin; position < run.end; position += square) {
                const Index count = std::min(square, run.end - position);
                T transposed[square * square];
                math::detail::transpose(from + at + position * lanes + lane, lanes, 0, count - 1,
                                        transposed, square);
                for (Index i = 0; i < square; ++i) {
                    T* const row = rows[lane + i];
                    if (!row) continue;
                    T* const to = row + position + run.shift[lane + i];
                    const T* const numbers = transposed + i * square;
                    // The loop of fixed length is one instruction.
                    if (count == square)
                        for (Index j = 0; j < square; ++j) put(numbers[j], to[j]);
                    else
                        for (Index j = 0; j < count; ++j) put(numbers[j], to[j]);
                }
            }
    });
}

}  // namespace blue::cpu

// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/lanes.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using namespace blue;
using namespace blue::cpu;

namespace {

/// An axis of which each part has all, padded in front and behind; positions beyond are zeros, or
/// those at the border.
struct Axis {
    std::vector<std::int32_t> source;
    LaneAxis axis;

    Axis(Index extent, Index front, Index behind, bool repeats = false, Index part = 0,
         Index step = 0) {
        for (Index p = -front; p < extent + behind; ++p) {
            const Index inside = std::min(std::max<Index>(p, 0), extent - 1);
            source.push_back(p == inside || repeats ? static_cast<std::int32_t>(inside) : -1);
        }
        axis.extent = extent;
        axis.positions = static_cast<Index>(source.size());
        axis.part = part ? part : axis.positions;
        axis.step = step;
        axis.source = source.data();
        axis.run_begin = front;
        axis.run_end = front + extent;
    }
};

Index block_numbers(const LaneAxes& axes) {
    return axes[0].part * axes[1].part * axes[2].part * axes[3].part * lane_count<double>;
}

std::vector<double> waves(Index n, double frequency) {
    std::vector<double> numbers;
    for (Index i = 0; i < n; ++i) numbers.push_back(std::sin(frequency * static_cast<double>(i)));
    return numbers;
}

/// Packs a block, compares each number with its source, and checks that unpacking is the adjoint.
void check(const LaneAxes& axes, const LaneBlock& block) {
    const Index item = axes[0].extent * axes[1].extent * axes[2].extent * axes[3].extent;
    const std::vector<double> images = waves(block.images * item, 0.7);
    std::vector<double> packed(static_cast<std::size_t>(block_numbers(axes)), 99);
    pack_lanes(axes, block, images.data(), packed.data());
    std::size_t at = 0;
    bool same = true;
    for (Index i = 0; i < axes[0].part; ++i)
        for (Index j = 0; j < axes[1].part; ++j)
            for (Index k = 0; k < axes[2].part; ++k)
                for (Index l = 0; l < axes[3].part; ++l)
                    for (Index lane = 0; lane < lane_count<double>; ++lane) {
                        const Index image = block.first_image + lane / block.parts;
                        const Index part = lane % block.parts * block.steps + block.step;
                        const Index position[] = {i, j, k, l};
                        Index from = image;
                        bool is_zero = image >= block.images;
                        for (std::size_t axis = 0; axis < 4; ++axis) {
                            const Index source =
                                axes[axis].source[position[axis] + part * axes[axis].step];
                            is_zero = is_zero || source < 0;
                            from = from * axes[axis].extent + source;
                        }
                        const double expected =
                            is_zero ? 0 : images[static_cast<std::size_t>(from)];
                        same = same && packed[at++] == expected;
                    }
    CHECK(same);

    const std::vector<double> slopes = waves(block_numbers(axes), 1.3);
    std::vector<double> back(images.size());
    unpack_lanes<true>(axes, block, slopes.data(), back.data());
    double forward = 0, adjoint = 0;
    for (std::size_t i = 0; i < packed.size(); ++i) forward += packed[i] * slopes[i];
    for (std::size_t i = 0; i < images.size(); ++i) adjoint += images[i] * back[i];
    CHECK(std::abs(forward - adjoint) < 1e-10);  // sums of some thousand numbers of order one
}

}  // namespace

TEST_CASE("images side by side, with padding") {
    const Axis channels(3, 0, 0), depth(1, 0, 0);
    for (bool repeats : {false, true})
        for (Index images : {1, 5, 40}) {
            const Axis height(4, 1, 2, repeats), width(37, 2, 1, repeats), short_width(3, 1, 1);
            check({channels.axis, depth.axis, height.axis, width.axis}, {0, images, 1, 1, 0});
            check({channels.axis, depth.axis, height.axis, short_width.axis}, {0, images, 1, 1, 0});
        }
    const Axis height(4, 0, 0), width(5, 0, 0);
    check({channels.axis, depth.axis, height.axis, width.axis}, {16, 21, 1, 1, 0});
}

TEST_CASE("strips of images, one after the other and side by side") {
    const Axis channels(2, 0, 0), depth(1, 0, 0), width(6, 1, 1);
    // Strips of 3 rows that begin every 2 rows: 4 of them, 2 side by side.
    const Axis height(7, 1, 1, false, 3, 2);
    for (Index step : {0, 1})
        check({channels.axis, depth.axis, height.axis, width.axis}, {0, 3, 2, 2, step});
    for (Index step : {0, 1, 2, 3})
        check({channels.axis, depth.axis, height.axis, width.axis}, {0, 3, 1, 4, step});
    // The same along the last axis.
    const Axis line(39, 1, 1, true, 11, 10), none(1, 0, 0);
    for (Index step : {0, 1})
        check({channels.axis, none.axis, none.axis, line.axis}, {0, 3, 2, 2, step});
}

TEST_CASE("joined axes hold the same numbers") {
    const Axis channels(2, 0, 0), depth(3, 1, 0), height(4, 0, 0), width(5, 0, 0);
    const LaneAxes axes{channels.axis, depth.axis, height.axis, width.axis};
    std::vector<std::vector<std::int32_t>> tables;
    const auto memory = [&](Index n) {
        return tables.emplace_back(static_cast<std::size_t>(n)).data();
    };
    const LaneAxes joined = joined_axes(axes, memory);
    // Height and width are whole, so that one row goes through the depth, which is padded.
    CHECK(joined[3].extent == 3 * 4 * 5);
    CHECK(joined[2].extent == 2);
    check(joined, {0, 3, 1, 1, 0});
    const LaneBlock block{0, 3, 1, 1, 0};
    const std::vector<double> images = waves(3 * 2 * 3 * 4 * 5, 0.7);
    std::vector<double> a(static_cast<std::size_t>(block_numbers(axes))), b(a);
    pack_lanes(axes, block, images.data(), a.data());
    pack_lanes(joined, block, images.data(), b.data());
    CHECK(a == b);
}

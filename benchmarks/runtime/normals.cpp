// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normals by themselves: Threefry and Box-Muller, into memory that stays in the cache.
#include "workloads.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/random/draw.hpp>
#include <blue/tensor/buffer.hpp>

namespace {

class Normals final : public bench::Workload {
public:
    explicit Normals(const bench::Parameters& parameters)
        : samples_(parameters.samples), numbers_(parameters.width) {
        if (parameters.width % blue::random::tile != 0)
            throw bench::Unsupported("normals come in tiles of 64: expected a multiple, got " +
                                     std::to_string(parameters.width));
    }

    double step() override {
        const blue::Index tiles = numbers_.size() / blue::random::tile;
        double sum = 0;
        for (blue::Index s = 0; s < samples_; ++s) {
            blue::random::draw_tiles(blue::noise::Normal{}, key_, s * tiles, tiles,
                                     numbers_.data());
            sum += static_cast<double>(numbers_.data()[s % numbers_.size()]);
        }
        ++key_.pass;
        return sum;
    }
    double elements() const override { return static_cast<double>(samples_ * numbers_.size()); }

private:
    blue::Index samples_;
    blue::Buffer<blue::Cpu<float>> numbers_;
    blue::random::Key key_{.seed = 1};
};

const bench::Registered normals{{"normals", 0, bench::make<Normals>}};

}  // namespace

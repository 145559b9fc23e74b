// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Files of parameters say nothing of the backend.
#include <blue/io/state_dict.hpp>

#include "backends/cuda/host_executor.hpp"
#include "io/files.hpp"
#include "support/catch.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cpu/bfloat16.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/distributions/centred_prior.hpp>
#include <blue/layers/batch_norm.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/moped.hpp>
#include <blue/models/sequential.hpp>
#include <blue/models/to.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace blue;
using blue_test::TemporaryFolder;

namespace {

using Emulated = Cuda<float, blue_test::HostExecutor>;
template <class B>
using Net = Sequential<Linear<3, 4, MeanFieldNormal, CentredPrior<>, B>, BatchNorm<4, B>,
                       Linear<4, 2, MeanFieldNormal, MeanFieldNormal, B>>;

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("files are the same from all backends, and all backends read them", "[io]") {
    const TemporaryFolder folder;
    Net<Cpu<float>> net{Seed{1}};
    centre_prior(net, net);
    layer<1>(net).state<"running_mean">().parameter(0)[2] = 0.3f;
    const auto path = folder / "net.safetensors", other = folder / "other.safetensors";
    io::save(net, path);
    const auto check = [&](const auto& moved) {
        io::save(moved, other);
        CHECK(content(other) == content(path));
        auto read = make<std::remove_cvref_t<decltype(moved)>>(Seed{2});
        io::load(read, path);
        io::save(read, other);
        CHECK(content(other) == content(path));
    };
    CHECK(content(path).size() > 500);
    check(to<Emulated>(net));
    check(to<CpuBfloat16>(net));
    check(net);
    auto wide = make<Net<Cpu<double>>>(Seed{2});
    io::load(wide, path);
    check(to<Net<Cpu<float>>>(wide));
}

// SPDX-License-Identifier: BSD-3-Clause

#include <blue/random/draw.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

using blue::Index;
using blue::random::Key;
namespace noise = blue::noise;

namespace {

const Key key{0x0123456789abcdef, 7, 3, 1, 0};

template <class T, class Noise>
std::vector<T> draw(const Noise& kind, const Key& k, Index first_tile, Index tiles) {
    std::vector<T> values(std::size_t(64 * tiles), T(-1));
    blue::random::draw_tiles(kind, k, first_tile, tiles, values.data());
    return values;
}

template <class T, class Noise>
void check_elements(const Noise& kind) {
    const std::vector<T> values = draw<T>(kind, key, 3, 8);
    int different = 0;
    for (Index e = 0; e < 512; ++e)
        different +=
            values[std::size_t(e)] != blue::random::draw_element<Noise, T>(kind, key, 3 * 64 + e);
    CHECK(different == 0);  // the same operations in the same order, lane by lane or alone
}

}  // namespace

TEST_CASE("the layout of tiles is fixed") {
    // Straight from the definition: element j of tile t takes word j / 16 of block 16 t + j % 16.
    const std::vector<double> values = draw<double>(noise::Uniform{}, key, 2, 3);
    for (int e = 0; e < 3 * 64; ++e) {
        const std::uint32_t block = 16 * std::uint32_t(2 + e / 64) + std::uint32_t(e % 16);
        const std::uint32_t word = key.block(block)[e % 64 / 16];
        CHECK(values[std::size_t(e)] == ((word >> 9) + 0.5) * 0x1p-23);
    }
    CHECK(blue::random::uniform<double>(key, 2 * 64 + 17) == values[17]);
    CHECK(double(blue::random::uniform<float>(key, 2 * 64 + 17)) == values[17]);
}

TEST_CASE("the second word of a value has the upper bit of the purpose set") {
    using Word = noise::Words<double, 1>;
    const noise::StudentT kind{4};
    const std::vector<double> values = draw<double>(kind, key, 2, 1);
    Key second = key;
    second.purpose |= std::uint32_t{1} << 31;
    for (int e = 0; e < 64; ++e) {
        const std::uint32_t block = 16 * 2 + std::uint32_t(e % 16);
        const Word w0(key.block(block)[e / 16]), w1(second.block(block)[e / 16]);
        CHECK(values[std::size_t(e)] == kind.from_words<double, 1>(w0, w1)[0]);
    }
}

TEMPLATE_TEST_CASE("elements drawn alone are those of tiles", "", float, double) {
    using T = TestType;
    check_elements<T>(noise::Normal{});
    check_elements<T>(noise::Uniform{});
    check_elements<T>(noise::Exponential{});
    check_elements<T>(noise::Gumbel{});
    check_elements<T>(noise::Laplace{});
    check_elements<T>(noise::Logistic{});
    check_elements<T>(noise::Cauchy{});
    check_elements<T>(noise::Sign{});
    check_elements<T>(noise::StudentT{4});
}

TEMPLATE_TEST_CASE("draws do not depend on how they are cut into chunks", "", float, double) {
    using T = TestType;
    const std::vector<T> whole = draw<T>(noise::Normal{}, key, 0, 10);
    for (Index cut = 1; cut < 10; ++cut) {
        std::vector<T> parts = draw<T>(noise::Normal{}, key, 0, cut);
        const std::vector<T> rest = draw<T>(noise::Normal{}, key, cut, 10 - cut);
        parts.insert(parts.end(), rest.begin(), rest.end());
        CHECK(parts == whole);
    }
}

TEST_CASE("float and double come from the same words") {
    const auto compare = [](auto kind) {
        const std::vector<float> single = draw<float>(kind, key, 0, 64);
        const std::vector<double> full = draw<double>(kind, key, 0, 64);
        double worst = 0;
        for (std::size_t i = 0; i < full.size(); ++i)
            worst = std::max(worst, std::abs(single[i] - full[i]) / std::abs(full[i]));
        return worst;
    };
    // A few roundings of 6e-8 each, relative also for the smallest values.
    CHECK(compare(noise::Uniform{}) == 0);
    CHECK(compare(noise::Exponential{}) < 4e-7);
    CHECK(compare(noise::Cauchy{}) < 4e-7);
    // These round 31 bits to 24 before the logarithm of a number next to 1 is taken.
    CHECK(compare(noise::Normal{}) < 1e-3);
    CHECK(compare(noise::Laplace{}) < 1e-3);
    CHECK(compare(noise::Logistic{}) < 1e-3);
}

TEST_CASE("normals are the same everywhere") {
    struct Expected {
        int element;
        float single;
        double full;
    };
    // Drawn with fused multiply-add. Without it normals may differ by 2 ulp (scripts/check-normals
    // compares compilers and instruction sets).
    const Expected expected[] = {
        {0, -0x1.a4f1a6p-2f, -0x1.a4f1a495ac589p-2},  {3, -0x1.048f76p-1f, -0x1.048f7453ad886p-1},
        {6, -0x1.1e96a4p-1f, -0x1.1e96a23cca261p-1},  {9, 0x1.fd054ep-5f, 0x1.fd05498f9a9c5p-5},
        {12, -0x1.e81d5ap-1f, -0x1.e81d5b0a913f3p-1}, {15, -0x1.ee8ea8p-1f, -0x1.ee8eab4cf655p-1},
        {18, 0x1.3749a4p+1f, 0x1.3749a3489d716p+1},   {21, -0x1.0b7c84p-3f, -0x1.0b7c84d9ce069p-3},
        {24, 0x1.86db62p+0f, 0x1.86db623c5e35dp+0},   {27, -0x1.c50e2ap-1f, -0x1.c50e2b444a4dep-1},
        {30, -0x1.899274p-1f, -0x1.899273e60f80ap-1}, {33, -0x1.420738p+1f, -0x1.420736ed796b6p+1},
        {36, -0x1.2eed3ap+1f, -0x1.2eed39e02c52dp+1}, {39, 0x1.b21a98p-3f, 0x1.b21a94f9613dfp-3},
        {42, -0x1.62c526p-1f, -0x1.62c526aabf863p-1}, {45, 0x1.0cff38p-3f, 0x1.0cff36209f1e9p-3},
        {48, -0x1.ee717ap-1f, -0x1.ee717b337b876p-1}, {51, 0x1.c671acp-2f, 0x1.c671a9d95627dp-2},
        {54, -0x1.bd703p-1f, -0x1.bd7030cbf091p-1},   {57, -0x1.374bd4p+0f, -0x1.374bd29b14afap+0},
        {60, 0x1.0f8bfp+1f, 0x1.0f8bf08ed2fe6p+1},    {63, 0x1.0ee9b8p+0f, 0x1.0ee9b57d15f2dp+0}};
    const std::vector<float> single = draw<float>(noise::Normal{}, key, 5, 1);
    const std::vector<double> full = draw<double>(noise::Normal{}, key, 5, 1);
    for (const Expected& x : expected) {
        CHECK(std::abs(std::bit_cast<std::int32_t>(single[std::size_t(x.element)]) -
                       std::bit_cast<std::int32_t>(x.single)) <= 2);
        CHECK(std::abs(std::bit_cast<std::int64_t>(full[std::size_t(x.element)]) -
                       std::bit_cast<std::int64_t>(x.full)) <= 2);
    }
}

TEST_CASE("no noise draws nothing") {
    CHECK(draw<float>(noise::None{}, key, 0, 1) == std::vector<float>(64, -1));
    CHECK(blue::random::draw_element<noise::None, double>({}, key, 5) == 0);
}

TEST_CASE("elements beyond 2^32 have their own words") {
    const Index far = Index{1} << 33;
    CHECK(blue::random::uniform<float>(key, far) != blue::random::uniform<float>(key, 0));
    const std::vector<float> values = draw<float>(noise::Uniform{}, key, far / 64, 1);
    CHECK(values[9] == blue::random::uniform<float>(key, far + 9));
}

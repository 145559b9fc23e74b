// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The noise of the CUDA backend, run on the host, against the CPU's: equal words, normals within 2
/// ulp.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cuda/noise.hpp>

#include <cstdint>
#include <cstring>

using namespace blue;
using namespace blue_test;

namespace {

/// Distance of two numbers of equal sign in units in the last place.
template <class T>
std::int64_t ulps(T a, T b) {
    using Word = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    Word i, j;
    std::memcpy(&i, &a, sizeof a);
    std::memcpy(&j, &b, sizeof b);
    return std::abs(std::int64_t{i} - std::int64_t{j});
}

/// The largest distance in ulp between units and the CPU's tiles, over `tiles` tiles from an odd
/// one on.
template <class T, class Noise>
std::int64_t worst_distance(const Noise& noise, Index tiles) {
    const random::Key key{0x0123456789abcdefu, 77, 3, 5, 0};
    constexpr Index first_tile = 12345;
    std::vector<T> expected(static_cast<std::size_t>(tiles * random::tile));
    random::draw_tiles(noise, key, first_tile, tiles, expected.data());
    std::int64_t worst = 0;
    for (Index u = 0; u < tiles * 16; ++u) {
        const cuda::Unit unit(first_tile * 16 + u);
        T z[cuda::unit_size];
        cuda::draw_unit<T>(noise, key, unit, z);
        for (int j = 0; j < cuda::unit_size; ++j) {
            const Index at = unit.element(j) - first_tile * random::tile;
            worst = std::max(worst, ulps(z[j], expected[static_cast<std::size_t>(at)]));
        }
    }
    return worst;
}

/// The words themselves, as if they were a distribution.
struct WordsOf {
    static constexpr int words = 1;
    template <class T, int N>
    BLUE_HOST_DEVICE static math::Pack<T, N> from_word(noise::Words<T, N> w) {
        return w.pack();
    }
};

}  // namespace

TEST_CASE("cuda noise: the generator's words are the CPU's", "[cuda]") {
    CHECK(worst_distance<float>(WordsOf{}, 1000) == 0);
}

TEMPLATE_TEST_CASE("cuda noise: normals within 2 ulp of the CPU's", "[cuda]", float, double) {
    // On the host the distance is 0 where the instruction set fuses products for packs and for
    // single numbers alike.
    CHECK(worst_distance<TestType>(noise::Normal{}, 2000) <= 2);
}

TEMPLATE_TEST_CASE("cuda noise: other kinds", "[cuda]", float, double) {
    using T = TestType;
    CHECK(worst_distance<T>(noise::Uniform{}, 200) == 0);
    CHECK(worst_distance<T>(noise::Laplace{}, 200) <= 2);
    // Built from several functions of about 1 ulp each.
    CHECK(worst_distance<T>(noise::Logistic{}, 200) <= 8);
    CHECK(worst_distance<T>(noise::StudentT{3}, 200) <= 8);
}

TEST_CASE("cuda noise: units cover each element once", "[cuda]") {
    for (Index size : {1, 63, 64, 65, 1000}) {
        std::vector<int> uses(static_cast<std::size_t>(size), 0);
        for (Index u = 0; u < cuda::unit_count(size); ++u)
            for (int j = 0; j < cuda::unit_size; ++j) {
                const Index e = cuda::Unit(u).element(j);
                if (e < size) ++uses[static_cast<std::size_t>(e)];
            }
        CHECK(uses == std::vector<int>(static_cast<std::size_t>(size), 1));
    }
}

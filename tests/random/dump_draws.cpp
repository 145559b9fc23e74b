// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compares draws of different builds, for scripts/check-normals: `dump_draws TILES` writes normals
/// and the words they are made of to standard output, `dump_draws TILES FILE` compares them with
/// such a file, prints how many normals differ by how many units in the last place, and fails when
/// a word differs or a normal by more than 2.

#include <blue/random/draw.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <vector>

namespace {

constexpr blue::Index step = 1024;  // tiles per record

struct Record {
    std::uint32_t words[64];
    float single[64 * step];
    double full[64 * step];
};

void draw(blue::Index first_tile, Record& record) {
    const blue::random::Key key{0x0123456789abcdef, 7, 3, 1, 0};
    for (std::uint32_t i = 0; i < 16; ++i) {
        const blue::random::Block block =
            key.block(static_cast<std::uint32_t>(16 * first_tile) + i);
        std::memcpy(record.words + 4 * i, block.word, sizeof block.word);
    }
    blue::random::draw_tiles(blue::noise::Normal{}, key, first_tile, step, record.single);
    blue::random::draw_tiles(blue::noise::Normal{}, key, first_tile, step, record.full);
}

/// Counts differences of 0, 1, 2 and more units in the last place.
template <class T>
void compare(const T* a, const T* b, long (&count)[4]) {
    using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    for (blue::Index i = 0; i < 64 * step; ++i) {
        const Integer distance = std::bit_cast<Integer>(a[i]) - std::bit_cast<Integer>(b[i]);
        const Integer size = distance < 0 ? -distance : distance;
        ++count[size < 0 || size > 3 ? 3 : size];
    }
}

}  // namespace

int main(int argc, char** argv) {
    const blue::Index tiles = argc > 1 ? std::atol(argv[1]) : step;
    std::FILE* const file = argc > 2 ? std::fopen(argv[2], "rb") : nullptr;
    if (argc > 2 && file == nullptr) return std::perror(argv[2]), 2;
    std::vector<Record> record(2);
    long words = 0, single[4] = {}, full[4] = {};
    for (blue::Index t = 0; t < tiles; t += step) {
        draw(t, record[0]);
        if (file == nullptr) {
            std::fwrite(&record[0], sizeof(Record), 1, stdout);
            continue;
        }
        if (std::fread(&record[1], sizeof(Record), 1, file) != 1) return std::puts("too short"), 2;
        words += std::memcmp(record[0].words, record[1].words, sizeof record[0].words) != 0;
        compare(record[0].single, record[1].single, single);
        compare(record[0].full, record[1].full, full);
    }
    if (file == nullptr) return 0;
    std::printf(
        "words differ: %ld; normals that differ by 0, 1, 2, more ulp: float %ld %ld %ld %ld, "
        "double %ld %ld %ld %ld\n",
        words, single[0], single[1], single[2], single[3], full[0], full[1], full[2], full[3]);
    return words != 0 || single[3] != 0 || full[3] != 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Feeds the generator's words to batteries of tests, for scripts/random-battery.
///
/// `word_stream ORDER` writes words to standard output without end; with BLUE_WITH_TESTU01 it runs
/// TestU01's SmallCrush on them instead. The orders are those in which a program uses the words:
///   blocks     one sequence, block after block
///   samples, variables, passes, seeds
///              16 words of each sample (variable, pass, seed), with everything else fixed
///   reversed   as blocks, with the bits of every word in reverse order
///   normals    normals made uniform again by their distribution function

#include <blue/random/draw.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#if defined(BLUE_WITH_TESTU01)
extern "C" {
#include <bbattery.h>
#include <swrite.h>
#include <unif01.h>
}
#endif

namespace {

class Stream {
public:
    explicit Stream(const std::string& order) : order_(order) {}

    std::uint32_t next() {
        if (used_ == 64) refill();
        return word_[used_++];
    }

private:
    void refill() {
        used_ = 0;
        if (order_ == "normals") {
            double z[64];
            blue::random::draw_tiles(blue::noise::Normal{}, key_, count_++, 1, z);
            for (int i = 0; i < 64; ++i)
                word_[i] =
                    static_cast<std::uint32_t>(0x1p32 * 0.5 * std::erfc(-z[i] / std::sqrt(2.)));
            return;
        }
        for (int i = 0; i < 16; ++i) {
            const auto group = static_cast<std::uint32_t>(count_ / 4);
            auto block = static_cast<std::uint32_t>(count_ % 4);
            blue::random::Key key = key_;
            if (order_ == "samples") {
                key.sample = group;
            } else if (order_ == "variables") {
                key.variable = group;
            } else if (order_ == "passes") {
                key.pass = group;
            } else if (order_ == "seeds") {
                key.seed = group;
            } else {
                block = static_cast<std::uint32_t>(count_);
            }
            ++count_;
            const blue::random::Block b = key.block(block);
            for (int k = 0; k < 4; ++k)
                word_[4 * i + k] = order_ == "reversed" ? reverse(b[k]) : b[k];
        }
    }

    static std::uint32_t reverse(std::uint32_t w) {
        std::uint32_t r = 0;
        for (int i = 0; i < 32; ++i) r |= (w >> i & 1) << (31 - i);
        return r;
    }

    std::string order_;
    blue::random::Key key_{1, 0, 0, 0, 0};  // the small numbers that programs use
    std::int64_t count_ = 0;
    std::uint32_t word_[64];
    int used_ = 64;
};

Stream* stream = nullptr;

}  // namespace

int main(int argc, char** argv) {
    const std::string order = argc > 1 ? argv[1] : "blocks";
    Stream words(order);
    stream = &words;
#if defined(BLUE_WITH_TESTU01)
    swrite_Basic = FALSE;  // the summary only
    std::string name = "Threefry4x32-20, " + order;
    unif01_Gen* generator = unif01_CreateExternGenBits(
        name.data(), [] { return static_cast<unsigned>(stream->next()); });
    bbattery_SmallCrush(generator);
    unif01_DeleteExternGenBits(generator);
#else
    std::uint32_t buffer[4096];
    do {
        for (std::uint32_t& w : buffer) w = stream->next();
    } while (std::fwrite(buffer, sizeof buffer, 1, stdout) == 1);
#endif
}
